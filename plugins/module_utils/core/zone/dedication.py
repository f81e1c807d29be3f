# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dedication: a zone, pod, cluster or host that is kept for a domain, or for one account of it.

Source: 4.11.1 documentation, "Dedicating Resources to Accounts and Domains"; T2:74-79.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason, Refused

SCOPES = ("zone", "pod", "cluster", "host")


@dataclass(frozen=True)
class Owner:
    """A domain, or an account of it. domain: as it was asked for; account: "" for the whole domain."""

    domain_id: str
    domain: str = ""
    account_id: str = ""
    account: str = ""

    @property
    def name(self) -> str:
        return f"account {self.account} of domain {self.domain}" if self.account else f"domain {self.domain}"


@dataclass(frozen=True)
class Dedication:
    """One as the listings tell it: ids of the place and of the owner, and the affinity group that came with it."""

    id: str
    scope: str
    place_id: str
    place: str
    domain_id: str
    account_id: str = ""
    affinity_group_id: str = ""

    def is_of(self, owner: Owner) -> bool:
        return (self.domain_id, self.account_id) == (owner.domain_id, owner.account_id)


@dataclass(frozen=True)
class Tenant:
    """A user's VM in a place, and whose it is."""

    vm_id: str
    vm: str
    account: str
    domain_id: str
    domain: str = ""


def strangers(tenants: t.Iterable[Tenant], owner: Owner, family: t.Collection[str]) -> list[Tenant]:
    """VMs that are not the owner's. family: ids of the owner's domain and of all below it, whose VMs are its own."""
    if owner.account:
        return [vm for vm in tenants if (vm.account, vm.domain_id) != (owner.account, owner.domain_id)]
    return [vm for vm in tenants if vm.domain_id not in family]


@dataclass(frozen=True)
class Neighbour:
    """A dedication around a place (its cluster, pod, zone) or inside of it (its pods, clusters, hosts).

    name: the place's, with its kind. owner: whose it is, as text. family: ids of the owner's domain and all below it.
    """

    held: Dedication
    name: str
    owner: str
    family: t.Collection[str] = ()


def against(
    scope: str,
    owner: Owner,
    family: t.Collection[str],
    around: t.Iterable[Neighbour],
    inside: t.Iterable[Neighbour],
) -> t.Iterator[Reason]:
    """Why the server would refuse a dedication, given the others. family: ids of the owner's domain and all below it.

    A part of a place that a domain has may go to its accounts and to domains below. What is dedicated inside of a place
    must be the owner's, or for a whole domain of a domain below (server: DedicatedResourceManagerImpl).
    """
    for each in around:
        its = each.held
        below = owner.domain_id in each.family and owner.domain_id != its.domain_id
        if its.account_id or not (below or (owner.account_id and owner.domain_id == its.domain_id)):
            message = f"{each.name}, which includes it, is dedicated to {each.owner}"
            remedy = f"release {each.name}, or dedicate this {scope} to an account or domain that {each.owner} includes"
            yield Reason("around_dedicated", message, remedy, _facts(each))
    for each in inside:
        its = each.held
        strict = (scope, its.scope) == ("pod", "host") and its.domain_id == owner.domain_id
        if strict or its.domain_id not in family or (owner.account_id and its.account_id != owner.account_id):
            message = f"{each.name}, which is part of it, is dedicated to {each.owner}"
            yield Reason("inside_dedicated", message, f"release {each.name} first", _facts(each))


def _facts(each: Neighbour) -> dict[str, object]:
    its = each.held
    return {
        "scope": its.scope,
        "place": its.place,
        "place_id": its.place_id,
        "domain_id": its.domain_id,
        "account_id": its.account_id,
    }


def replaced(owner: Owner, inside: t.Iterable[Neighbour]) -> list[Neighbour]:
    """Dedications that the server ends because the wider one has their places too: those of the same owner."""
    return [each for each in inside if each.held.is_of(owner)]


def decide(
    subject: str,
    held: t.Optional[Dedication],
    wanted: t.Optional[Owner],
    others: t.Sequence[Tenant],
    move: bool,
    owner: str = "",
    neighbours: t.Iterable[Reason] = (),
) -> tuple[str, ...]:
    """What to do, in order: "release", "dedicate". wanted: None for nobody. owner: whose the place is now, as text.

    neighbours: reasons of ``against``. Raises Refused with every reason.
    """
    if wanted is None:
        return ("release",) if held else ()
    if held is not None and held.is_of(wanted):
        return ()
    reasons: list[Reason] = []
    if held is not None and not move:
        facts = {"domain_id": held.domain_id, "account_id": held.account_id}
        message = f"it is dedicated to {owner or 'another owner'}, not to {wanted.name}"
        reasons.append(Reason("dedicated_to_other", message, "release it first, or set move=true", facts))
    if others:
        names = ", ".join(f"{vm.vm} ({vm.domain or vm.domain_id}/{vm.account})" for vm in others)
        vms = [{"vm": vm.vm, "vm_id": vm.vm_id, "account": vm.account, "domain": vm.domain} for vm in others]
        message = f"VMs of other owners run on it: {names}"
        reasons.append(Reason("foreign_vms", message, "migrate them to other hosts first", {"vms": vms}))
    reasons += neighbours
    if reasons:
        raise Refused(subject, reasons)
    return ("release", "dedicate") if held else ("dedicate",)
