# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emptying hosts: a landing for every VM, or every reason why there is none.

The largest first, into the preferred hosts before any other: evenly where that is asked for, else and where that fails
by best fit, with a bounded number of seeded restarts. Only the VMs of the hosts to be emptied move.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, replace
from random import Random

from ..accounting import Amount, total
from ..errors import Reason
from .landing import ANY_SHARE, Field, Landed, Manner, Unit, land, mates_of, undo, units_of
from .rules import Packing, Vm, reason, unsuited

RESTARTS = 200
OUT_OF_SERVICE = frozenset(("agent_down", "not_enabled"))


@dataclass(frozen=True)
class Move:
    """One live migration; ids of the VM and of the hosts."""

    vm: str
    source: str
    target: str


@dataclass(frozen=True)
class Drain:
    """moves: in the order to start them. reasons: why it cannot be done; then there are no moves."""

    moves: tuple[Move, ...] = ()
    reasons: tuple[Reason, ...] = ()


def drain(
    packing: Packing,
    sources: t.Sequence[int],
    preferred: t.Collection[int] = (),
    seed: int = 0,
    restarts: int = RESTARTS,
    live: bool = True,
    even: bool = False,
    up_to: float = ANY_SHARE,
) -> Drain:
    """Empty ``sources`` (indexes) at once; on success ``packing`` holds the result.

    preferred: hosts to fill before any other (those that are done), each up to the load ``up_to``. Nothing lands on a
    source. seed: another one gives other landings. live: False when the hosts have failed, so that VMs are started anew
    and pins do not matter. even: try to keep the largest load small before anything else is tried.
    """
    vms = [vm for n in sources for vm in packing.on[n].values()]
    held = [_held(vm) for vm in vms if live and vm.pinned]
    if held:
        return Drain(reasons=tuple(held))
    units = units_of(packing, vms)
    banned = frozenset(sources)
    field = Field(banned, frozenset(preferred) - banned, up_to)
    units.sort(key=lambda unit: _weight(unit, packing), reverse=True)
    stuck: t.Optional[Unit] = None
    for attempt in range(-1 if even else 0, restarts + 1):
        plain = seed == 0 and attempt <= 0
        order = units if plain else _shaken(units, packing, Random(seed * 1000 + attempt), stuck)
        manner = Manner.EVEN if attempt < 0 else Manner.LOOSE if attempt % 2 else Manner.TIGHT
        landed, stuck = land(packing, order, field, manner)
        if stuck is None:
            return Drain(moves=tuple(_moves(packing, landed)))
        undo(packing, landed)
        if attempt == 0 and not _worth_trying(packing, units, banned):
            break
    return Drain(reasons=tuple(explain(packing, vms, banned)))


def _held(vm: Vm) -> Reason:
    why = vm.why or f"VM {vm.name} cannot be moved while it runs ({vm.pinned})"
    its = reason(vm.pinned, why, vm=vm.id, vm_name=vm.name)
    return replace(its, remedy=vm.remedy) if vm.remedy else its


def revert(packing: Packing, moves: t.Iterable[Move]) -> None:
    """Undo the moves of a drain."""
    for move in moves:
        vm = packing.on[packing.where[move.vm]][move.vm]
        packing.take(vm)
        packing.put(vm, packing.index[move.source])


def replay(packing: Packing, moves: t.Iterable[Move]) -> None:
    """Make the moves of a drain that was undone."""
    for move in moves:
        vm = packing.on[packing.where[move.vm]][move.vm]
        packing.take(vm)
        packing.put(vm, packing.index[move.target])


def _weight(unit: Unit, packing: Packing) -> tuple[int, float]:
    """The hardest first: those with few hosts to go to, then the largest share of an average host."""
    count = len(packing.hosts)
    few = (
        count - len(unit.hosts)
        if len(unit.hosts) * 2 < count or any(vm.apart or vm.keeper.strict for vm in unit.vms)
        else 0
    )
    cpu = sum(host.room.cpu for host in packing.hosts[:8]) or 1
    ram = sum(host.room.ram for host in packing.hosts[:8]) or 1
    return few, max(unit.size.cpu / cpu, unit.size.ram / ram)


def _shaken(units: t.Sequence[Unit], packing: Packing, chance: Random, stuck: t.Optional[Unit]) -> list[Unit]:
    """The order with some noise, and what had no place before at its head."""
    noise = {id(unit): chance.uniform(0.6, 1.4) for unit in units}

    def key(unit: Unit) -> tuple[bool, int, float]:
        few, size = _weight(unit, packing)
        return unit is stuck, few, size * noise[id(unit)]

    return sorted(units, key=key, reverse=True)


def _moves(packing: Packing, landed: Landed) -> t.Iterator[Move]:
    for vm, source, target in landed:
        yield Move(vm.id, packing.hosts[source].id, packing.hosts[target].id)


def _worth_trying(packing: Packing, units: t.Sequence[Unit], banned: frozenset[int]) -> bool:
    """Whether another order could help: each unit fits somewhere alone, and the sum is there."""
    free = [n for n in range(len(packing.hosts)) if n not in banned and not packing.hosts[n].unusable]
    need = total(unit.size for unit in units)
    if need.cpu > sum(max(packing.cpu[n], 0) for n in free) or need.ram > sum(max(packing.ram[n], 0) for n in free):
        return False
    anywhere = Field(banned)
    return all(anywhere.best(packing, unit, Manner.TIGHT) >= 0 for unit in units)


def explain(packing: Packing, vms: t.Sequence[Vm], banned: frozenset[int]) -> list[Reason]:
    """Every reason: VMs without any possible host first, then shortage in the sum, then what only packing shows."""
    others = [n for n in range(len(packing.hosts)) if n not in banned]
    if not any(not packing.hosts[n].unusable for n in others):
        codes = Counter(packing.hosts[n].unusable for n in others)
        seen = ", ".join(f"{count} {code}" for code, count in sorted(codes.items())) or "the cluster has no other host"
        return [reason("last_host", f"no other host of the cluster accepts VMs ({seen})", hosts=dict(codes))]
    alone = [found for found in (_alone(packing, vm, others) for vm in vms) if found]
    if alone:
        return alone
    groups = [found for found in (_group(packing, unit, others) for unit in units_of(packing, vms)) if found]
    if groups:
        return groups
    need = total(vm.size for vm in vms)
    free = Amount(sum(max(packing.cpu[n], 0) for n in others), sum(max(packing.ram[n], 0) for n in others))
    if not need.fits_in(free):
        short = {"cpu": max(need.cpu - free.cpu, 0), "ram": max(need.ram - free.ram, 0)}
        words = ", ".join(w for w in (_amount("cpu", short["cpu"]), _amount("ram", short["ram"])) if w)
        return [
            reason(
                "aggregate_short",
                f"the other hosts have too little capacity for its {len(vms)} VMs: {words} missing",
                short=short,
                need={"cpu": need.cpu, "ram": need.ram},
                free={"cpu": free.cpu, "ram": free.ram},
            )
        ]
    biggest = max(vms, key=lambda vm: (vm.size.ram, vm.size.cpu))
    return [
        reason(
            "fragmentation",
            f"each of its {len(vms)} VMs fits on another host, but no placement for all of them was "
            "found; the largest is "
            f"{biggest.name} with {_amount('ram', biggest.size.ram)}",
            vm=biggest.id,
            vm_name=biggest.name,
            vms=len(vms),
        )
    ]


def _alone(packing: Packing, vm: Vm, others: t.Sequence[int]) -> t.Optional[Reason]:
    """Why one VM has no host at all; None when it has one."""
    codes: Counter[str] = Counter()
    for n in others:
        host = packing.hosts[n]
        # A host out of service is the reason only where it would do otherwise; then to bring it back helps at once.
        # Where a migration was tried and failed, that is the reason, whatever the other hosts lack.
        code = unsuited(vm.needs, host) or packing.room_code(vm, n) or host.unusable
        if not code:
            return None
        codes[code] += 1
    code = max(codes, key=lambda each: (each == "migration_failed", each in OUT_OF_SERVICE, codes[each]))
    counts = ", ".join(f"{count} {each}" for each, count in codes.most_common())
    return reason(
        code,
        f"VM {vm.name} ({vm.size.cpu} MHz, {_amount('ram', vm.size.ram)}) fits no other host: {counts}",
        vm=vm.id,
        vm_name=vm.name,
        hosts=dict(codes),
        need={"cpu": vm.size.cpu, "ram": vm.size.ram},
    )


def _group(packing: Packing, unit: Unit, others: t.Sequence[int]) -> t.Optional[Reason]:
    """Why a strict affinity group has no common host; None when it has one or is no group."""
    if not unit.vms[0].together or any(n in unit.hosts and unit.fits(packing, n) for n in others):
        return None
    names = ", ".join(vm.name for vm in unit.vms)
    mates = mates_of(unit.vms, packing)
    if mates:
        there = ", ".join(packing.hosts[n].name for n in sorted(mates))
        return reason(
            "affinity_group_split",
            f"VMs {names} must run where others of their affinity group run ({there}), which cannot take them",
            vms=[vm.id for vm in unit.vms],
            need={"cpu": unit.size.cpu, "ram": unit.size.ram},
        )
    return reason(
        "affinity_group_split",
        f"VMs {names} must run on one host, and no other host has {unit.size.cpu} MHz and "
        f"{_amount('ram', unit.size.ram)} for all of them",
        vms=[vm.id for vm in unit.vms],
        need={"cpu": unit.size.cpu, "ram": unit.size.ram},
    )


def _amount(kind: str, value: int) -> str:
    if not value:
        return ""
    return f"{value} MHz" if kind == "cpu" else f"{value / 2**30:.2f} GiB"
