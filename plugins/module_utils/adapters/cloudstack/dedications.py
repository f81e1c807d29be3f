# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dedication on the wire: one family of commands a scope (T2:74-79)."""

from __future__ import annotations

import typing as t

from ...core.zone.dedication import Dedication, Owner, Tenant
from . import readers
from .client import Client
from .everyones import Everyones
from .records import Record, Tell, Wire, unheard
from .transport import Json


class Dedications:
    """The port ``Dedications``."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._everyones = Everyones(client)

    def all(self, scope: str, place_id: str = "") -> t.Sequence[Dedication]:
        """Those of a scope ("zone", "pod", "cluster", "host"), or the one of a place."""
        asked = {f"{scope}id": place_id} if place_id else {}
        found = self._client.listing(f"listDedicated{scope.capitalize()}s", f"dedicated{scope}", asked)
        # A filter that a server does not know must not widen the answer.
        read = [dedication(item, scope, self._client.tell) for item in found]
        return [each for each in read if place_id in ("", each.place_id)]

    def give(self, scope: str, place_id: str, owner: Owner) -> None:
        params: Json = {f"{scope}id": place_id, "domainid": owner.domain_id, "account": owner.account or None}
        self._client.run(f"dedicate{scope.capitalize()}", params)

    def release(self, scope: str, place_id: str) -> None:
        self._client.run(f"releaseDedicated{scope.capitalize()}", {f"{scope}id": place_id})

    def tenants(self, scope: str, place_id: str) -> t.Sequence[Tenant]:
        """Users' VMs that are on hosts of a place."""
        place: Json = {f"{scope}id": place_id}
        found = list(self._everyones.listing("listVirtualMachines", "virtualmachine", place))
        inside = {str(item.get("hostid")) for item in found if item.get("hostid")}
        if scope in ("pod", "cluster") and inside:
            # Before 4.16 a filter by cluster is ignored.
            hosts = self._client.listing("listHosts", "host", {**place, "type": "Routing", "details": "min"})
            inside &= {Record(each, "host", self._client.tell).id() for each in hosts}
        return [tenant(item, self._client.tell) for item in found if readers.scalar(item.get("hostid")) in inside]

    def family(self, domain_id: str) -> t.Collection[str]:
        """Ids of a domain and of all below it."""
        paths = {read.id(): read.text("path") for read in self._domains()}
        top = paths.get(domain_id)
        return {id for id, path in paths.items() if top and path.startswith(f"{top}/")} | {domain_id}

    def names(self) -> t.Mapping[str, str]:
        """Paths of domains and names of accounts by their ids."""
        found = {read.id(): read.text("path", "name") for read in self._domains()}
        for item in self._client.listing("listAccounts", "account", {"listall": True}):
            read = Record(item, "account", self._client.tell)
            found[read.id()] = read.text("name")
        return found

    def _domains(self) -> t.Iterator[Record]:
        for item in self._client.listing("listDomains", "domain", {"listall": True}):
            yield Record(item, "domain", self._client.tell)


def dedication(wire: Wire, scope: str, tell: Tell = unheard) -> Dedication:
    """``listDedicatedHosts`` and its kin; no names of owners are told."""
    read = Record(wire, f"dedicated {scope}", tell)
    return Dedication(
        id=read.id(),
        scope=scope,
        place_id=read.id(f"{scope}id"),
        place=read.text(f"{scope}name"),
        domain_id=read.text("domainid"),
        account_id=read.text("accountid"),
        affinity_group_id=read.text("affinitygroupid"),
    )


def tenant(wire: Wire, tell: Tell = unheard) -> Tenant:
    """A project's VM has no account: its project stands for one."""
    read = Record(wire, "VM", tell)
    return Tenant(
        vm_id=read.id(),
        vm=read.text("displayname", "name"),
        account=read.text("account", "project"),
        domain_id=read.text("domainid"),
        domain=read.text("domainpath", "domain"),
    )
