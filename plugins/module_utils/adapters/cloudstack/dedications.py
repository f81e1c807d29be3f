# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dedication on the wire: one family of commands a scope (T2:74-79)."""

from __future__ import annotations

import typing as t

from ...core.zone.dedication import Dedication, Owner, Tenant
from .client import Client
from .transport import Json


class Dedications:
    """The port ``Dedications``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self, scope: str, place_id: str = "") -> t.Sequence[Dedication]:
        """Those of a scope ("zone", "pod", "cluster", "host"), or the one of a place."""
        asked = {f"{scope}id": place_id} if place_id else {}
        found = self._client.listing(f"listDedicated{scope.capitalize()}s", f"dedicated{scope}", asked)
        # A filter that a server does not know must not widen the answer.
        return [dedication(item, scope) for item in found if place_id in ("", item.get(f"{scope}id"))]

    def give(self, scope: str, place_id: str, owner: Owner) -> None:
        params: Json = {f"{scope}id": place_id, "domainid": owner.domain_id, "account": owner.account or None}
        self._client.run(f"dedicate{scope.capitalize()}", params)

    def release(self, scope: str, place_id: str) -> None:
        self._client.run(f"releaseDedicated{scope.capitalize()}", {f"{scope}id": place_id})

    def tenants(self, scope: str, place_id: str) -> t.Sequence[Tenant]:
        """Users' VMs that are on hosts of a place."""
        params: Json = {f"{scope}id": place_id, "listall": True}
        found = self._client.listing("listVirtualMachines", "virtualmachine", params)
        return [tenant(item) for item in found if item.get("hostid")]

    def family(self, domain_id: str) -> t.Collection[str]:
        """Ids of a domain and of all below it."""
        found = self._client.listing("listDomains", "domain", {"listall": True})
        top = next((str(item.get("path")) for item in found if item["id"] == domain_id), None)
        below = {item["id"] for item in found if top and str(item.get("path")).startswith(f"{top}/")}
        return below | {domain_id}

    def names(self) -> t.Mapping[str, str]:
        """Paths of domains and names of accounts by their ids."""
        domains = self._client.listing("listDomains", "domain", {"listall": True})
        accounts = self._client.listing("listAccounts", "account", {"listall": True})
        found = {str(item["id"]): str(item.get("path") or item.get("name")) for item in domains}
        found.update({str(item["id"]): str(item.get("name")) for item in accounts})
        return found


def dedication(item: Json, scope: str) -> Dedication:
    """``listDedicatedHosts`` and its kin; no names of owners are told."""
    return Dedication(
        id=str(item["id"]),
        scope=scope,
        place_id=str(item[f"{scope}id"]),
        place=str(item.get(f"{scope}name") or ""),
        domain_id=str(item.get("domainid") or ""),
        account_id=str(item.get("accountid") or ""),
        affinity_group_id=str(item.get("affinitygroupid") or ""),
    )


def tenant(item: Json) -> Tenant:
    """A project's VM has no account: its project stands for one."""
    return Tenant(
        vm_id=str(item["id"]),
        vm=str(item.get("displayname") or item.get("name")),
        account=str(item.get("account") or item.get("project") or ""),
        domain_id=str(item.get("domainid") or ""),
        domain=str(item.get("domainpath") or item.get("domain") or ""),
    )
