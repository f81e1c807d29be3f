# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contents of image stores and pools, looked at and moved."""

from __future__ import annotations

import typing as t

from ...core.storage.stores import Entry, Item
from .client import Client
from .everyones import everybodys
from .records import Record
from .transport import Json

COMMANDS = {"image_store": "listImageStoreObjects", "pool": "listStoragePoolObjects"}
KINDS = ("template", "snapshot", "volume")
HELD: t.Sequence[tuple[str, str, str, Json]] = (
    ("template", "listTemplates", "template", {"templatefilter": "all"}),
    ("iso", "listIsos", "iso", {"isofilter": "all"}),
    ("snapshot", "listSnapshots", "snapshot", {"locationtype": "Secondary"}),
)


class Stores:
    """The port ``Stores``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def at(self, kind: str, id: str, path: str) -> t.Sequence[Entry]:
        self._client.needs(COMMANDS[kind])
        found = self._client.listing(COMMANDS[kind], "datastoreobject", {"id": id, "path": path or None})
        read = [Record(item, "object", self._client.tell) for item in found]
        return [
            Entry(
                each.text("name"),
                bool(each.flag("isdirectory")),
                each.whole("size", "B") or 0,
                each.moment("lastupdated"),
                next((f"{kind} {each.text(f'{kind}name')}" for kind in KINDS if each.text(f"{kind}name")), ""),
            )
            for each in read
        ]

    def items(self, store_id: str) -> t.Optional[t.Sequence[Item]]:
        if not self._client.has("listTemplates", "imagestoreid"):
            return None
        found: dict[tuple[str, str], Item] = {}
        for kind, command, key, also in HELD:
            for item in everybodys(self._client, command, key, {"imagestoreid": store_id, **also}):
                read = Record(item, key, self._client.tell)
                size = read.whole("physicalsize", "B") or read.whole("size", "B") or 0
                found[kind, read.id()] = Item(kind, read.id(), read.text("name"), size)
        return list(found.values())

    def migrate(self, source: str, destinations: t.Sequence[str], balance: bool) -> str:
        self.needs(False)
        policy = "Balance" if balance else "Complete"
        sent: Json = {"srcpool": source, "destpools": list(destinations), "migrationtype": policy}
        return self._told(self._client.run("migrateSecondaryStorageData", sent))

    def needs(self, single: bool) -> None:
        self._client.needs("migrateResourceToAnotherSecondaryStorage" if single else "migrateSecondaryStorageData")

    def migrate_items(self, source: str, destination: str, items: t.Sequence[Item]) -> str:
        self.needs(True)
        snapshots = [item.id for item in items if item.kind == "snapshot"]
        templates = [item.id for item in items if item.kind != "snapshot"]
        sent: Json = {
            "srcpool": source,
            "destpool": destination,
            "templates": templates or None,
            "snapshots": snapshots or None,
        }
        return self._told(self._client.run("migrateResourceToAnotherSecondaryStorage", sent))

    def _told(self, answer: Json) -> str:
        return Record(answer, "answer", self._client.tell).record("imagestore", "migration").text("message")
