# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of domains, accounts and projects on the wire (T7:351-371)."""

from __future__ import annotations

import typing as t

from ...core.zone.resource_limits import TYPES, UNLIMITED, LimitOwner
from .client import Client
from .records import Record

LISTS = {"domain": "listDomains", "account": "listAccounts", "project": "listProjects"}
ROOT_ADMIN = 1


class Limits:
    """The port ``Limits``. owner_id: that of the gateway."""

    def __init__(self, client: Client, owner_id: t.Callable[[str, str, str], str]) -> None:
        self._client, self._owner_id = client, owner_id

    def owner(self, domain: str, account: str, project: str) -> LimitOwner:
        kind, name = ("project", project) if project else ("account", account) if account else ("domain", domain)
        its_id = self._owner_id(kind, name, "" if kind == "domain" else domain)
        items = self._client.listing(LISTS[kind], kind, {"id": its_id, "listall": True})
        read = Record(items[0] if items else {}, kind, self._client.tell)
        where = {"domainid": its_id}
        root = kind == "domain" and not read.text("parentdomainid")
        if kind == "account":
            where = {"account": read.text("name"), "domainid": read.text("domainid")}
            root = read.whole("accounttype") == ROOT_ADMIN
        elif kind == "project":
            where = {"projectid": its_id}
        totals = {resource: read.decimal(f"{begin}total") for resource, (_number, begin, _unit) in TYPES.items()}
        used = {resource: total for resource, total in totals.items() if total is not None}
        return LimitOwner(kind, read.text("name") or name, root, where, used)

    def all(self, owner: LimitOwner) -> t.Mapping[int, int]:
        found: dict[int, int] = {}
        for item in self._client.listing("listResourceLimits", "resourcelimit", dict(owner.where)):
            read = Record(item, "resource limit", self._client.tell)
            number, most = read.whole("resourcetype"), read.whole("max")
            # Limits of tagged offerings (4.20) are others. One that cannot be read is unknown, not unlimited.
            if number is not None and not read.text("tag") and (most is not None or not read.has("max")):
                found[number] = UNLIMITED if most is None else most
        return found

    def write(self, owner: LimitOwner, number: int, most: int) -> None:
        self._client.run("updateResourceLimit", {**owner.where, "resourcetype": number, "max": most})
