# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's figures of a host read as what they mean, and our account of a cluster checked against the server's own.

Servers differ (HostJoinDaoImpl): ``cpunumber`` has the CPU factor in it on 4.16 to 4.20, ``memorytotal`` the memory
factor from 4.15 on (T3:95), both figures with over-provisioning went through single precision, and 4.11 writes them as
1.34217728E11. Which of these it is follows from the figures themselves.
"""

from __future__ import annotations

import math
import typing as t
from dataclasses import replace

from ..accounting import HOLDING, Amount, Balance, Factors, Remembered, as_summed, effective, joined, total
from ..errors import Reason
from ..versions import VMS_AS_STORED
from ..zone.hosts import Host, release_of
from ..zone.resource_states import DRAINING, ENABLED, FAILED_DRAIN, MAINTENANCE
from .fleet import Fleet, balances, counts, physical
from .instances import Instance

PRECISION = 1e-6  # of figures that went through single precision
DISPUTED = "capacity_disputed"
UNCOUNTED = frozenset((DRAINING, MAINTENANCE, *FAILED_DRAIN))
WORDS: t.Mapping[str, tuple[str, str]] = {"cpu": ("MHz", "CPU"), "ram": ("bytes", "RAM")}
REMEDY = (
    "let the server recalculate its capacities (listCapacity fetchlatest=true) and run again; if the "
    "difference remains, compare both figures with the host and the database"
)


def plain_figures(host: Host, now: Factors) -> tuple[Host, tuple[Reason, ...]]:
    """The host with its cores and RAM as they are, without any factor; and what contradicts itself.

    A contradiction leaves the figures such that the capacity is what the server hands out.
    """
    cores, cpu_fault = _cores(host, now.cpu)
    ram, ram_fault = _ram(host, now.ram)
    return replace(host, cpu_number=cores, memory_total=ram), tuple(each for each in (cpu_fault, ram_fault) if each)


def _cores(host: Host, factor: float) -> tuple[t.Optional[int], t.Optional[Reason]]:
    said, speed, told = host.cpu_number, host.cpu_speed or 0, host.cpu_with_overprovisioning
    if not said or not speed or not told or _close(said * speed * factor, told, speed):
        return said, None
    plain = round(told / (speed * factor))
    # As many cores as leave no more than a rounding error, and that give what is said when multiplied.
    if plain and abs(int(plain * factor) - said) <= 1 and _close(plain * speed * factor, told, 1):
        return plain, None
    message = (
        f"the server shows {said} cores of {speed} MHz and {told} MHz with over-provisioning, while the cluster's CPU "
        f"factor is {factor:g}"
    )
    return max(plain, 1), _dispute(
        host, message, "cpu", {"cores": said, "speed": speed, "told": told, "factor": factor}
    )


def _ram(host: Host, factor: float) -> tuple[t.Optional[int], t.Optional[Reason]]:
    said, told = host.memory_total, host.memory_with_overprovisioning
    if not said or not told or _close(said * factor, told, 1):
        return said, None
    if _close(said, told, 1):
        return _divided(told, factor), None
    message = (
        f"the server shows {said} bytes of RAM and {told} with over-provisioning, while the cluster's memory factor is "
        f"{factor:g}"
    )
    return _divided(told, factor), _dispute(host, message, "ram", {"said": said, "told": told, "factor": factor})


def _divided(told: int, factor: float) -> int:
    """What gives that figure again when it is multiplied."""
    near = int(told / factor)
    return next((ram for ram in (near, near + 1) if effective(Amount(0, ram), Factors(1, factor)).ram == told), near)


def _close(one: float, other: float, within: float) -> bool:
    return math.isclose(one, other, rel_tol=PRECISION, abs_tol=within)


def as_counted(
    hosts: t.Sequence[Host], vms: t.Sequence[Instance], now: Factors, rough: t.Mapping[str, int]
) -> tuple[Instance, ...]:
    """VMs of users that remember no factor with that of 1, where the server counts them so.

    CapacityManagerImpl does so before 4.16, and counts them as they are from then on. A release is an agent's, which
    may be older than the server: where VMs counted so are more than the server shows, it does not.
    """
    ids = {host.id for host in hosts if () < release_of(host) < VMS_AS_STORED}
    if not ids:
        return tuple(vms)
    taken = [replace(vm, own=_from_one(vm.own)) if vm.kind == "User" and vm.host_id in ids else vm for vm in vms]
    holding = [vm for vm in taken if vm.state in HOLDING]
    for host in hosts:
        its = [counts(vm, now) for vm in holding if vm.host_id == host.id]
        said, used = (host.cpu_allocated, host.memory_allocated), total(its)
        within = len(its) + rough.get(host.id, 0), len(its)
        exact = zip((used.cpu, used.ram), said, within)
        if host.resource_state not in UNCOUNTED and any(
            shown is not None and ours > shown and not _close(ours, shown, most) for ours, shown, most in exact
        ):
            return tuple(vms)
    return tuple(taken)


def _from_one(own: Remembered) -> Remembered:
    """These releases keep both factors or none."""
    return Remembered(1.0, 1.0, kept=False) if own.cpu is None else own


def _dispute(host: Host, message: str, kind: str, facts: t.Mapping[str, object]) -> Reason:
    its = {"host": host.id, "host_name": host.name, "resource": WORDS[kind][1]}
    return Reason(DISPUTED, f"host {host.name}: {message}", REMEDY, {**its, **facts})


def disputes(fleet: Fleet, said: t.Optional[Balance]) -> tuple[Reason, ...]:
    """Where our account and the server's differ, with both figures. said: by its listCapacity of the cluster, if any.

    VMs that add up to less than the server holds are no contradiction: it keeps room for VMs that were stopped.
    """
    found = list(fleet.disputes)
    for host in fleet.hosts:
        # The server keeps no account of a host from its preparation to the end of its maintenance: it shows 0.
        if host.resource_state not in UNCOUNTED:
            found += _of_host(fleet, host)
    if said is not None and not found:
        found += _of_cluster(fleet, said)
    return tuple(found)


def _of_host(fleet: Fleet, host: Host) -> t.Iterator[Reason]:
    vms = fleet.on(host.id)
    used = total(counts(vm, fleet.factors) for vm in vms)
    for kind, shown in (("cpu", host.cpu_allocated), ("ram", host.memory_allocated)):
        ours = getattr(used, kind)
        # Each VM may be rounded; a share of the CPU is told with two decimals.
        within = len(vms) + (fleet.rough.get(host.id, 0) if kind == "cpu" else 0)
        if shown is None or ours <= shown or _close(ours, shown, within):
            continue
        unit, word = WORDS[kind]
        message = f"the sum of its {len(vms)} VMs is {ours} {unit} of {word}, but the server shows {shown}"
        yield _dispute(host, message, kind, {"ours": ours, "server": shown})


def _of_cluster(fleet: Fleet, said: Balance) -> t.Iterator[Reason]:
    """listCapacity leaves hosts out that are not enabled, on some versions (measured), or not up."""
    accounts = balances(fleet)
    sums = [joined(accounts[host.id] for host in hosts) for hosts in _counted(fleet)]
    factors = as_summed(fleet.factors)
    if factors != fleet.factors:
        summed = [effective(total(physical(host) for host in hosts), factors) for hosts in _counted(fleet)]
        sums += [replace(its, capacity=capacity) for its, capacity in zip(sums, summed)]
    rough = sum(fleet.rough.values()) + len(fleet.instances)
    for kind in ("cpu", "ram"):
        unit, word = WORDS[kind]
        pairs = [(getattr(its.capacity, kind), getattr(its.used + its.reserved, kind)) for its in sums]
        theirs = getattr(said.capacity, kind), getattr(said.used, kind)
        if any(_close(a, theirs[0], len(fleet.hosts)) and _close(b, theirs[1], rough) for a, b in pairs):
            continue
        message = (
            f"its hosts have {pairs[0][0]} {unit} of {word} with {pairs[0][1]} used, but listCapacity shows "
            f"{theirs[0]} with {theirs[1]} used"
        )
        facts = {"resource": word, "ours": {"capacity": pairs[0][0], "used": pairs[0][1]}}
        yield Reason(DISPUTED, message, REMEDY, {**facts, "server": {"capacity": theirs[0], "used": theirs[1]}})


def _counted(fleet: Fleet) -> list[list[Host]]:
    enabled = [host for host in fleet.hosts if host.resource_state == ENABLED]
    counted = [host for host in fleet.hosts if host.resource_state not in UNCOUNTED]
    return [list(fleet.hosts), counted, enabled, [host for host in enabled if host.state == "Up"]]
