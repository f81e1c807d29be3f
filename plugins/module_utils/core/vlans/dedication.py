# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dedication of guest VLANs: what to give and what to release, or every reason against it.

Source: T3:34-39; 4.11.1 documentation, "Dedicating Resources to Accounts and Domains".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason, Refused
from ..text import several
from . import ranges as vlans
from .change import Ranges
from .holders import KINDS, GuestNetwork, TakenVlan, VlanDedication

SHOWN = 10  # addresses that a message names


@dataclass(frozen=True)
class Owner:
    """An account of a domain, a project, or a domain as a whole."""

    account: str = ""
    domain_id: str = ""
    project: str = ""
    project_id: str = ""

    @property
    def name(self) -> str:
        if self.project:
            return f"project {self.project}"
        return f"account {self.account}" if self.account else "the domain"

    def has(self, thing: t.Union[VlanDedication, GuestNetwork]) -> bool:
        if self.project_id:
            return thing.project_id == self.project_id
        return (thing.account.casefold(), thing.domain_id) == (self.account.casefold(), self.domain_id)

    def sent(self) -> dict[str, str]:
        """As the port ``Vlans`` takes it."""
        if self.project_id:
            return {"project_id": self.project_id, "domain_id": self.domain_id}
        return {"account": self.account, "domain_id": self.domain_id}


@dataclass(frozen=True)
class Plan:
    """before, after: dedicated VLANs in question. give: ranges to dedicate. release: ids of dedications to end."""

    before: Ranges
    after: Ranges
    give: Ranges = ()
    release: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.give or self.release)


def dedicate(
    subject: str,
    pool: Ranges,
    wanted: Ranges,
    owner: Owner,
    held: t.Sequence[VlanDedication],
    taken: t.Iterable[TakenVlan],
) -> Plan:
    """What is missing to the owner. Raises Refused: no guest VLANs, somebody else's, or in use by somebody else."""
    mine = vlans.union(*(each.ranges for each in held if owner.has(each)))
    give = vlans.difference(wanted, mine)
    reasons = [*_outside(subject, pool, give), *_others(give, owner, held), *_strangers(give, owner, taken)]
    if reasons:
        raise Refused(f"dedication of VLANs of {subject} to {owner.name}", reasons)
    return Plan(mine, vlans.union(mine, give), give)


def _outside(subject: str, pool: Ranges, give: Ranges) -> t.Iterator[Reason]:
    out = vlans.difference(give, pool)
    if out:
        numbers = vlans.words(out)
        message = f"VLAN {', '.join(numbers)} is not a guest VLAN of {subject}"
        yield Reason("vlan_not_guest", message, "add it first (cs_vlan_range)", {"vlans": numbers})


def _others(give: Ranges, owner: Owner, held: t.Iterable[VlanDedication]) -> t.Iterator[Reason]:
    for each in held:
        both = vlans.intersection(give, each.ranges)
        if both and not owner.has(each):
            numbers = vlans.words(both)
            facts = {"vlans": numbers, "holder": "dedication", "id": each.id, "owner": each.owner}
            message = f"VLAN {', '.join(numbers)} is dedicated to {each.owner}"
            yield Reason("vlan_dedicated", message, KINDS["dedication"].remedy, facts)


def _strangers(give: Ranges, owner: Owner, taken: t.Iterable[TakenVlan]) -> t.Iterator[Reason]:
    for each in taken:
        if not vlans.contains(give, each.vlan):
            continue
        for network in each.networks:
            if not owner.has(network):
                facts = {"vlans": [str(each.vlan)], "holder": "network", "id": network.id, "name": network.name}
                message = f"VLAN {each.vlan} is in use by network {network.name} ({network.state}, {network.owner})"
                yield Reason(
                    "vlan_in_use",
                    message,
                    KINDS["network"].remedy,
                    {**facts, "state": network.state, "owner": network.owner},
                )


def release(subject: str, wanted: Ranges, owner: t.Optional[Owner], held: t.Sequence[VlanDedication]) -> Plan:
    """What to end. ``owner``: None for whoever has it. Raises Refused: a dedication goes as a whole or not at all."""
    mine = [each for each in held if owner is None or owner.has(each)]
    hit = [each for each in mine if vlans.intersection(each.ranges, wanted)]
    reasons = []
    for each in hit:
        rest = vlans.difference(each.ranges, wanted)
        if rest:
            whole = ",".join(vlans.words(each.ranges))
            message = f"{','.join(vlans.words(rest))} of the dedication {whole} to {each.owner} would be released too"
            facts = {"vlans": vlans.words(rest), "holder": "dedication", "id": each.id, "owner": each.owner}
            remedy = f"release {whole}, then dedicate the remaining VLANs again: the server cannot release a part"
            reasons.append(Reason("dedication_in_part", message, remedy, facts))
    if reasons:
        raise Refused(f"release of VLANs of {subject}", reasons)
    before = vlans.union(*(each.ranges for each in mine))
    after = vlans.union(*(each.ranges for each in mine if each not in hit))
    return Plan(before, after, (), tuple(each.id for each in hit))


def in_use(used: t.Sequence[str], owner: str, otherwise: str = "") -> Reason:
    """Addresses that their owner would lose without a word."""
    some = several(used, SHOWN)
    message = (
        f"addresses of it are in use: {some}; the server would remove the addresses without NAT and rules from {owner}"
    )
    remedy = f"release the addresses first {otherwise}".strip()
    return Reason("addresses_in_use", message, remedy, {"addresses": list(used)})
