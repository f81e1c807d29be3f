# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bringing a host into maintenance or back would do, before anything is written; and what a result tells."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field, replace

from ...core.change import Outcome
from ...core.consent import consent_unknown
from ...core.errors import Reason, Refused
from ...core.maintenance.begun import stamp, warned
from ...core.maintenance.ending import end_of, returning_of
from ...core.maintenance.marks import Mark, alive
from ...core.placement.back import Back, bring_back
from ...core.placement.cautions import cautions
from ...core.placement.distribution import distribution
from ...core.placement.drain import Move
from ...core.placement.evacuation import Evacuation, Terms, balance, evacuate
from ...core.placement.fleet import Fleet
from ...core.placement.instances import Instance
from ...core.zone.hosts import Host, HostName
from ...core.zone.resource_states import DISABLED, DRAINING, MAINTENANCE
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..capacity.account import disable_thresholds
from ..capacity.agreed import agreed
from ..hypervisors.native import NativePart, Reach
from ..zone import hosts
from . import locks, marks
from .emptying import Told
from .migrations import Limits
from .plans import moves_told, strangers

Goal = t.Literal["maintenance", "enabled", "draining"]


@dataclass(frozen=True)
class Request:
    """What is asked of one host. preferred, avoid: names of hosts to fill first, and not at all. timeout: seconds.

    reach: opens the cluster's hypervisors, to prove there that the host is empty and to use their own maintenance.
    planned: where a roll planned VMs to go: names or ids of VM and host. move_back: VMs that leave the host come back
    when its maintenance ends.
    """

    which: HostName
    zone: t.Optional[str]
    claim: locks.Claim
    terms: Terms = field(default_factory=Terms)
    preferred: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    timeout: float = 3600.0
    reach: t.Optional[Reach] = None
    planned: tuple[tuple[str, str], ...] = ()
    move_back: bool = False


@dataclass(frozen=True)
class Foretold:
    """fleet: the reading that it is planned with, None where nothing is planned. limits: its cluster's thresholds.

    mark: the host's, where it was looked at.
    """

    outcome: Outcome
    fleet: t.Optional[Fleet] = None
    limits: t.Mapping[str, float] = field(default_factory=dict)
    mark: t.Optional[Mark] = None

    def since(self) -> dict[str, object]:
        """For a result: when the maintenance began that it ends."""
        note = self.mark.written if self.mark else None
        return {"maintenance_since": stamp(note.at)} if note else {}

    def spread(self, moves: t.Sequence[Move]) -> dict[str, object]:
        """For a result: the loads of the cluster's hosts before and after these moves."""
        return {"distribution": distribution(self.fleet, moves, self.limits).told()} if self.fleet else {}


def outcome_of(before: str, final: Host, told: Told, native: NativePart, mode: t.Optional[bool] = None) -> Outcome:
    """mode: the hypervisor's own maintenance as it would become, in a prediction."""
    changed = before != final.resource_state or told.anything or native.changed or mode is not None
    after = {"resource_state": final.resource_state, **{k: v for k, v in told.fields().items() if v}}
    if native.changed or mode is not None:
        after["hypervisor_maintenance"] = mode if mode is not None else native.in_maintenance()
    return Outcome(
        changed,
        {"resource_state": before} if changed else {},
        after if changed else {},
        {**hosts.show(final), **told.fields(), **native.told(), **_not_back(told)},
    )


def _not_back(told: Told) -> dict[str, object]:
    return {} if told.left is None else {"not_moved_back": told.left}


def terms_of(fleet: Fleet, request: Request, partial: bool) -> Terms:
    def ids(names: t.Sequence[str]) -> tuple[str, ...]:
        wanted = {name.casefold() for name in names}
        return tuple(h.id for h in fleet.hosts if h.name.casefold() in wanted or h.id in wanted)

    terms = replace(
        request.terms,
        preferred=ids(request.preferred),
        avoid=ids(request.avoid),
        planned={vm.id: host for vm, host in _planned(fleet, request)},
        partial=partial,
    )
    return replace(terms, consent=()) if partial else terms


def _planned(fleet: Fleet, request: Request) -> t.Iterator[tuple[Instance, str]]:
    """By id, else by a name that only one VM of the cluster has; what is not there any more is planned anew."""
    targets = {key: host.id for host in fleet.hosts for key in (host.id, host.name)}
    for named, host in request.planned:
        found = [vm for vm in fleet.instances if vm.id == named] or [vm for vm in fleet.instances if vm.name == named]
        if len(found) == 1 and host in targets:
            yield found[0], targets[host]


@contextlib.contextmanager
def _lock_told_first(cloud: Cloud, request: Request, cluster: Cluster) -> t.Iterator[None]:
    """What another run does in the cluster is no mistake to mend: a refusal begins with its lock."""
    try:
        yield
    except Refused as error:
        locked = locks.standing(cloud, cluster, request.claim)
        if locked is None:
            raise
        others = [each for each in error.reasons if each.code != "other_draining"]
        raise Refused(locks.called(cluster), [locked, *others]) from None


def predicted(
    cloud: Cloud,
    request: Request,
    host: Host,
    cluster: Cluster,
    goal: Goal,
    native: NativePart,
    fleet: t.Optional[Fleet] = None,
    mark: t.Optional[Mark] = None,
) -> Foretold:
    """What would be done, written nowhere. fleet, mark: as they are at this moment, None to be read. Raises Refused."""
    with _lock_told_first(cloud, request, cluster):
        state = host.resource_state
        if goal == "enabled":
            return _back(cloud, request, host, cluster, native, mark or alive(host, marks.read(cloud, host)))
        mode = True if goal == "maintenance" and native.would_change(True) else None
        if mode:
            native.refuse_master()
        if state == MAINTENANCE:
            verified_empty(cloud, host, cluster)
            native.prove_empty()
            return Foretold(outcome_of(state, host, Told(), native, mode))
        if state == DRAINING:
            return Foretold(outcome_of(state, replace(host, resource_state=MAINTENANCE), Told(), native, mode))
        fleet = fleet or agreed(cloud, cluster)
        plan = evacuate(fleet, [host.id], terms_of(fleet, request, goal == "draining"))
        unknown = strangers(cloud, fleet, [host.id], request.terms.consent)
        if plan.reasons and not _passing(plan):
            raise Refused(f"host {host.name}", [*plan.reasons, *map(consent_unknown, unknown)])
        native.refuse_obstacles(_instance_names(fleet, [move.vm for move in plan.moves]))
        final = replace(host, resource_state=MAINTENANCE if goal == "maintenance" else DISABLED)
        limits = disable_thresholds(cloud, cluster)
        outcome = outcome_of(state, final, _as_told(fleet, plan), native, mode)
        spread = distribution(fleet, [*plan.moves, *plan.balance], limits)
        result = {**outcome.result, "distribution": spread.told()}
        told = cautions(fleet, {move.vm: move.target for move in spread.moves}, {vm.id for vm in plan.stops})
        warnings = (*unknown, *spread.warnings(), *told)
        return Foretold(replace(outcome, result=result, warnings=warnings), fleet, limits)


def _back(
    cloud: Cloud, request: Request, host: Host, cluster: Cluster, native: NativePart, mark: t.Optional[Mark]
) -> Foretold:
    mode = False if native.would_change(False) else None
    final = replace(host, resource_state=end_of(host, mark))
    told = Told(started=[name for _id, _kind, name in mark.stopped] if mark else [])
    returning = returning_of(request.move_back, final, mark)
    level = request.terms.balance and final.resource_state not in (host.resource_state, DISABLED)
    if request.move_back:
        told.left = []
    if not level and not returning:
        outcome = outcome_of(host.resource_state, final, told, native, mode)
        return _dated(cloud, host, Foretold(outcome, mark=mark))
    fleet, limits = agreed(cloud, cluster), disable_thresholds(cloud, cluster)
    back = bring_back(fleet, returning, host.id, request.terms.spare_hosts)
    moves = list(back.moves)
    if level:
        moves += balance(fleet, moves, request.terms.spare_hosts, back=[host.id], only=[host.id])
    told.moved = moves_told(fleet, moves)
    told.left = left_told(back) if request.move_back else None
    outcome = outcome_of(host.resource_state, final, told, native, mode)
    result = {**outcome.result, "distribution": distribution(fleet, moves, limits).told()}
    warnings = tuple(each["message"] for each in told.left or ())
    return _dated(cloud, host, Foretold(replace(outcome, result=result, warnings=warnings), fleet, limits, mark))


def _dated(cloud: Cloud, host: Host, foretold: Foretold) -> Foretold:
    """With the age of what is given back."""
    mark, outcome = foretold.mark, foretold.outcome
    note = mark.written if mark else None
    if mark is None or note is None:
        return foretold
    gives = ["disables the host"] if mark.before == DISABLED else []
    gives += [f"starts {', '.join(name for _id, _kind, name in mark.stopped)}"] if mark.stopped else []
    told = warned(f"host {host.name}", note.at, note.author, cloud.clock.wall(), " and ".join(gives))
    result, warnings = {**outcome.result, **foretold.since()}, (*outcome.warnings, *told)
    return replace(foretold, outcome=replace(outcome, result=result, warnings=warnings))


def left_told(back: Back) -> list[dict[str, str]]:
    return [
        {"vm": str(each.facts["vm_name"]), "code": each.code, "message": each.message, "remedy": each.remedy}
        for each in back.left
    ]


def _instance_names(fleet: Fleet, ids: t.Collection[str]) -> frozenset[str]:
    """As their hypervisor calls them."""
    return frozenset(vm.instance_name for vm in fleet.instances if vm.id in ids)


def _passing(plan: Evacuation) -> bool:
    """Only VMs that are between two states are in the way: the run itself waits for them."""
    return all(reason.code == "vm_state" for reason in plan.reasons)


def _as_told(fleet: Fleet, plan: Evacuation) -> Told:
    return Told(
        moves_told(fleet, (*plan.moves, *plan.balance)),
        [vm.name for vm in plan.stops],
        remaining=[vm.name for vm in plan.remaining],
    )


def verified_empty(cloud: Cloud, host: Host, cluster: Cluster, fleet: t.Optional[Fleet] = None) -> None:
    """The state says Maintenance, the listings must say that nothing runs there (the server's own checks race).

    fleet: a reading since it says so.
    """
    left = [vm.name for vm in (cloud.fleets.on_host(cluster, host.id) if fleet is None else fleet.on(host.id))]
    if left:
        message = f"it is in {host.resource_state} but {', '.join(left)} still run on it"
        reason = Reason("not_empty", message, "set state=enabled, then run again", {"vms": left})
        raise Refused(f"host {host.name}", [reason])
