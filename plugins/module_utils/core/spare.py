# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spare hosts: whether the cluster can lose any ``f`` more hosts and start their VMs again on the rest (N+f).

Source: 4.11.1 documentation, "Best Practices": keep room for the failure of a host in every cluster.
"""

from __future__ import annotations

import itertools
import typing as t

from .drain import Landed, drain, undo
from .placement import Packing, Vm

COMBINATIONS = 2000  # of failing hosts that are tried one by one; beyond that the fullest ones stand for all
FEW = 20  # restarts of the search for new places


def unbearable(packing: Packing, out: t.Collection[int], spare_hosts: int) -> tuple[str, ...]:
    """Ids of hosts whose joint failure would leave VMs without a place while ``out`` is out; () when all are borne."""
    running = [n for n in range(len(packing.hosts)) if n not in out and packing.on[n]]
    for failing in _failures(packing, running, spare_hosts):
        if not _borne(packing, failing, frozenset(out)):
            return tuple(packing.hosts[n].id for n in failing)
    return ()


def _failures(packing: Packing, running: t.Sequence[int], count: int) -> t.Iterator[tuple[int, ...]]:
    if count < 1:
        return
    number = 1
    for step in range(count):
        number = number * (len(running) - step) // (step + 1)
    if number > COMBINATIONS:
        running = sorted(running, key=lambda n: _held(packing, n), reverse=True)[: count + 3]
    yield from itertools.combinations(running, min(count, len(running)))


def _held(packing: Packing, n: int) -> int:
    return packing.hosts[n].room.ram - packing.ram[n]


def _borne(packing: Packing, failing: tuple[int, ...], out: frozenset[int]) -> bool:
    """A quick proof for most cases, else a search."""
    away = out | frozenset(failing)
    usable = [n for n, host in enumerate(packing.hosts) if n not in away and not host.unusable]
    vms = [vm for n in failing for vm in packing.on[n].values()]
    special: list[Vm] = []
    plain: list[Vm] = []
    for vm in vms:
        picky = vm.apart or vm.together or len(packing.allowed(vm.needs)) < len(packing.hosts)
        (special if picky else plain).append(vm)
    landed: Landed = []
    try:
        if _placed(packing, special, usable, landed) and _surely_fit(packing, plain, usable):
            return True
    finally:
        undo(packing, landed)
    twin = packing.copy()
    for n in away:
        twin.cpu[n] = twin.ram[n] = -1
    free = {vm.id: vm for vm in vms if vm.pinned}
    if free:
        return _search(twin, failing, vms)
    return not drain(twin, failing, restarts=FEW).reasons


def _search(packing: Packing, failing: tuple[int, ...], vms: t.Sequence[Vm]) -> bool:
    """A VM that cannot move live is started anew all the same when its host fails."""
    order = sorted(vms, key=lambda vm: (vm.size.ram, vm.size.cpu), reverse=True)
    usable = [n for n in range(len(packing.hosts)) if n not in failing and packing.ram[n] >= 0]
    return _placed(packing, order, usable, [])


def _placed(packing: Packing, vms: t.Sequence[Vm], usable: t.Sequence[int], landed: Landed) -> bool:
    """First fit, the hosts with the most memory left first."""
    roomy = sorted(usable, key=packing.ram.__getitem__, reverse=True)
    for vm in vms:
        allowed = packing.allowed(vm.needs)
        target = next((n for n in roomy if n in allowed and packing.fits(vm, n)), None)
        if target is None:
            return False
        landed.append((vm, packing.where[vm.id], target))
        packing.take(vm)
        packing.put(vm, target)
    return True


def _surely_fit(packing: Packing, vms: t.Sequence[Vm], usable: t.Sequence[int]) -> bool:
    """Whether any order of placing them must succeed: no host refuses a VM while it has room for the largest one.

    Sizes are measured against the largest, so each is at most 1 and a host that refuses one has less than 1 left.
    """
    if not vms:
        return True
    cpu, ram = max(vm.size.cpu for vm in vms) or 1, max(vm.size.ram for vm in vms) or 1
    need = sum(max(vm.size.cpu / cpu, vm.size.ram / ram) for vm in vms)
    room = 0.0
    for n in usable:
        here = min(packing.cpu[n] / cpu, packing.ram[n] / ram, packing.slots[n])
        if here > 1:
            room += here - 1
    return room >= need
