# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared scheme of VLANs: which numbers are for what, checked before a change and against what is there.

Source: Working with Hosts, "VLAN Allocation Example" (management, public, guest pool, accounts, shared, reserved).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue, Reason
from ..naming import nearest
from . import ranges as vlans
from .holders import Holder
from .ranges import Range

# Purposes, and what may hold VLANs of each. "guest" is the pool that networks draw from by themselves; an account's and
# a project's VLANs may be in the pool (dedicated) or outside of it (given to a network by hand).
PURPOSES: t.Mapping[str, frozenset[str]] = {
    "management": frozenset(("management_range", "storage_range", "traffic_type")),
    "storage": frozenset(("storage_range", "traffic_type")),
    "public": frozenset(("public_range", "traffic_type")),
    "guest": frozenset(("pool", "network", "leak")),
    "account": frozenset(("pool", "network", "leak", "dedication", "fixed_network", "shared_range", "private_gateway")),
    "project": frozenset(("pool", "network", "leak", "dedication", "fixed_network", "shared_range", "private_gateway")),
    "reserved": frozenset(),
}
# What "pool" is called when it is refused; the others go by their own words.
USES = {"pool": "guest VLANs", "dedication": "a dedication", "fixed_network": "a network's own VLAN"}


@dataclass(frozen=True)
class Entry:
    """Some VLANs and what they are for."""

    ranges: tuple[Range, ...]
    purpose: str
    name: str = ""

    def called(self) -> str:
        return f"{','.join(vlans.words(self.ranges))} ({self.name or self.purpose})"


def parse(value: t.Optional[t.Sequence[t.Mapping[str, t.Any]]], parameter: str = "scheme") -> tuple[Entry, ...]:
    """Entries {vlans, purpose, name}. Raises InvalidValue for an unknown purpose and for VLANs of two entries."""
    found: list[Entry] = []
    for each in value or ():
        purpose = str(each.get("purpose") or "")
        if purpose not in PURPOSES:
            close = nearest(purpose, PURPOSES) or list(PURPOSES)
            raise InvalidValue(parameter, purpose, "a purpose: " + ", ".join(close))
        entry = Entry(vlans.parse(each.get("vlans"), parameter), purpose, str(each.get("name") or ""))
        if not entry.ranges:
            raise InvalidValue(parameter, each.get("vlans"), "VLANs for every entry")
        refuse_double(entry, found, parameter)
        found.append(entry)
    return tuple(found)


def refuse_double(entry: Entry, others: t.Iterable[Entry], parameter: str = "scheme") -> None:
    """Raises InvalidValue for VLANs that another entry has too."""
    for other in others:
        both = vlans.intersection(entry.ranges, other.ranges)
        if both:
            raise InvalidValue(
                parameter, vlans.text(both), f"each VLAN in one entry only: {other.called()} already has it"
            )


def against(scheme: t.Sequence[Entry], use: str, ranges: t.Iterable[Range]) -> t.Iterator[Reason]:
    """Reasons against a use ("pool" or a kind of holder) of VLANs; none where no scheme is declared."""
    if not scheme:
        return
    left = vlans.merged(ranges)
    for entry in scheme:
        both = vlans.intersection(left, entry.ranges)
        if both and use not in PURPOSES[entry.purpose]:
            yield _reason(
                "vlan_off_scheme",
                both,
                use,
                f"the scheme reserves {entry.called()} for {entry.purpose}",
                {"purpose": entry.purpose, "entry": entry.called()},
            )
        left = vlans.difference(left, entry.ranges)
    if left:
        yield _reason("vlan_unplanned", left, use, "no entry of the scheme includes it", {"purpose": "", "entry": ""})


def _reason(code: str, which: tuple[Range, ...], use: str, why: str, facts: t.Mapping[str, object]) -> Reason:
    numbers = vlans.words(which)
    message = f"VLAN {', '.join(numbers)} as {USES.get(use, use.replace('_', ' '))}: {why}"
    remedy = "use VLANs that the scheme assigns to this purpose, or change the scheme"
    return Reason(code, message, remedy, {"vlans": numbers, "holder": "scheme", "name": "scheme", **facts})


def lint(scheme: t.Sequence[Entry], holders: t.Iterable[Holder]) -> list[dict[str, object]]:
    """What is there and off the scheme, as plain data."""
    found = []
    for holder in holders:
        if holder.kind == "physical_network" or holder.tunnel:
            continue
        for reason in against(scheme, holder.kind, holder.ranges):
            found.append({"code": reason.code, "message": f"{reason.message}: {holder.called()}", **reason.facts})
    return found
