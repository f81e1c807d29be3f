# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where VMs land: units that go together, and which host takes a unit - the tightest, the roomiest, or the evenest."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field, replace

from ..accounting import Amount, total
from .rules import Packing, Vm

ANY_SHARE = float("inf")


class Manner(enum.Enum):
    """Which of the hosts with room is taken.

    EVEN: the one whose load is the lowest afterwards, so that the largest load is small. TIGHT: the one that is left
    with the least room, which keeps large holes for large VMs. LOOSE: the one that is left with the most.
    """

    EVEN = "even"
    TIGHT = "tight"
    LOOSE = "loose"


@dataclass(frozen=True)
class Unit:
    """VMs that go to one host together: a strict affinity group's, or one alone. Where others of the group stay, they
    go to these.
    """

    vms: tuple[Vm, ...]
    size: Amount = field(init=False)
    hosts: frozenset[int] = field(init=False)
    beside: bool = field(init=False)

    def __init__(self, vms: tuple[Vm, ...], packing: Packing) -> None:
        allowed = [packing.allowed(vm.needs) for vm in vms]
        mates = mates_of(vms, packing)
        if mates:
            allowed.append(frozenset(mates))
        object.__setattr__(self, "vms", vms)
        object.__setattr__(self, "beside", any(vm.beside for vm in vms))
        object.__setattr__(self, "size", vms[0].size if len(vms) == 1 else total(vm.size for vm in vms))
        object.__setattr__(self, "hosts", allowed[0].intersection(*allowed[1:]) if len(allowed) > 1 else allowed[0])

    def fits(self, packing: Packing, n: int) -> bool:
        """Whether the host has room for all, and none that they must be apart from."""
        if self.size.cpu > packing.cpu[n] or self.size.ram > packing.ram[n]:
            return False
        return _joins(packing, self, n)


def mates_of(vms: t.Sequence[Vm], packing: Packing) -> dict[int, int]:
    """How many others of their strict affinity group run on each host: they have to go where these are."""
    if not vms[0].together:
        return {}
    found = packing.with_group(vms[0].together)
    for n in (packing.where.get(vm.id, -1) for vm in vms):
        if n in found:
            found[n] -= 1
    return {n: count for n, count in found.items() if count > 0}


def units_of(packing: Packing, vms: t.Iterable[Vm]) -> list[Unit]:
    """VMs as they go: strict affinity groups whole."""
    groups: dict[str, list[Vm]] = {}
    for vm in vms:
        groups.setdefault(f"group {vm.together}" if vm.together else vm.id, []).append(vm)
    return [Unit(tuple(members), packing) for members in groups.values()]


# A VM, where it was and where it is now (indexes of hosts).
Landed = list[tuple[Vm, int, int]]


def undo(packing: Packing, landed: Landed) -> None:
    """Put everything back where it was."""
    for vm, source, _target in reversed(landed):
        packing.take(vm)
        packing.put(vm, source)


@dataclass(frozen=True)
class Field:
    """The hosts that may be landed on: all but ``banned``, those of ``first`` before any other.

    up_to: the load above which a host of ``first`` is no better than another.
    """

    banned: frozenset[int]
    first: frozenset[int] = frozenset()
    up_to: float = ANY_SHARE

    def best(self, packing: Packing, unit: Unit, manner: Manner) -> int:
        """The host for a unit; -1: none has room. One where no VM is that it should better not be with, if any."""
        met = [n for n in unit.hosts - self.banned for vm in unit.vms if packing.meets(vm, n)] if unit.beside else ()
        if met:
            found = replace(self, banned=self.banned.union(met))._best(packing, unit, manner)
            if found >= 0:
                return found
        return self._best(packing, unit, manner)

    def _best(self, packing: Packing, unit: Unit, manner: Manner) -> int:
        if self.first:
            own = Manner.TIGHT if manner is Manner.LOOSE else manner
            best = _PICK[own](packing, unit, self.first & unit.hosts, self.banned)
            if best >= 0 and packing.share(best, unit.size) <= self.up_to:
                return best
        return _PICK[manner](packing, unit, unit.hosts, self.banned)


def land(packing: Packing, order: t.Sequence[Unit], field: Field, manner: Manner) -> tuple[Landed, t.Optional[Unit]]:
    """Place every unit; what was placed, and the first unit without a place."""
    landed: Landed = []
    for unit in order:
        n = field.best(packing, unit, manner)
        if n < 0:
            return landed, unit
        for vm in unit.vms:
            landed.append((vm, packing.where[vm.id], n))
            packing.take(vm)
            packing.put(vm, n)
    return landed, None


def _evenest(packing: Packing, unit: Unit, hosts: t.Iterable[int], banned: frozenset[int]) -> int:
    """By the kind of which the host has less left, as a share of its capacity."""
    best, score = -1, -1.0
    cpu_need, ram_need = unit.size.cpu, unit.size.ram
    cpus, rams, scales = packing.cpu, packing.ram, packing.scales
    for n in hosts:
        cpu, ram = cpus[n] - cpu_need, rams[n] - ram_need
        if cpu < 0 or ram < 0 or n in banned:
            continue
        per_cpu, per_ram = scales[n]
        left = min(cpu * per_cpu, ram * per_ram)
        if left > score and _joins(packing, unit, n):
            best, score = n, left
    return best


def _fullest(sign: int) -> t.Callable[[Packing, Unit, t.Iterable[int], frozenset[int]], int]:
    """The host that is left with the least room (sign 1) or the most (-1)."""

    def pick(packing: Packing, unit: Unit, hosts: t.Iterable[int], banned: frozenset[int]) -> int:
        best, score = -1, float("inf")
        cpu_need, ram_need = unit.size.cpu, unit.size.ram
        cpus, rams, scales = packing.cpu, packing.ram, packing.scales
        for n in hosts:
            cpu, ram = cpus[n] - cpu_need, rams[n] - ram_need
            if cpu < 0 or ram < 0 or n in banned:
                continue
            per_cpu, per_ram = scales[n]
            mine = sign * (ram * per_ram + cpu * per_cpu)
            if mine < score and _joins(packing, unit, n):
                best, score = n, mine
        return best

    return pick


_PICK = {Manner.EVEN: _evenest, Manner.TIGHT: _fullest(1), Manner.LOOSE: _fullest(-1)}


def _joins(packing: Packing, unit: Unit, n: int) -> bool:
    if packing.slots[n] < len(unit.vms):
        return False
    if packing.keepers is not None and any(packing.keeps_off(vm, n) for vm in unit.vms):
        return False
    here = packing.groups[n]
    return not any(here.get(group) for vm in unit.vms for group in vm.apart)
