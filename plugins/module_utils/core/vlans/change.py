# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of a physical network's guest VLANs comes to, or every reason against it.

The server replaces the whole set on every call and drops dedicated VLANs without a word (FIELD_FACTS "Guest VLAN
ranges", T3:38), so whatever shall stay is decided here and sent with it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue, Reason, Refused
from . import ranges as vlans
from .holders import KINDS, Holder
from .ranges import Range

State = t.Literal["present", "absent", "exact"]
Ranges = tuple[Range, ...]


@dataclass(frozen=True)
class Change:
    """From held to target; added and removed are what differs."""

    held: Ranges
    target: Ranges
    added: Ranges
    removed: Ranges

    @property
    def changes(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True)
class Situation:
    """What a decision needs of the physical network.

    separate: ids of physical networks that have switches of their own, so that the same number is another VLAN there.
    allow_reserved: those of NOT_FOR_GUESTS that may be added.
    """

    id: str
    name: str
    held: Ranges
    isolation_method: t.Optional[str] = None
    separate: frozenset[str] = frozenset()
    allow_reserved: frozenset[int] = frozenset()

    @property
    def as_vlans(self) -> bool:
        return vlans.numbered_as_vlans(self.isolation_method)


def wanted_ranges(value: object, isolation_method: t.Optional[str]) -> Ranges:
    """What a task asks for, in any spelling. Raises InvalidValue."""
    return vlans.parse(value, "vlan", vlans.highest_of(isolation_method))


def change(held: Ranges, wanted: Ranges, state: State) -> Change:
    """present adds, absent removes, exact makes it so."""
    if state == "present":
        target = vlans.union(held, wanted)
    elif state == "absent":
        target = vlans.difference(held, wanted)
    else:
        target = vlans.merged(wanted)
    return Change(vlans.merged(held), target, vlans.difference(target, held), vlans.difference(held, target))


def decide(where: Situation, wanted: Ranges, state: State, holders: t.Iterable[Holder]) -> Change:
    """The change that is safe. Raises Refused with every reason against it, each naming VLANs, holder and remedy."""
    found = change(where.held, wanted, state)
    reasons = [
        *_reserved(where, found.added),
        *(reason for holder in holders for reason in _against(where, found, holder)),
    ]
    if reasons:
        raise Refused(f"guest VLANs of physical network {where.name}", reasons)
    return found


def _reserved(where: Situation, added: Ranges) -> t.Iterator[Reason]:
    if not where.as_vlans:
        return
    for vlan, why in vlans.NOT_FOR_GUESTS.items():
        if vlan not in where.allow_reserved and vlans.contains(added, vlan):
            yield Reason(
                "vlan_reserved",
                f"VLAN {vlan} is {why}",
                f"omit it, or allow it with allow_reserved: [{vlan}]",
                {"vlans": [str(vlan)], "holder": "reserved", "name": why},
            )


def _against(where: Situation, found: Change, holder: Holder) -> t.Iterator[Reason]:
    """A VLAN that is held stays in the pool; one that something else has does not get into it."""
    kind = KINDS[holder.kind]
    here = holder.is_on(where.id)
    if kind.kept and here:
        lost = vlans.intersection(found.removed, holder.ranges)
        if lost:
            dedicated = holder.kind == "dedication"
            code, verb = ("vlan_dedicated", "belongs to the") if dedicated else ("vlan_in_use", "is in use by")
            yield Reason(code, _sentence(lost, verb, holder), kind.remedy, holder.facts(lost))
    near = here or holder.physical_network_id not in where.separate
    if not kind.pool and near and holder.tunnel != where.as_vlans:
        taken = vlans.intersection(found.added, holder.ranges)
        if taken:
            yield Reason("vlan_taken", _sentence(taken, "belongs to", holder), kind.remedy, holder.facts(taken))


def _sentence(which: Ranges, verb: str, holder: Holder) -> str:
    numbers = ", ".join(vlans.words(which))
    return f"VLAN {numbers} {verb} {holder.called()}"


def steps(found: Change, used: t.Iterable[int]) -> tuple[Ranges, ...]:
    """The sets to write, one after the other, the last one the target; usually one.

    The server compares numbers as texts when it looks for used VLANs in a range that goes: while 175 is in use it
    refuses to drop 0-5 ("0" < "175" < "5", T4:19). So a range that seems to hold a used VLAN goes in pieces that do
    not: every second piece first, then the others, because neighbours in one call would be one range again.
    """
    texts = [str(vlan) for vlan in sorted(set(used))]
    first: list[Range] = []
    second: list[Range] = []
    for low, high in found.removed:
        for number, piece in enumerate(_pieces(low, high, texts)):
            (second if number % 2 else first).append(piece)
    if not second:
        return (found.target,)
    # What is added comes with the last write, and is not there to be confused with before.
    return vlans.difference(found.held, first), found.target


def _pieces(low: int, high: int, texts: t.Sequence[str]) -> t.Iterator[Range]:
    """A range cut where its texts would enclose that of a used VLAN; numbers of one length sort as texts do."""
    cuts = {low}
    if any(str(low) <= text <= str(high) for text in texts):
        for length in range(len(str(low)), len(str(high)) + 1):
            cuts.add(10 ** (length - 1))
            cuts.update(_first_after(text, length) for text in texts)
    starts = sorted(cut for cut in cuts if low <= cut <= high)
    for start, after in zip(starts, [*starts[1:], high + 1]):
        yield start, after - 1


def _first_after(text: str, length: int) -> int:
    """The smallest number of that many digits whose text does not come before ``text``."""
    return int(text.ljust(length, "0")) if len(text) <= length else int(text[:length]) + 1


def allowed(values: t.Optional[t.Iterable[object]]) -> frozenset[int]:
    """The parameter allow_reserved. Raises InvalidValue for a VLAN that is not reserved at all."""
    found = set()
    for value in values or ():
        text = str(value).strip()
        if not text.isdecimal() or int(text) not in vlans.NOT_FOR_GUESTS:
            raise InvalidValue("allow_reserved", value, "reserved VLANs: " + ", ".join(map(str, vlans.NOT_FOR_GUESTS)))
        found.add(int(text))
    return frozenset(found)
