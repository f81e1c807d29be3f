# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``Records`` on the tables vm_template, version, configuration, cluster and image_store."""

from __future__ import annotations

import contextlib
import typing as t

from ...core.errors import DatabaseError, NotAsRead
from ...core.seeding.template import HYPERVISORS, Database, Row
from ..database.client import Client

_ROW = (
    "SELECT `id`, `name`, `uuid`, `url` FROM `vm_template` WHERE `type` = 'SYSTEM' AND `hypervisor_type` = %s "
    "AND `removed` IS NULL ORDER BY `id` DESC LIMIT 1"
)
_VERSION = "SELECT `version` FROM `version` WHERE `step` = 'Complete' ORDER BY `id` DESC LIMIT 1"
_MINIMUM = "SELECT `value` FROM `configuration` WHERE `name` = 'minreq.sysvmtemplate.version'"
_CLUSTERS = "SELECT COUNT(*) FROM `cluster` WHERE `removed` IS NULL AND `hypervisor_type` = %s"
_STORES = "SELECT COUNT(*) FROM `image_store` WHERE `removed` IS NULL AND `image_provider_name` = 'NFS'"


class Tables:
    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, hypervisor: str) -> Database:
        name = HYPERVISORS[hypervisor][0]
        found = self._client.rows(_ROW, name)
        row = Row(int(found[0][0]), *(_text(value) for value in found[0][1:])) if found else None
        numbers = (int(self._first(statement, *values) or 0) for statement, *values in ((_CLUSTERS, name), (_STORES,)))
        clusters, stores = numbers
        read = Database(row, self._first(_VERSION), self._first(_MINIMUM), clusters, stores)
        self._client.end_reading()
        return read

    def write(self, id: int, uuid: str, url: str) -> None:
        with self._client.transaction():
            self._client.change("UPDATE `vm_template` SET `uuid` = %s, `url` = %s WHERE `id` = %s", uuid, url, id)
            found = self._client.rows("SELECT `uuid`, `url` FROM `vm_template` WHERE `id` = %s FOR UPDATE", id)
            read = [tuple(map(_text, row)) for row in found]
            if read != [(uuid, url)]:
                raise NotAsRead("the template in the database", {"uuid, url": str(read)})

    def _first(self, statement: str, *values: object) -> str:
        """ "" where this version does not have the table or column."""
        with contextlib.suppress(DatabaseError):
            found: t.Sequence[tuple[t.Any, ...]] = self._client.rows(statement, *values)
            return _text(found[0][0]) if found else ""
        return ""


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)
