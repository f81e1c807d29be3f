# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emptying some hosts of a cluster as it stands: what moves where, what has to be stopped, and why it cannot be."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..amounts import Amount
from ..errors import Reason
from ..zone.hosts import DRAINING, Host
from .drain import Move, drain
from .fleet import Fleet, hosts_of, vms_of
from .rules import Packing, Vm, reason
from .spare import unbearable

ALL = "all"
NOTHING = Amount()
BLOCKS_OTHERS = (DRAINING, "ErrorInPrepareForMaintenance")


@dataclass(frozen=True)
class Evacuation:
    """moves: in the order to start them. stops: VMs that are stopped by consent. remaining: those that stay, when
    it is partial. reasons: why it cannot be done.
    """

    moves: tuple[Move, ...] = ()
    stops: tuple[Vm, ...] = ()
    remaining: tuple[Vm, ...] = ()
    reasons: tuple[Reason, ...] = ()
    free: Amount = NOTHING


@dataclass(frozen=True)
class Terms:
    """How hosts are emptied. preferred: ids to fill first. consent: names of VMs that may be stopped, or "all".

    avoid: ids of hosts that nothing may land on (they are next). failed: (VM id, host id) of migrations that failed in
    this run. partial: move what can be moved and leave the rest.
    """

    preferred: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    spare_hosts: int = 0
    failed: frozenset[tuple[str, str]] = frozenset()
    partial: bool = False


def evacuate(fleet: Fleet, host_ids: t.Sequence[str], terms: Terms) -> Evacuation:
    """Plan it by the placement of this moment."""
    draining = [h for h in fleet.hosts if h.id not in host_ids and h.resource_state in BLOCKS_OTHERS]
    if draining and not terms.partial:
        other = draining[0]
        message = f"host {other.name} of the cluster is in {other.resource_state}, and only one may drain at a time"
        return Evacuation(reasons=(reason("other_draining", message, host=other.id, host_name=other.name),))
    vms = vms_of(fleet)
    here = [vm for vm in vms if vm.host in host_ids]
    cut_off = [h for h in fleet.hosts if h.state != "Up" and any(vm.host == h.id for vm in here)]
    if cut_off:
        return Evacuation(reasons=tuple(_cut_off(h, [vm for vm in here if vm.host == h.id]) for h in cut_off))
    stops = tuple(vm for vm in here if vm.pinned and _may_stop(vm, terms.consent))
    stays = tuple(vm for vm in here if vm.pinned and vm not in stops) if terms.partial else ()
    packing = _packing(fleet, [vm for vm in vms if vm not in stops], terms)
    sources = [packing.index[each] for each in host_ids]
    for vm in stays:
        packing.take(vm)
    preferred = [packing.index[each] for each in terms.preferred if each in packing.index]
    found = drain(packing, sources, preferred)
    if found.reasons:
        return _some(packing, sources, stops, stays) if terms.partial else Evacuation(reasons=found.reasons)
    failing = unbearable(packing, sources, terms.spare_hosts) if terms.spare_hosts else ()
    if failing and not terms.partial:
        names = ", ".join(packing.hosts[packing.index[each]].name for each in failing)
        message = f"without the host, the failure of {names} would leave VMs without a place"
        return Evacuation(reasons=(reason("n_plus_f", message, failing=list(failing)),))
    return Evacuation(found.moves, stops, stays, free=_free(packing, sources))


def _cut_off(host: Host, vms: t.Sequence[Vm]) -> Reason:
    """Nothing moves off a host whose agent does not answer."""
    names = ", ".join(vm.name for vm in vms)
    message = f"the agent of host {host.name} is {host.state}, so that {names} cannot be moved"
    facts = {"host": host.id, "host_name": host.name, "state": host.state, "vms": [vm.id for vm in vms]}
    return reason("agent_down", message, **facts)


def _may_stop(vm: Vm, consent: t.Collection[str]) -> bool:
    """By name, id or "all"; a VM in a passing state is waited for, not stopped."""
    return vm.pinned != "vm_state" and (ALL in consent or vm.name in consent or vm.id in consent)


def _packing(fleet: Fleet, vms: t.Sequence[Vm], terms: Terms) -> Packing:
    hosts = [replace(h, unusable="leaving") if h.id in terms.avoid and not h.unusable else h for h in hosts_of(fleet)]
    packing = Packing(hosts, vms)
    known = {vm.id: vm for vm in vms}
    for vm_id, host_id in sorted(terms.failed):
        if vm_id in known and host_id in packing.index:
            known[vm_id] = packing.keep_off(known[vm_id], packing.index[host_id])
    return packing


def _some(packing: Packing, sources: t.Sequence[int], stops: tuple[Vm, ...], stays: tuple[Vm, ...]) -> Evacuation:
    """One VM after the other, smallest first, so that as many as can leave."""
    moves: list[Move] = []
    left = list(stays)
    for vm in sorted((vm for n in sources for vm in packing.on[n].values()), key=lambda vm: (vm.size.ram, vm.id)):
        target = next((n for n in _roomy(packing, vm, sources) if packing.fits(vm, n)), None)
        if target is None or vm.together:
            left.append(vm)
            continue
        moves.append(Move(vm.id, packing.hosts[packing.where[vm.id]].id, packing.hosts[target].id))
        packing.take(vm)
        packing.put(vm, target)
    return Evacuation(tuple(moves), stops, tuple(left), free=_free(packing, sources))


def _roomy(packing: Packing, vm: Vm, sources: t.Sequence[int]) -> list[int]:
    able = packing.allowed(vm.needs).difference(sources)
    return sorted(able, key=lambda n: packing.ram[n], reverse=True)


def _free(packing: Packing, sources: t.Sequence[int]) -> Amount:
    others = [n for n in range(len(packing.hosts)) if n not in sources and not packing.hosts[n].unusable]
    return Amount(sum(packing.cpu[n] for n in others), sum(packing.ram[n] for n in others))
