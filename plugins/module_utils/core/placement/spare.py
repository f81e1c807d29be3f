# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spare hosts: whether the cluster can lose any ``f`` more hosts and start their VMs again on the rest (N+f).

Source: 4.11.1 documentation, "Best Practices": keep room for the failure of a host in every cluster.
"""

from __future__ import annotations

import bisect
import itertools
import typing as t

from .drain import drain
from .landing import Landed, Unit, undo, units_of
from .rules import Packing

COMBINATIONS = 20000  # of failing hosts that are looked at one by one; beyond that only what is proved for all is borne
FEW = 10  # restarts of the search for new places
SLACK = 1e-9  # against rounding
LARGE = 0.3  # of the largest: units above it are placed one by one, and what is left is small enough for a proof
CLASSES = 8  # of sizes that a proof tells apart
# How much the kind that does not lead counts in a proof; any of these may prove it.
BALANCES = (3.0, 1.0, 12.0)
Largest = tuple[int, int]  # MHz and bytes


def unbearable(
    packing: Packing, out: t.Collection[int], spare_hosts: int, suspects: t.Iterable[tuple[str, ...]] = ()
) -> tuple[str, ...]:
    """Ids of hosts whose joint failure would leave VMs without a place while ``out`` is out; () when all are borne.

    suspects: failures to look at first, such as those that were not borne a moment ago. Never says () for a failure
    that is not borne; may name one that a longer search would bear.
    """
    gone = frozenset(out)
    packing = packing.after_failures()
    hosts = packing.hosts
    left = [n for n in range(len(hosts)) if n not in gone and (packing.on[n] or not hosts[n].unusable)]
    count = min(spare_hosts, len(left))
    if count < 1:
        return ()
    units = {n: _asking(packing, n) for n in left}
    # One class is mostly enough, and quick.
    if any(_all_borne(packing, units, count, lead, classes) for classes in (1, CLASSES) for lead in ("ram", "cpu")):
        return ()
    number = 1
    for step in range(count):
        number = number * (len(left) - step) // (step + 1)
    left.sort(key=lambda n: hosts[n].room.ram - packing.ram[n], reverse=True)
    likely = [tuple(packing.index[each] for each in names) for names in suspects]
    likely = [failing for failing in likely if len(failing) == count and units.keys() >= set(failing)]
    for failing in itertools.chain(likely, itertools.combinations(left, count)):
        lost = [unit for n in failing for unit in units[n].units]
        if lost and (number > COMBINATIONS or not _borne(packing, failing, gone, lost)):
            return tuple(hosts[n].id for n in failing)
    return ()


class Demand(t.NamedTuple):
    """A unit by the kind that leads and the other one, MHz and bytes or the other way round."""

    lead: int
    other: int
    hosts: frozenset[int]


class _Asking:
    """What a host's VMs ask for when it fails. apart: the hosts that units of anti-affinity may go to, and groups."""

    def __init__(self, units: list[Unit]) -> None:
        self.units = units
        self.count = sum(len(unit.vms) for unit in units)
        self.apart = [(unit.hosts, [group for vm in unit.vms for group in vm.apart]) for unit in units]
        self.apart = [each for each in self.apart if each[1]]
        self._by_lead: dict[str, _Demands] = {}

    def demands(self, lead: str) -> _Demands:
        if lead not in self._by_lead:
            self._by_lead[lead] = _Demands(_demands(self.units, lead))
        return self._by_lead[lead]


class _Demands:
    """The same by the kind that leads, added up once for all the steps in which the host stays as it is.

    other: the most of the other kind. sizes: of the leading kind, by the hosts that units may go to.
    """

    def __init__(self, largest_first: list[Demand]) -> None:
        self._demands = largest_first
        self.other = max((each.other for each in largest_first), default=0)
        self.sizes: dict[frozenset[int], set[int]] = {}
        for each in largest_first:
            self.sizes.setdefault(each.hosts, set()).add(each.lead)
        self._sums: dict[frozenset[int], tuple[list[int], list[int], list[int]]] = {}

    def asked(self, allowed: frozenset[int], low: int) -> tuple[int, int]:
        """What units ask for together that are no smaller than ``low`` and may go to one of these hosts."""
        if allowed not in self._sums:
            near = [each for each in self._demands if not each.hosts.isdisjoint(allowed)]
            first = [0, *itertools.accumulate(each.lead for each in near)]
            second = [0, *itertools.accumulate(each.other for each in near)]
            self._sums[allowed] = [-each.lead for each in near], first, second
        leads, first, second = self._sums[allowed]
        count = bisect.bisect_right(leads, -low)
        return first[count], second[count]


def _asking(packing: Packing, n: int) -> _Asking:
    note = packing.notes[n]
    if not isinstance(note, _Asking):
        note = packing.notes[n] = _Asking(units_of(packing, packing.on[n].values()))
    return note


def _borne(packing: Packing, failing: tuple[int, ...], out: frozenset[int], lost: list[Unit]) -> bool:
    """Large units placed and the rest proved, which is quick and mostly enough; else a search."""
    away = out | frozenset(failing)
    usable = [n for n, host in enumerate(packing.hosts) if n not in away and not host.unusable]
    largest = _largest(lost)
    large = [unit for unit in lost if unit.vms[0].apart or len(unit.vms) > 1 or _weight(unit, largest) > LARGE]
    small = [unit for unit in lost if not (unit.vms[0].apart or len(unit.vms) > 1 or _weight(unit, largest) > LARGE)]
    large.sort(key=lambda unit: (-len(unit.hosts), _weight(unit, largest)), reverse=True)
    landed: Landed = []
    try:
        if _placed(packing, large, usable, landed) and _surely_fit(packing, small, usable):
            return True
    finally:
        undo(packing, landed)
    twin = packing.copy()
    for n in away:
        twin.slots[n] = -len(twin.hosts) - len(twin.where)
    return not drain(twin, failing, restarts=FEW, live=False).reasons


def _placed(packing: Packing, units: t.Sequence[Unit], usable: t.Sequence[int], landed: Landed) -> bool:
    """First fit, the hosts with the most memory left first."""
    roomy = sorted(usable, key=packing.ram.__getitem__, reverse=True)
    for unit in units:
        target = next((n for n in roomy if n in unit.hosts and unit.fits(packing, n)), None)
        if target is None:
            return False
        for vm in unit.vms:
            landed.append((vm, packing.where[vm.id], target))
            packing.take(vm)
            packing.put(vm, target)
    return True


def _largest(units: t.Iterable[Unit]) -> Largest:
    cpu = ram = 1
    for unit in units:
        cpu, ram = max(cpu, unit.size.cpu), max(ram, unit.size.ram)
    return cpu, ram


def _weight(unit: Unit, largest: Largest) -> float:
    return max(unit.size.cpu / largest[0], unit.size.ram / largest[1])


def _demands(units: t.Iterable[Unit], lead: str) -> list[Demand]:
    """The largest first."""
    if lead == "ram":
        found = [Demand(unit.size.ram, unit.size.cpu, unit.hosts) for unit in units]
    else:
        found = [Demand(unit.size.cpu, unit.size.ram, unit.hosts) for unit in units]
    return sorted(found, key=lambda each: -each.lead)


def _classes(sizes: t.Iterable[int], most: int = CLASSES) -> list[tuple[int, int]]:
    """Smallest and largest of each class of sizes, the largest class first."""
    there = sorted(set(sizes), reverse=True)
    width = -(-len(there) // most)
    return [(there[min(n + width, len(there)) - 1], there[n]) for n in range(0, len(there), width)]


class _Rooms:
    """Room of the usable hosts, by the kind that leads."""

    def __init__(self, packing: Packing, usable: t.Iterable[int], count: int, lead: str) -> None:
        first, second = (packing.ram, packing.cpu) if lead == "ram" else (packing.cpu, packing.ram)
        # A host that may run out of slots is counted for nothing.
        self.rooms = {n: (first[n], second[n]) for n in usable if packing.slots[n] >= count}

    def balances(self, hosts: t.Iterable[int], lead: int, other: int) -> list[float]:
        """Weights of the other kind against the leading one with which a proof may succeed."""
        free = [self.rooms[n] for n in hosts if n in self.rooms]
        ours = sum(each[0] - lead for each in free if each[0] > lead)
        theirs = sum(each[1] - other for each in free if each[1] > other)
        return [ours / theirs * balance for balance in BALANCES] if theirs > 0 else []

    def surely(self, n: int, lead: int, other: int, balance: float) -> float:
        """What a host holds, at least, when it refuses a unit that is no larger than these."""
        room = self.rooms.get(n)
        return 0.0 if room is None else max(0.0, min(room[0] - lead, (room[1] - other) * balance))


def _surely_fit(packing: Packing, units: t.Sequence[Unit], usable: t.Sequence[int], lead: str = "ram") -> bool:
    """Whether placing them by size, the largest first, must succeed, without anti-affinity.

    When a unit of a size is refused by all hosts that it may go to, only units at least as large have been placed, and
    each host holds so much of them that this unit finds no room. Where they all together are less, nothing is refused.
    """
    demands = _demands(units, lead)
    other = max((each.other for each in demands), default=0)
    rooms = _Rooms(packing, usable, sum(len(unit.vms) for unit in units), lead)
    for allowed in {each.hosts for each in demands}:
        near = [each for each in demands if not each.hosts.isdisjoint(allowed)]
        for low, high in _classes(each.lead for each in demands if each.hosts == allowed):
            asked = [each for each in near if each.lead >= low]
            first, second = sum(each.lead for each in asked), sum(each.other for each in asked)
            if not any(
                sum(rooms.surely(n, high, other, balance) for n in allowed) > first + second * balance
                for balance in rooms.balances(allowed, high, other)
            ):
                return False
    return True


def _all_borne(packing: Packing, hosts: t.Mapping[int, _Asking], count: int, lead: str, classes: int) -> bool:
    """The same proof for all failures at once, with those that cost most room and those that ask for most.

    A unit of anti-affinity groups is kept off as many hosts as they have other members: take the roomiest ones away.
    """
    lost = sum(sorted((here.count for here in hosts.values()), reverse=True)[:count])
    rooms = _Rooms(packing, (n for n in hosts if not packing.hosts[n].unusable), lost, lead)
    demands = [here.demands(lead) for here in hosts.values()]
    other = max((held.other for held in demands), default=0)
    sizes: dict[frozenset[int], set[int]] = {}
    for held in demands:
        for allowed, mine in held.sizes.items():
            sizes.setdefault(allowed, set()).update(mine)
    kept_off = _kept_off(hosts)
    for allowed, its in sizes.items():
        away = count + kept_off.get(allowed, 0)
        for low, high in _classes(its, classes):
            asked = [held.asked(allowed, low) for held in demands]
            if not any(
                _enough(rooms, allowed, (high, other), balance, asked, count, away)
                for balance in rooms.balances(allowed, high, other)
            ):
                return False
    return True


def _enough(
    rooms: _Rooms,
    allowed: t.Iterable[int],
    largest: tuple[int, int],
    balance: float,
    asked: t.Iterable[tuple[int, int]],
    count: int,
    away: int,
) -> bool:
    """Whether what the other hosts surely take is more than any ``count`` hosts ask for."""
    taking = sorted((rooms.surely(n, *largest, balance) for n in allowed), reverse=True)
    worst = sorted((first + second * balance for first, second in asked), reverse=True)
    return sum(taking[away:]) > sum(worst[:count]) * (1 + SLACK)


def _kept_off(hosts: t.Mapping[int, _Asking]) -> dict[frozenset[int], int]:
    """By the hosts that units may go to: on how many of them others of a unit's anti-affinity groups can be."""
    apart = [each for here in hosts.values() for each in here.apart]
    members: dict[str, int] = {}
    for _allowed, groups in apart:
        for group in groups:
            members[group] = members.get(group, 0) + 1
    found: dict[frozenset[int], int] = {}
    for allowed, groups in apart:
        found[allowed] = max(found.get(allowed, 0), sum(members[group] - 1 for group in groups))
    return found
