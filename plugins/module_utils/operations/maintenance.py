# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host into maintenance and back, without losing a VM.

The server's own drain adds nothing up, lets migrations collide and stops a VM whose migration fails. So every VM is
moved by a planned migration first, and the server is asked for maintenance when the host is empty (field facts,
"CloudStack's own drain, measured").
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ..core.change import Outcome
from ..core.errors import Reason, Refused
from ..core.evacuation import Evacuation, Terms, evacuate
from ..core.fleet import Fleet, Instance
from ..core.hosts import DISABLED, DRAINING, ENABLED, FAILED_DRAIN, MAINTENANCE, Host, HostName
from ..core.topology import Cluster
from ..ports import Cloud
from . import hosts, locks, lookup, marks
from .machines import bring, settled
from .migrations import Limits, carry_out
from .waiting import until

ROUNDS = 5  # plans that are tried after failed migrations
AGENT_UP = 600.0  # seconds for an agent to come back after a maintenance

Goal = t.Literal["maintenance", "enabled", "draining"]


@dataclass(frozen=True)
class Request:
    """What is asked of one host. preferred, avoid: names of hosts to fill first, and not at all. timeout: seconds."""

    which: HostName
    zone: t.Optional[str]
    lock: locks.Lock
    terms: Terms = field(default_factory=Terms)
    preferred: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    timeout: float = 3600.0
    lease: float = 900.0
    lock_wait: float = 0.0
    keep_lock: bool = False


@dataclass
class Told:
    """What was done, for the result."""

    moved: list[dict[str, str]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.moved or self.stopped or self.started)

    def fields(self) -> dict[str, object]:
        return {"moved": self.moved, "stopped": self.stopped, "started": self.started, "remaining": self.remaining}


def ensure(cloud: Cloud, request: Request, goal: Goal, check_mode: bool) -> Outcome:
    """Bring one host to ``goal``. Raises Refused with every reason, and then the host is as it was."""
    zone = lookup.zone(cloud, request.zone)
    host = hosts.required(cloud, request.which, zone)
    cluster = lookup.cluster(cloud, host.cluster_id, zone)
    if goal == "enabled":
        return _enabled(cloud, request, host, cluster, check_mode)
    if check_mode:
        return _predicted(cloud, request, host, cluster, goal)
    with locks.held(cloud, cluster, request.lock, request.lease, request.lock_wait, request.keep_lock):
        host = cloud.hosts.fresh(host)
        before = host.resource_state
        told = Told()
        final = _enter(cloud, request, host, cluster, told) if goal == "maintenance" else None
        if final is None:
            final = _draining(cloud, request, host, cluster, told)
    return _outcome(before, final, told)


def _outcome(before: str, final: Host, told: Told) -> Outcome:
    changed = before != final.resource_state or told.anything
    return Outcome(
        changed,
        {"resource_state": before} if changed else {},
        {"resource_state": final.resource_state, **{k: v for k, v in told.fields().items() if v}} if changed else {},
        {**hosts.show(final), **told.fields()},
    )


def _terms(fleet: Fleet, request: Request) -> Terms:
    def ids(names: t.Sequence[str]) -> tuple[str, ...]:
        wanted = {name.casefold() for name in names}
        return tuple(h.id for h in fleet.hosts if h.name.casefold() in wanted or h.id in wanted)

    return replace(request.terms, preferred=ids(request.preferred), avoid=ids(request.avoid))


def _predicted(cloud: Cloud, request: Request, host: Host, cluster: Cluster, goal: Goal) -> Outcome:
    """The same plan, written nowhere."""
    end = MAINTENANCE if goal == "maintenance" else DISABLED
    if host.resource_state == MAINTENANCE:
        return Outcome(False, result={**hosts.show(host), **Told().fields()})
    fleet = cloud.fleets.read(cluster)
    plan = evacuate(fleet, [host.id], replace(_terms(fleet, request), partial=goal == "draining"))
    _refuse(host, plan)
    told = _as_told(fleet, plan)
    changed = host.resource_state != end or told.anything
    after = {"resource_state": end, **{k: v for k, v in told.fields().items() if v}} if changed else {}
    before = {"resource_state": host.resource_state} if changed else {}
    return Outcome(changed, before, after, {**hosts.show(host), "resource_state": end, **told.fields()})


def _as_told(fleet: Fleet, plan: Evacuation) -> Told:
    vms = {vm.id: vm.name for vm in fleet.instances}
    names = {host.id: host.name for host in fleet.hosts}
    return Told(
        [{"vm": vms[m.vm], "source": names[m.source], "target": names[m.target]} for m in plan.moves],
        [vm.name for vm in plan.stops],
        remaining=[vm.name for vm in plan.remaining],
    )


def _refuse(host: Host, plan: Evacuation) -> None:
    if plan.reasons:
        raise Refused(f"host {host.name}", plan.reasons)


def _enter(cloud: Cloud, request: Request, host: Host, cluster: Cluster, told: Told) -> Host:
    """Into maintenance: joins a drain that is under way, recovers one that failed, else empties the host first."""
    if host.resource_state == DRAINING:
        host = _wait_drain(cloud, host, request.timeout)
    if host.resource_state == MAINTENANCE:
        return _empty(cloud, host, cluster)
    try:
        host = _emptied(cloud, request, host, cluster, told)
    except Refused:
        _given_back(cloud, host)
        raise
    if host.resource_state == DISABLED:
        # The server drains no disabled host (T2:32); it is empty, so nothing is left to lose in this moment.
        host = cloud.hosts.update(host.id, allocation_state=ENABLED)
    host = hosts.prepared(cloud, host)
    host = _wait_drain(cloud, host, request.timeout)
    if host.resource_state != MAINTENANCE:
        raise Refused(
            f"host {host.name}",
            [
                Reason(
                    "drain_failed",
                    f"the server ended its drain in {host.resource_state}",
                    "run again: it is cancelled and tried anew",
                    {"resource_state": host.resource_state},
                )
            ],
        )
    return _empty(cloud, host, cluster)


def _wait_drain(cloud: Cloud, host: Host, limit: float) -> Host:
    return until(
        cloud,
        lambda: cloud.hosts.fresh(host),
        lambda seen: seen.resource_state not in (DRAINING, ENABLED),
        what=f"host {host.name} to be in maintenance",
        limit=limit,
        show=lambda seen: seen.resource_state,
    )


def _empty(cloud: Cloud, host: Host, cluster: Cluster) -> Host:
    """Verified, not assumed: the state says Maintenance, the listings must say that nothing runs there."""
    left = [vm.name for vm in cloud.fleets.read(cluster).on(host.id)]
    if left:
        reason = Reason(
            "not_empty",
            f"it is in {host.resource_state} but {', '.join(left)} still run on it",
            "state=enabled and run again",
            {"vms": left},
        )
        raise Refused(f"host {host.name}", [reason])
    return host


def _emptied(cloud: Cloud, request: Request, host: Host, cluster: Cluster, told: Told) -> Host:
    """Every VM off the host by planned migrations; takes no new ones meanwhile. Raises Refused when it cannot be."""
    terms, mark = request.terms, marks.Mark(host.resource_state)
    moved: dict[str, str] = {}
    for number in range(ROUNDS):
        fleet = _settled_fleet(cloud, host, cluster, request.timeout)
        plan = evacuate(fleet, [host.id], replace(_terms(fleet, request), failed=terms.failed))
        _refuse(host, plan)
        if number == 0:
            # Only now that there is a plan, so that a refusal changes nothing at all.
            host, mark = _closed(cloud, host)
        if not plan.moves and not plan.stops:
            _running(cloud, fleet, moved)
            return host
        machines = {vm.id: vm for vm in fleet.instances}
        mark = _stop(cloud, request, host, mark, [machines[vm.id] for vm in plan.stops], told)
        carried = carry_out(cloud, plan.moves, machines, request.limits, f"host {host.name}")
        names = {each.id: each.name for each in fleet.hosts}
        for move in carried.done:
            moved[move.vm] = move.target
            told.moved.append({"vm": machines[move.vm].name, "source": host.name, "target": names[move.target]})
        terms = replace(terms, failed=terms.failed | {(move.vm, move.target) for move in carried.failed})
        last = carried.failed
    texts = [f"VM {machines[m.vm].name} to {names[m.target]}: {error.text}" for m, error in last.items()]
    raise Refused(f"host {host.name}", [Reason("migration_failed", text, "see the failed jobs") for text in texts])


def _closed(cloud: Cloud, host: Host) -> tuple[Host, marks.Mark]:
    """Marked and disabled: it takes no new VMs. A drain of the server's that failed is cancelled."""
    mark = marks.begin(cloud, host)
    if host.resource_state in FAILED_DRAIN:
        cloud.act("cancel_maintenance", host.id)
        host = cloud.hosts.fresh(host)
        mark = marks.set_before(cloud, host, mark, ENABLED) if mark.before in FAILED_DRAIN else mark
    if host.resource_state == ENABLED:
        host = cloud.hosts.update(host.id, allocation_state=DISABLED)
    return host, mark


def _settled_fleet(cloud: Cloud, host: Host, cluster: Cluster, limit: float) -> Fleet:
    """The cluster once no VM of the host is between two states, as a killed run or somebody else may have left it."""
    passing = ("Migrating", "Starting", "Stopping")

    def names(fleet: Fleet) -> list[str]:
        return [f"{vm.name} {vm.state}" for vm in fleet.on(host.id) if vm.state in passing]

    return until(
        cloud,
        lambda: cloud.fleets.read(cluster),
        lambda fleet: not names(fleet),
        what=f"the VMs of host {host.name} to settle",
        limit=limit,
        show=lambda fleet: ", ".join(names(fleet)),
    )


def _running(cloud: Cloud, fleet: Fleet, moved: t.Mapping[str, str]) -> None:
    """Every VM that was moved runs where it was moved to. Raises Refused, naming those that do not."""
    lost = [vm for vm in fleet.instances if vm.id in moved and vm.state not in ("Running", "Migrating")]
    gone = [vm.name for vm in (bring(cloud, each, "start") for each in lost) if vm.state != "Running"]
    if gone:
        message = f"after their migration {', '.join(gone)} do not run"
        reason = Reason("vm_not_running", message, "start them", {"vms": gone})
        raise Refused(f"cluster {fleet.cluster.name}", [reason])


def _stop(
    cloud: Cloud, request: Request, host: Host, mark: marks.Mark, vms: t.Sequence[Instance], told: Told
) -> marks.Mark:
    """Stop what may be stopped, remembered on the host before."""
    for vm in vms:
        mark = marks.add_stopped(cloud, host, mark, (vm.id, vm.kind, vm.name))
        bring(cloud, vm, "stop")
        told.stopped.append(vm.name)
    return mark


def _given_back(cloud: Cloud, host: Host) -> None:
    """As before: enabled if it was, and the VMs that were stopped started again. Nothing where nothing was begun."""
    mark = marks.read(cloud, host)
    if mark is None:
        return
    if mark.before == ENABLED and cloud.hosts.fresh(host).resource_state == DISABLED:
        cloud.hosts.update(host.id, allocation_state=ENABLED)
    _restart(cloud, mark, Told())
    marks.clear(cloud, host)


def _draining(cloud: Cloud, request: Request, host: Host, cluster: Cluster, told: Told) -> Host:
    """Disabled, with as many VMs moved off as can be; those that stay are told and tried again by the next run."""
    marks.begin(cloud, host)
    if host.resource_state == ENABLED:
        host = cloud.hosts.update(host.id, allocation_state=DISABLED)
    fleet = cloud.fleets.read(cluster)
    plan = evacuate(fleet, [host.id], replace(_terms(fleet, request), partial=True, consent=()))
    machines = {vm.id: vm for vm in fleet.instances}
    names = {each.id: each.name for each in fleet.hosts}
    carried = carry_out(cloud, plan.moves, machines, request.limits, f"host {host.name}")
    told.moved += [{"vm": machines[m.vm].name, "source": host.name, "target": names[m.target]} for m in carried.done]
    told.remaining += [vm.name for vm in cloud.fleets.read(cluster).on(host.id)]
    return host


def _enabled(cloud: Cloud, request: Request, host: Host, cluster: Cluster, check_mode: bool) -> Outcome:
    """Out of maintenance: back to the state it had before, agent up, stopped VMs started."""
    mark = marks.read(cloud, host) or marks.Mark(ENABLED)
    end = mark.before if mark.before in (ENABLED, DISABLED) else ENABLED
    before = host.resource_state
    told = Told()
    if check_mode:
        told.started = [name for _id, _kind, name in mark.stopped]
        return _outcome(before, replace(host, resource_state=end), told)
    with locks.held(cloud, cluster, request.lock, request.lease, request.lock_wait, request.keep_lock):
        if host.resource_state in (MAINTENANCE, DRAINING, *FAILED_DRAIN):
            cloud.act("cancel_maintenance", host.id)
            host = cloud.hosts.fresh(host)
        if host.resource_state != end:
            host = cloud.hosts.update(host.id, allocation_state=end)
        host = _up(cloud, host)
        _restart(cloud, mark, told)
        marks.clear(cloud, host)
    return _outcome(before, host, told)


def _up(cloud: Cloud, host: Host) -> Host:
    return until(
        cloud,
        lambda: cloud.hosts.fresh(host),
        lambda seen: seen.state == "Up",
        what=f"the agent of host {host.name}",
        limit=AGENT_UP,
        show=lambda seen: seen.state,
    )


def _restart(cloud: Cloud, mark: marks.Mark, told: Told) -> None:
    for vm_id, kind, name in mark.stopped:
        vm = settled(cloud, vm_id, kind, name)
        if vm is not None and vm.state == "Stopped":
            bring(cloud, vm, "start")
            told.started.append(name)
