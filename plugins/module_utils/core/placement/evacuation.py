# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emptying some hosts of a cluster as it stands: what moves where, what has to be stopped, and why it cannot be."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ..accounting import Amount
from ..consent import ALL, agreed, doubtful, unknown
from ..errors import Reason
from .drain import Drain, Move, drain, replay, revert
from .fleet import Fleet, grouped, hosts_of, vms_of
from .implicit import CODE
from .not_drained import agent_down, blocks, broken, other_draining
from .rules import FAILED, Packing, Vm, reason
from .spare import unbearable
from .spread import balanced

NOTHING = Amount()
# Ways to land VMs until one keeps the spare hosts: evenly or not, and a seed.
LANDINGS = ((True, 0), (False, 0), (True, 1), (False, 1), (False, 2))


@dataclass(frozen=True)
class Evacuation:
    """moves: in the order to start them. balance: further ones, once those are made, that only bring loads together.
    stops: VMs that are stopped by consent. remaining: those that stay, when it is partial. reasons: why it cannot be
    done.
    """

    moves: tuple[Move, ...] = ()
    balance: tuple[Move, ...] = ()
    stops: tuple[Vm, ...] = ()
    remaining: tuple[Vm, ...] = ()
    reasons: tuple[Reason, ...] = ()
    free: Amount = NOTHING


@dataclass(frozen=True)
class Terms:
    """How hosts are emptied. preferred: ids to fill first. consent: names of VMs that may be stopped, or "all".

    planned: host id by VM id, as a roll planned it; what does not fit any more is planned anew. avoid: ids of hosts
    that nothing may land on (they are next). leaving: ids of hosts that are out with these: that the same run empties
    at the same time, or has asked the server to prepare for maintenance. beside: the moves that are planned for those,
    whose VMs count where they go. failed: what the job said, by (VM id, host id) of migrations that failed in this run.
    partial: move what can be moved and leave the rest. balance: move VMs of other hosts too, for balance alone.
    """

    preferred: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    beside: tuple[Move, ...] = ()
    consent: tuple[str, ...] = ()
    spare_hosts: int = 0
    failed: t.Mapping[tuple[str, str], str] = field(default_factory=dict)
    partial: bool = False
    planned: t.Mapping[str, str] = field(default_factory=dict)
    balance: bool = False


def evacuate(fleet: Fleet, host_ids: t.Sequence[str], terms: Terms) -> Evacuation:
    """Plan it by the placement of this moment.

    VMs keep to hosts with the storage access groups of their own if they can: from others they do not come back.
    """
    if grouped(fleet) and not terms.partial:
        found = _evacuated(fleet, vms_of(fleet, alike=True), host_ids, terms, None)
        if not found.reasons:
            return found
    return _evacuated(fleet, vms_of(fleet), host_ids, terms)


def _evacuated(
    fleet: Fleet,
    vms: t.Sequence[Vm],
    host_ids: t.Sequence[str],
    terms: Terms,
    also: t.Optional[frozenset[str]] = frozenset(),
) -> Evacuation:
    """also: ids of VMs that are stopped as implicit dedication leaves them no host; None when none may be for that."""
    rest = [h for h in fleet.hosts if h.id not in (*host_ids, *terms.leaving)]
    draining = [h for h in rest if blocks(h)]
    if draining and not terms.partial:
        return Evacuation(reasons=(other_draining(draining[0]),))
    here = [vm for vm in vms if vm.host in host_ids]
    cut_off = [h for h in fleet.hosts if h.state != "Up" and any(vm.host == h.id for vm in here)]
    if cut_off:
        return Evacuation(reasons=tuple(agent_down(h, fleet.on(h.id)) for h in cut_off))
    wrong = (*doubts_of(vms, host_ids, terms.consent), *(() if terms.partial else broken(fleet, host_ids)))
    if wrong:
        return Evacuation(reasons=wrong)
    stops = tuple(vm for vm in here if may_stop(vm, terms.consent) or vm.id in (also or ()))
    stays = _bound([vm for vm in here if vm not in stops]) if terms.partial else ()
    packing = _packing(fleet, [vm for vm in vms if vm not in stops], terms)
    sources = [packing.index[each] for each in host_ids]
    for vm in stays:
        packing.take(vm)
    found, failing = _borne(packing, sources, terms)
    if found.reasons:
        if terms.partial:
            return _some(packing, sources, stops, stays)
        more = _kept_off(packing, sources, found.reasons, terms.consent)
        if also is not None and more:
            return _evacuated(fleet, vms, host_ids, terms, also.union(vm.id for vm in more))
        return Evacuation(reasons=tuple(_with_failures(each, fleet, terms.failed) for each in found.reasons))
    if failing and not terms.partial:
        names = ", ".join(packing.hosts[packing.index[each]].name for each in failing)
        message = f"without the host, the other hosts could not restart all VMs after a failure of {names}"
        its = reason("n_plus_f", message, failing=list(failing))
        return Evacuation(reasons=(_with_failures(its, fleet, terms.failed),))
    free = _free(packing, sources)
    others = [n for n in range(len(packing.hosts)) if n not in sources]
    level = balanced(packing, terms.spare_hosts, others) if terms.balance else ()
    return Evacuation(found.moves, level, stops, stays, free=free)


def _bound(vms: t.Sequence[Vm]) -> tuple[Vm, ...]:
    """Those that cannot be moved, and those that have to run where one of these does."""
    groups = {vm.together for vm in vms if vm.pinned and vm.together}
    return tuple(vm for vm in vms if vm.pinned or vm.together in groups)


def _borne(packing: Packing, sources: t.Sequence[int], terms: Terms) -> tuple[Drain, tuple[str, ...]]:
    """Landings with which spare hosts are kept; else the first ones there are, and the hosts that must not fail."""
    unborne: list[tuple[Drain, tuple[str, ...]]] = []
    out = {*sources, *(packing.index[each] for each in terms.leaving if each in packing.index)}
    for even, seed in LANDINGS:
        found = _landed(packing, sources, terms, even, seed, not unborne)
        if found.reasons:
            break
        failing = unbearable(_forgiving(packing), out, terms.spare_hosts) if terms.spare_hosts else ()
        if not failing or terms.partial:
            return found, ()
        unborne.append((found, failing))
        revert(packing, reversed(found.moves))
    return unborne[0] if unborne else (found, ())


def _landed(packing: Packing, sources: t.Sequence[int], terms: Terms, even: bool, seed: int, as_planned: bool) -> Drain:
    """As far as may be where a roll planned it, the rest where there is room."""
    preferred = [packing.index[each] for each in terms.preferred if each in packing.index]
    kept = _planned(packing, sources, terms.planned) if as_planned else ()
    found = drain(packing, sources, preferred, seed, even=even)
    if found.reasons and kept:
        revert(packing, reversed(kept))
        return drain(packing, sources, preferred, seed, even=even)
    return found if found.reasons else Drain((*kept, *found.moves))


def _planned(packing: Packing, sources: t.Sequence[int], planned: t.Mapping[str, str]) -> tuple[Move, ...]:
    """The moves of a plan that can be made now; VMs that have to stay together are left to the search."""
    found = []
    for n in sources:
        for vm in list(packing.on[n].values()):
            target = packing.index.get(planned.get(vm.id, ""), -1)
            able = target >= 0 and target not in sources and not vm.together and not vm.pinned
            if able and target in packing.allowed(vm.needs) and packing.fits(vm, target):
                packing.take(vm)
                packing.put(vm, target)
                found.append(Move(vm.id, packing.hosts[n].id, packing.hosts[target].id))
    return tuple(found)


def _forgiving(packing: Packing) -> Packing:
    """Without what failed in this run: a VM that is started anew after a failure of its host is not migrated."""
    vms = [
        replace(vm, host=packing.hosts[n].id, apart=tuple(each for each in vm.apart if not each.startswith(FAILED)))
        for n, here in enumerate(packing.on)
        for vm in here.values()
    ]
    return Packing(packing.hosts, vms)


def _with_failures(its: Reason, fleet: Fleet, failed: t.Mapping[tuple[str, str], str]) -> Reason:
    """What the jobs of this run said belongs to whatever is the reason after them."""
    if not failed:
        return its
    vms = {each.id: each.name for each in fleet.instances}
    hosts = {each.id: each.name for each in fleet.hosts}
    words = [f"VM {vms.get(vm, vm)} to {hosts.get(host, host)}: {text}" for (vm, host), text in sorted(failed.items())]
    message = f"{its.message}, after migrations failed ({'; '.join(words)})"
    return replace(its, message=message, facts={**its.facts, "failed": words})


def balance(
    fleet: Fleet, moves: t.Iterable[Move], spare_hosts: int, back: t.Collection[str] = (), only: t.Collection[str] = ()
) -> tuple[Move, ...]:
    """Migrations after some others that bring loads together. back: ids of hosts that are in service again by then.

    only: ids of the hosts that VMs may go to, none for all.
    """
    hosts = [replace(host, unusable="") if host.id in back else host for host in hosts_of(fleet)]
    fixed = {each.id for each in fleet.instances if fleet.server_chooses(each)}
    vms = [
        replace(vm, pinned=vm.pinned or "server_chooses") if vm.id in fixed else vm for vm in vms_of(fleet, alike=True)
    ]
    packing = Packing(hosts, vms)
    replay(packing, moves)
    return balanced(packing, spare_hosts, [packing.index[each] for each in only] if only else None)


def may_stop(vm: Vm, consent: t.Collection[str]) -> bool:
    """One that cannot migrate; a VM in a passing state is waited for, not stopped."""
    return bool(vm.pinned) and vm.pinned != "vm_state" and agreed(consent, vm.name, vm.id)


def without_a_host(vms: t.Sequence[Vm], reasons: t.Sequence[Reason], consent: t.Collection[str]) -> tuple[Vm, ...]:
    """VMs that may be stopped and that implicit dedication leaves no host, so that a roll can be planned for the rest.

    Where each has a place alone but all have none, every VM that has such a dedication.
    """
    found = _named(vms, reasons, consent)
    if found or not any(each.code == "fragmentation" for each in reasons):
        return found
    return tuple(vm for vm in vms if vm.keeper.account and not vm.pinned and agreed(consent, vm.name, vm.id))


def _named(vms: t.Iterable[Vm], reasons: t.Iterable[Reason], consent: t.Collection[str]) -> tuple[Vm, ...]:
    """Those that implicit dedication keeps off a host with room, by these reasons, and that may be stopped."""
    named = {each.facts.get("vm") for each in reasons if CODE in t.cast("dict[str, int]", each.facts.get("hosts", {}))}
    return tuple(vm for vm in vms if vm.id in named and agreed(consent, vm.name, vm.id))


def _kept_off(
    packing: Packing, sources: t.Sequence[int], reasons: t.Sequence[Reason], consent: t.Collection[str]
) -> tuple[Vm, ...]:
    """The same, else one more where each VM has a place alone and only implicit dedication is why all have none."""
    here = [vm for n in sources for vm in packing.on[n].values()]
    found = _named(here, reasons, consent)
    able = [vm for vm in here if agreed(consent, vm.name, vm.id)]
    if found or not able or packing.keepers is None or any(vm.pinned for vm in here):
        return found
    twin = packing.copy()
    twin.keepers = None
    if drain(twin, sources).reasons:
        return ()
    return (min(able, key=lambda vm: (not vm.keeper.strict, not vm.keeper.account, vm.size.ram, vm.id)),)


def doubts_of(vms: t.Sequence[Vm], host_ids: t.Collection[str], consent: t.Collection[str]) -> tuple[Reason, ...]:
    """Names in consent of which it is not clear which VM of the cluster they mean."""
    # Where implicit dedication is in use, any VM may have to be stopped.
    any_of_them = any(vm.keeper.account for vm in vms)
    stopping = [vm.id for vm in vms if vm.host in host_ids and (any_of_them or may_stop(vm, consent))]
    return tuple(doubtful(consent, [(vm.id, vm.name) for vm in vms], stopping))


def strangers_of(
    vms: t.Sequence[Vm], host_ids: t.Collection[str], consent: t.Collection[str], cluster: str
) -> tuple[str, ...]:
    """A warning of names in consent that no VM of the cluster has."""
    # Implicit dedication may leave a VM no other host.
    here = (vm for vm in vms if vm.host in host_ids)
    needing = [vm.name for vm in here if may_stop(vm, (ALL,)) or (vm.keeper.account and not vm.pinned)]
    return unknown(consent, [(vm.id, vm.name) for vm in vms], f"cluster {cluster}", needing)


def _packing(fleet: Fleet, vms: t.Sequence[Vm], terms: Terms) -> Packing:
    hosts = [replace(h, unusable="leaving") if h.id in terms.avoid and not h.unusable else h for h in hosts_of(fleet)]
    packing = Packing(hosts, vms)
    known = {vm.id: vm for vm in vms}
    for vm_id, host_id in sorted(terms.failed):
        if vm_id in known and host_id in packing.index:
            known[vm_id] = packing.keep_off(known[vm_id], packing.index[host_id])
    for move in terms.beside:
        vm, target = known.get(move.vm), packing.index.get(move.target, -1)
        if vm is not None and target >= 0 and packing.where[vm.id] == packing.index.get(move.source):
            packing.take(vm)
            packing.put(vm, target)
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
    return Evacuation(tuple(moves), (), stops, tuple(left), free=_free(packing, sources))


def _roomy(packing: Packing, vm: Vm, sources: t.Sequence[int]) -> list[int]:
    able = packing.allowed(vm.needs).difference(sources)
    return sorted(able, key=lambda n: packing.share(n, vm.size))


def _free(packing: Packing, sources: t.Sequence[int]) -> Amount:
    others = [n for n in range(len(packing.hosts)) if n not in sources and not packing.hosts[n].unusable]
    return Amount(sum(packing.cpu[n] for n in others), sum(packing.ram[n] for n in others))
