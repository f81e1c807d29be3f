# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a cluster under other over-provisioning factors, before anything is written.

Source: Working with Hosts, "Over-Provisioning and Service Offering Limits"; FIELD_FACTS "Over-provisioning"; T3:60-107.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from math import isclose

from ..accounting import (
    Amount,
    Balance,
    Factors,
    Remembered,
    accounted,
    effective,
    joined,
    total,
)
from ..errors import Reason
from ..placement.fleet import Fleet, balances, counts, physical
from ..placement.instances import Instance
from ..zone.hosts import Host
from .headroom import failing
from .memory_factors import Ability, ability

PRECISION = 1e-6  # the server reckons with single precision
# The words of ``allow``: what is refused otherwise.
ALLOWANCES = ("below_one", "large", "no_ballooning", "over_full")
# Above these a factor is taken for a slip of the pen; the server takes 1000 (T3:66).
LARGE: t.Mapping[str, float] = {"cpu": 100.0, "ram": 10.0}
WORDS: t.Mapping[str, str] = {"cpu": "CPU", "ram": "memory"}


@dataclass(frozen=True)
class HostChange:
    """One host's account before and after. restarted: its use once every VM was stopped and started."""

    host: Host
    before: Balance
    after: Balance
    restarted: Amount


@dataclass(frozen=True)
class Keeper:
    """A running VM with other factors than the new ones. counts: after the change; restarted: once started anew."""

    vm: Instance
    remembers: Remembered
    counts: Amount
    restarted: Amount


@dataclass(frozen=True)
class Simulation:
    """earlier, later: the fleet as the server reckons, before and after the change."""

    old: Factors
    new: Factors
    hosts: tuple[HostChange, ...]
    keepers: tuple[Keeper, ...]
    earlier: Fleet
    later: Fleet

    @property
    def lowers(self) -> bool:
        return self.new.cpu < self.old.cpu or self.new.ram < self.old.ram

    @property
    def before(self) -> Balance:
        return joined(change.before for change in self.hosts)

    @property
    def after(self) -> Balance:
        return joined(change.after for change in self.hosts)


def simulate(fleet: Fleet, new: Factors) -> Simulation:
    """The cluster under ``new`` factors, to the MHz and byte.

    What is kept for stopped VMs, and for system VMs beyond their size, grows with the factors (T3:99, T3:105).
    """
    now = fleet.factors
    before = balances(fleet)
    cluster = replace(fleet.cluster, cpu_overcommit_ratio=_text(new.cpu), memory_overcommit_ratio=_text(new.ram))
    later = replace(fleet, cluster=cluster)
    changes = tuple(_change(later, host, before[host.id], now, new) for host in fleet.hosts)
    hosts = tuple(_told_later(change) for change in changes)
    return Simulation(now, new, changes, keepers(fleet, new), fleet, replace(later, hosts=hosts))


def _text(factor: float) -> str:
    return f"{factor:.12g}"


def _change(later: Fleet, host: Host, before: Balance, now: Factors, new: Factors) -> HostChange:
    vms = later.on(host.id)
    used = total(counts(vm, new) for vm in vms)
    kept = accounted(before.reserved, now, new)
    restarted = total(vm.demand for vm in vms)
    return HostChange(host, before, Balance(effective(physical(host), new), used, kept), restarted)


def _told_later(change: HostChange) -> Host:
    held = change.after.used + change.after.reserved
    return replace(
        change.host,
        cpu_allocated=held.cpu,
        memory_allocated=held.ram,
        cpu_with_overprovisioning=change.after.capacity.cpu,
        memory_with_overprovisioning=change.after.capacity.ram,
    )


def as_started(own: Remembered, new: Factors) -> bool:
    """Whether a VM that was just started with these factors would remember what this one does.

    The server keeps a factor above 1, and one of at most 1 only where another was kept
    (updateOverCommitRatioForVmProfile).
    """
    if not own.kept:
        return max(new.cpu, new.ram) <= 1
    pairs = ((own.cpu, new.cpu), (own.ram, new.ram))
    return all(factor <= 1 if kept is None else isclose(kept, factor, rel_tol=PRECISION) for kept, factor in pairs)


def keepers(fleet: Fleet, new: Factors) -> tuple[Keeper, ...]:
    """Users' VMs that were started with other factors, largest first; 1 and 1 where they remember none.

    Of system VMs the API does not tell what they remember.
    """
    found = []
    for host in fleet.hosts:
        for vm in fleet.on(host.id):
            if as_started(vm.own, new) or vm.kind != "User":
                continue
            found.append(Keeper(vm, vm.own, counts(vm, new), vm.demand))
    return tuple(sorted(found, key=lambda each: (-each.vm.ram, each.vm.name)))


def refusals(
    sim: Simulation, hypervisor: str, allow: t.Collection[str], spare_hosts: t.Optional[int] = None
) -> tuple[Reason, ...]:
    """Every reason not to do it. Only what the change makes worse counts against it."""
    found = [*of_factors({"cpu": sim.new.cpu, "ram": sim.new.ram}, hypervisor, allow)]
    if any(reason.code == "factor_not_positive" for reason in found):
        return tuple(found)
    if "over_full" not in allow:
        found += [reason for change in sim.hosts for reason in _over_full(change, sim)]
    if spare_hosts:
        lost = failing(sim.later, spare_hosts)
        if lost and (sim.lowers or not failing(sim.earlier, spare_hosts)):
            names = ", ".join(lost)
            message = (
                f"with this factor, the other hosts could not restart all VMs after a failure of {names} "
                f"(N+{spare_hosts})"
            )
            remedy = "use a higher factor, add a host, or lower spare_hosts"
            found.append(Reason("n_plus_f", message, remedy, {"failing": list(lost), "spare_hosts": spare_hosts}))
    return tuple(found)


def of_factors(
    wanted: t.Mapping[str, float], hypervisor: str = "", allow: t.Collection[str] = ()
) -> t.Iterator[Reason]:
    """What is wrong with the factors themselves. ``hypervisor``: "" where it is not known (global values)."""
    able = ability(hypervisor) if hypervisor else None
    for kind, factor in wanted.items():
        word = WORDS[kind]
        facts: dict[str, object] = {"factor": factor, "resource": word}
        if not 0 < factor < float("inf"):
            yield Reason(
                "factor_not_positive", f"the {word} factor {factor:g} must be greater than 0", "use 1 or more", facts
            )
            continue
        if factor < 1 and "below_one" not in allow:
            message = f"the {word} factor {factor:g} is below 1: existing capacity would stay unused"
            yield Reason("below_one", message, "use 1 or more, or add below_one to allow", facts)
        if factor > LARGE[kind] and "large" not in allow:
            message = f"the {word} factor {factor:g} is above {LARGE[kind]:g}, which no hardware supports"
            yield Reason(
                "large", message, "use a smaller factor, or add large to allow", {**facts, "most": LARGE[kind]}
            )
        if kind == "ram" and able is not None and factor > 1:
            yield from _of_memory(factor, hypervisor, able, allow)


def _of_memory(factor: float, hypervisor: str, able: Ability, allow: t.Collection[str]) -> t.Iterator[Reason]:
    facts = {"factor": factor, "hypervisor": hypervisor}
    if not able.ballooning and "no_ballooning" not in allow:
        message = (
            f"{hypervisor} cannot reclaim memory from guests, so a memory factor of {factor:g} promises "
            "memory that does not exist"
        )
        yield Reason("no_ballooning", f"{message} there", "use 1, or add no_ballooning to allow", facts)
    if able.most_ram is not None and factor > able.most_ram:
        message = (
            f"{hypervisor} supports memory factors up to {able.most_ram:g} (dynamic memory control), not {factor:g}"
        )
        yield Reason("memory_limit", message, f"use {able.most_ram:g} or less", {**facts, "most": able.most_ram})


def _over_full(change: HostChange, sim: Simulation) -> t.Iterator[Reason]:
    """By the server's account at once, and once its VMs were stopped and started."""
    capacity, held = change.after.capacity, change.after.used + change.after.reserved
    own_before = change.before.used + change.before.reserved
    for kind, unit, room, then, restarted, was, had in (
        ("cpu", "MHz", capacity.cpu, held.cpu, change.restarted.cpu, own_before.cpu, change.before.capacity.cpu),
        ("ram", "bytes", capacity.ram, held.ram, change.restarted.ram, own_before.ram, change.before.capacity.ram),
    ):
        if room >= had:
            # Nothing is lost by raising a factor.
            continue
        need = max(then, restarted)
        if need <= room:
            continue
        when = "immediately" if then > room else "after its VMs are stopped and started"
        message = f"host {change.host.name} would have {need} of {room} {unit} of {WORDS[kind]} allocated {when}"
        facts = {"host": change.host.id, "host_name": change.host.name, "resource": WORDS[kind], "used": then}
        more = {"restarted": restarted, "capacity": room, "used_before": was, "capacity_before": had}
        yield Reason(
            "over_full", message, "migrate VMs away from it first, or add over_full to allow", {**facts, **more}
        )
