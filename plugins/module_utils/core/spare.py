# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spare hosts: whether the cluster can lose any ``f`` more hosts and start their VMs again on the rest (N+f).

Source: 4.11.1 documentation, "Best Practices": keep room for the failure of a host in every cluster.
"""

from __future__ import annotations

import itertools
import typing as t

from .drain import Landed, Unit, drain, undo, units_of
from .placement import Packing

COMBINATIONS = 20000  # of failing hosts that are looked at one by one; beyond that only what is proved for all is borne
FEW = 10  # restarts of the search for new places
SLACK = 1e-9  # against rounding
Largest = tuple[int, int]  # MHz and bytes
LARGE = 0.3  # of the largest: units above it are placed one by one, and what is left is small enough for a proof


def unbearable(
    packing: Packing, out: t.Collection[int], spare_hosts: int, suspects: t.Iterable[tuple[str, ...]] = ()
) -> tuple[str, ...]:
    """Ids of hosts whose joint failure would leave VMs without a place while ``out`` is out; () when all are borne.

    suspects: failures to look at first, such as those that were not borne a moment ago. Never says () for a failure
    that is not borne; may name one that a longer search would bear.
    """
    gone = frozenset(out)
    hosts = packing.hosts
    left = [n for n in range(len(hosts)) if n not in gone and (packing.on[n] or not hosts[n].unusable)]
    count = min(spare_hosts, len(left))
    if count < 1:
        return ()
    units = {n: _asking(packing, n) for n in left}
    if _all_borne(packing, units, count):
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


class _Asking:
    """What a host's VMs ask for when it fails. needs: weights by the hosts that they may go to."""

    def __init__(self, units: list[Unit]) -> None:
        self.units = units
        self.count = sum(len(unit.vms) for unit in units)
        self.largest = _largest(units)
        self.apart = [(unit.hosts, [group for vm in unit.vms for group in vm.apart]) for unit in units]
        self.apart = [each for each in self.apart if each[1]]
        self._needs: tuple[Largest, dict[frozenset[int], float]] = ((0, 0), {})

    def needs(self, largest: Largest) -> dict[frozenset[int], float]:
        if self._needs[0] != largest:
            found: dict[frozenset[int], float] = {}
            for unit in self.units:
                found[unit.hosts] = found.get(unit.hosts, 0.0) + _weight(unit, largest)
            self._needs = (largest, found)
        return self._needs[1]


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


def _surely(packing: Packing, n: int, largest: Largest, count: int) -> float:
    """What a host takes before it refuses any unit: one that has room for the largest refuses none."""
    if packing.slots[n] < count:
        return 0.0
    return max(0.0, min(packing.cpu[n] / largest[0], packing.ram[n] / largest[1]) - 1)


def _surely_fit(packing: Packing, units: t.Sequence[Unit], usable: t.Sequence[int]) -> bool:
    """Whether any order of placing them must succeed, without anti-affinity."""
    largest = _largest(units)
    room = {n: _surely(packing, n, largest, len(units)) for n in usable}
    needs: dict[frozenset[int], float] = {}
    for unit in units:
        needs[unit.hosts] = needs.get(unit.hosts, 0.0) + _weight(unit, largest)
    for hosts in needs:
        need = sum(each for other, each in needs.items() if not other.isdisjoint(hosts))
        if sum(room.get(n, 0.0) for n in hosts) < need + SLACK:
            return False
    return True


def _all_borne(packing: Packing, hosts: t.Mapping[int, _Asking], count: int) -> bool:
    """The same proof for all failures at once, with those that cost most room and those that ask for most.

    A unit of anti-affinity groups is kept off as many hosts as they have other members: take the roomiest ones away.
    """
    lost = sum(sorted((here.count for here in hosts.values()), reverse=True)[:count])
    largest = (max(here.largest[0] for here in hosts.values()), max(here.largest[1] for here in hosts.values()))
    room = {n: _surely(packing, n, largest, lost) for n in hosts if not packing.hosts[n].unusable}
    needs: dict[frozenset[int], dict[int, float]] = {}
    for n, here in hosts.items():
        for allowed, weight in here.needs(largest).items():
            needs.setdefault(allowed, {})[n] = weight
    kept_off = _kept_off(hosts)
    for allowed in needs:
        asked = dict.fromkeys(hosts, SLACK)
        for other, each in needs.items():
            if not other.isdisjoint(allowed):
                for n, weight in each.items():
                    asked[n] += weight
        rooms = sorted((room.get(n, 0.0) for n in allowed), reverse=True)
        if sum(rooms[count + kept_off.get(allowed, 0) :]) < sum(sorted(asked.values(), reverse=True)[:count]):
            return False
    return True


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
