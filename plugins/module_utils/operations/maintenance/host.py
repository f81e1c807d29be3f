# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host into maintenance and back, without losing a VM.

The server's own drain adds nothing up, lets migrations collide and stops a VM whose migration fails. So every VM is
moved by a planned migration first, and the server is asked for maintenance when the host is empty (field facts,
"CloudStack's own drain, measured").
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field, replace

from ...core.change import Outcome
from ...core.errors import ApiError, HostcraftError, HypervisorError, Reason, Refused, TransportError, WaitTimeout
from ...core.maintenance.ending import end_of, returning_of
from ...core.maintenance.marks import Mark, alive
from ...core.placement.fleet import Fleet
from ...core.placement.instances import Instance
from ...core.placement.not_drained import unworkable
from ...core.zone.hosts import Host
from ...core.zone.resource_states import DISABLED, DRAINING, ENABLED, FAILED_DRAIN, MAINTENANCE
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from .. import lookup
from ..hypervisors.native import STORAGE_BACK, NativePart
from ..lost_answers import surely
from ..waiting import until
from ..zone import hosts
from . import locks, marks
from .balancing import level, returned
from .emptying import Emptying, Told, allocated, cancelled, give_back, revive, start_again
from .foretelling import Goal, Request, outcome_of, predicted, terms_of, verified_empty
from .migrations import Pace, Pool, Steps, driven, never
from .watching import Watched

DRAINS = 3  # of the server that are tried: somebody may start VMs on the host in the moment that it is enabled
FRESH = 30.0  # seconds for which a reading is of this moment, where nobody else is known to have changed anything
AGENT_UP = 600.0  # seconds for an agent to come back after a maintenance


def ensure(cloud: Cloud, request: Request, goal: Goal, check_mode: bool) -> Outcome:
    """Bring one host to ``goal``. Raises Refused with every reason, and then the host is as it was."""
    began = cloud.clock.now()
    outcome = _ensured(cloud, request, goal, check_mode)
    if check_mode:
        return outcome
    return replace(outcome, result={**outcome.result, "seconds": round(cloud.clock.now() - began, 1)})


def _ensured(cloud: Cloud, request: Request, goal: Goal, check_mode: bool) -> Outcome:
    zone = lookup.zone(cloud, request.zone)
    host = ready(cloud, request, hosts.required(cloud, request.which, zone))
    cluster = lookup.cluster(cloud, host.cluster_id, zone)
    with contextlib.closing(NativePart(request.reach, cluster, host)) as native:
        # Foretold first, so that what is refused or already so writes nothing at all, not even a lock.
        foretold = predicted(cloud, request, host, cluster, goal, native)
        changes = foretold.outcome.changed or foretold.mark is not None
        if check_mode or not changes:
            if not check_mode and marks.left_open(cloud, host) is not None:
                with locks.held(cloud, cluster, request.claim):
                    marks.shut(cloud, cloud.hosts.fresh(host))
            return foretold.outcome
        with locks.held(cloud, cluster, request.claim) as lock:
            work = Work(cloud, request, cluster, lock.beat, foretold.fleet, native)
            host = cloud.hosts.fresh(host)
            before = host.resource_state
            final = carried_out(work, host, goal)
        outcome = outcome_of(before, final, work.told, native)
        result = {**outcome.result, **foretold.spread(work.told.made), **foretold.since()}
        return replace(outcome, result=result, warnings=foretold.outcome.warnings)


def carried_out(work: Work, host: Host, goal: Goal) -> Host:
    """The host at its goal, under the lock of its cluster."""
    try:
        if goal != "enabled":
            marks.shut(work.cloud, host)
        final = _WAYS[goal](work, host)
        _level(work, final)
    except (TransportError, WaitTimeout, HypervisorError) as error:
        raise left_behind(error, host) from None
    return final


@dataclass
class Work:
    """What is at hand while one host is worked on. beat: renews the lock. fleet: as it was foretold with.

    current: it is a reading of this moment and under the lock. whole: the cluster is read once the server has
    closed the host, which ``after`` then holds, as it was at ``read_at``. mark: the host's,
    as it was read under the lock.
    pool: of the migrations, shared with hosts that are emptied at the same time, whose ids are ``leaving``.
    meanwhile: called once while the server prepares the host, which is empty. halted: whether it is not emptied any
    further. settled: ids of hosts that a killed run has left half way too.
    """

    cloud: Cloud
    request: Request
    cluster: Cluster
    beat: t.Callable[[], None]
    fleet: t.Optional[Fleet]
    native: NativePart
    told: Told = field(default_factory=Told)
    current: bool = False
    whole: bool = False
    after: t.Optional[Fleet] = None
    read_at: float = 0.0
    mark: t.Optional[Mark] = None
    meanwhile: t.Optional[t.Callable[[Watched], None]] = None
    leaving: tuple[str, ...] = ()
    halted: t.Callable[[], bool] = never
    settled: tuple[str, ...] = ()
    pool: t.Optional[Pool] = None

    def migrations(self) -> Pool:
        """Its own pool, where none is shared."""
        self.pool = self.pool or Pool(self.cloud, self.request.limits)
        return self.pool

    def until(
        self, host: Host, done: t.Callable[[Host], bool], what: str, limit: float, pace: t.Optional[Pace] = None
    ) -> Host:
        """Read the host until it is so, and keep the lock meanwhile. pace: of what has begun just now."""
        began = self.cloud.clock.now()

        def seen() -> Host:
            self.beat()
            return self.cloud.hosts.fresh(host)

        show: t.Callable[[Host], str] = lambda each: f"{each.state}, {each.resource_state}"  # noqa: E731
        pause = (lambda: pace.pause(self.cloud.clock, began)) if pace else None
        return until(self.cloud, seen, done, what=what, limit=limit, show=show, pause=pause)

    def emptying(self, host: Host, partial: bool) -> Emptying:
        fleet, self.current = (self.current and self.fleet) or self.cloud.fleets.read(self.cluster, self.fleet), False
        terms = replace(terms_of(fleet, self.request, partial), leaving=self.leaving)
        pool, limit = self.migrations(), self.request.timeout
        emptying = Emptying(self.cloud, self.cluster, host, terms, pool, limit, self.beat, self.told, fleet)
        emptying.remember, emptying.halted, emptying.settled = self.request.move_back, self.halted, self.settled
        return emptying


def _level(work: Work, host: Host) -> None:
    """Where that is allowed: VMs back onto a host that is in service again, else among the others."""
    if work.request.terms.balance and host.resource_state != DISABLED:
        only = [host.id] if host.resource_state == ENABLED else []
        terms, limits = work.request.terms, work.request.limits
        work.told.moved += level(work.cloud, work.cluster, terms.spare_hosts, limits, work.beat, work.told.made, only)


def ready(cloud: Cloud, request: Request, host: Host) -> Host:
    """In a state that it can be worked on in. Raises Refused."""
    host = _settled(cloud, request, host)
    _possible(host)
    return host


def _settled(cloud: Cloud, request: Request, host: Host) -> Host:
    """Once no job works on it: one that a killed run asked out of maintenance shows Maintenance until that is done."""
    if not cloud.jobs.at_work_on(host.id):
        return host
    until(
        cloud,
        lambda: cloud.jobs.at_work_on(host.id),
        lambda busy: not busy,
        what=f"the jobs of host {host.name} to end",
        limit=request.timeout,
        show=lambda busy: "under way",
    )
    return cloud.hosts.fresh(host)


def _possible(host: Host) -> None:
    reason = unworkable(host)
    if reason is not None:
        raise Refused(f"host {host.name}", [reason])


def left_behind(error: HostcraftError, host: Host) -> HostcraftError:
    """The server is away or something takes too long: what the next run finds, and what to do."""
    error.add(f"; host {host.name} was not restored: run again to continue, or set state=enabled to restore it")
    return error


def emptied(work: Work, host: Host) -> Host:
    """``emptying`` to its end."""
    return driven(emptying(work, host), work.migrations(), work.beat)


def emptying(work: Work, host: Host) -> Steps[Host]:
    """No VM left on it, and Disabled; as before where that cannot be. Where the work is halted, VMs may be left."""
    try:
        its = work.emptying(host, False)
        host = yield from its.steps()
        work.mark = its.mark
        return host
    except (TransportError, WaitTimeout):
        raise
    except HostcraftError as error:
        raise _given_back(work, host, error) from None


def _given_back(work: Work, host: Host, error: HostcraftError) -> HostcraftError:
    """The error, with the host as it was before; what could not be given back is told with it."""
    try:
        give_back(work.cloud, host, work.told)
    except HostcraftError as other:
        if isinstance(error, Refused) and isinstance(other, Refused):
            return Refused(f"host {host.name}", [*error.reasons, *other.reasons])
        error.add(f"; the host could not be restored: {other.message}")
    return error


def _enter(work: Work, host: Host) -> Host:
    """Into maintenance: joins a drain that is under way, recovers one that failed, else empties the host first."""
    for _attempt in range(DRAINS):
        asked = host.resource_state not in (DRAINING, MAINTENANCE)
        if asked:
            host = _asked(work, emptied(work, host))
        if host.resource_state == DRAINING:
            host = _drained(work, host, asked)
        if host.resource_state == MAINTENANCE:
            if work.whole and (work.after is None or work.cloud.clock.now() - work.read_at >= FRESH):
                work.after, work.read_at = work.cloud.fleets.read(work.cluster, work.fleet), work.cloud.clock.now()
            verified_empty(work.cloud, host, work.cluster, work.after)
            work.native.enter()
            return host
        if host.resource_state not in FAILED_DRAIN:
            message = f"its maintenance was cancelled by someone else: it is {host.resource_state}"
            facts = {"resource_state": host.resource_state}
            cancelled_by = Reason("cancelled", message, "find out who cancelled it, then run again", facts)
            raise _given_back(work, host, Refused(f"host {host.name}", [cancelled_by]))
    message = f"the server ended {DRAINS} drains of the empty host in {host.resource_state}"
    facts = {"resource_state": host.resource_state}
    remedy = "check the log of the management server, then run again, or set state=enabled to restore it"
    raise Refused(f"host {host.name}", [Reason("drain_failed", message, remedy, facts)])


def _asked(work: Work, host: Host) -> Host:
    """Ask the server to put the empty host into maintenance.

    It drains no disabled host (T2:32), so the host is enabled for this moment; should a VM come just now, the server's
    drain takes it along, and the host is looked at again after it.
    """
    cloud = work.cloud

    def made() -> t.Optional[Host]:
        seen = cloud.hosts.fresh(host)
        return seen if seen.resource_state in (DRAINING, MAINTENANCE, *FAILED_DRAIN) else None

    work.mark = work.mark and marks.opened(cloud, host, work.mark)
    host = allocated(cloud, host, ENABLED)
    try:
        host = surely(cloud, lambda: hosts.prepared(cloud, host), made)
    except ApiError as error:
        raise _given_back(work, host, error) from None
    work.mark = work.mark and marks.closed(cloud, host, work.mark)
    return host


def _drained(work: Work, host: Host, asked: bool = False) -> Host:
    """Out of the server's drain, which stops VMs that it cannot move: those are started again.

    asked: it was asked for just now, and the host was read after that.
    """
    work.told.begun = True
    there = _there(work, host, asked)
    empty = asked and not there
    what, pace = f"host {host.name} to be in maintenance", work.request.limits.drains
    pace.begun()
    watched = Watched(work.cloud, host, pace)
    if empty and work.meanwhile is not None:
        meanwhile, work.meanwhile = work.meanwhile, None
        meanwhile(watched)
    if watched.host.resource_state == DRAINING:

        def over(seen: Host) -> bool:
            watched.saw(seen)
            return seen.resource_state != DRAINING

        work.until(host, over, what, work.request.timeout, pace)
    pace.ended([(watched.before, watched.seconds)])
    host = watched.host
    work.mark = revive(work.cloud, host, there, work.told) or work.mark
    return host


def _there(work: Work, host: Host, asked: bool) -> t.Sequence[Instance]:
    """The VMs that the server's drain takes along, of which its account of the host (0 from now on) says nothing.

    The host takes no VMs any more. So where none is there, the cluster's reading for the next host is taken now.
    """
    if not (asked and work.whole) or work.meanwhile is not None:
        return work.cloud.fleets.on_host(work.cluster, host.id)
    read_at = work.cloud.clock.now()
    fleet = work.cloud.fleets.read(work.cluster, work.fleet)
    there = fleet.on(host.id)
    work.after, work.read_at = (None if there else fleet), read_at
    return there


def _draining(work: Work, host: Host) -> Host:
    """Disabled, with as many VMs moved off as can be; those that stay are told and tried again by the next run."""
    if host.resource_state == DRAINING:
        host = _drained(work, host)
    return host if host.resource_state == MAINTENANCE else work.emptying(host, True).run()


def _enabled(work: Work, host: Host) -> Host:
    """Out of maintenance: back to the state it had before, agent up, stopped VMs started."""
    cloud, mark = work.cloud, work.mark or alive(host, marks.read(work.cloud, host))
    end = end_of(host, mark)
    # First, or CloudStack starts VMs on a host that takes none.
    work.native.leave()
    mark = mark and marks.opened(cloud, host, mark)
    if host.resource_state not in (ENABLED, DISABLED):
        try:
            host = cancelled(cloud, host)
        except ApiError:
            # It is in its maintenance still, which somebody else may end.
            marks.shut(cloud, cloud.hosts.fresh(host))
            raise
    host = allocated(cloud, host, end)
    if host.state != "Up":
        host = work.until(host, lambda seen: seen.state == "Up", f"the agent of host {host.name}", AGENT_UP)
    _storage_back(work, host)
    if mark is not None:
        start_again(cloud, host, mark, work.told)
        _moved_back(work, host, mark)
        marks.clear(cloud, host, mark)
    return host


def _moved_back(work: Work, host: Host, mark: Mark) -> None:
    """VMs that the maintenance moved off, as far as they fit now; none that stays where it is is an error."""
    request = work.request
    if request.move_back:
        work.told.left = []
    vm_ids = returning_of(request.move_back, host, mark)
    if vm_ids:
        limits = request.limits
        moved, left = returned(
            work.cloud, work.cluster, host, vm_ids, request.terms.spare_hosts, limits, work.beat, work.told.made
        )
        work.told.moved += moved
        work.told.left = left


def _storage_back(work: Work, host: Host) -> None:
    """Wait until it reaches what its cluster does, or the next host's VMs would land where they cannot run."""
    cloud, cluster = work.cloud, work.cluster
    if work.request.reach is None:
        return
    pools = {
        pool.id: pool.name
        for pool in cloud.storage_pools.all(zone_id=cluster.zone_id)
        if pool.state == "Up" and pool.cluster_id in ("", cluster.id)
    }

    def peers() -> list[Host]:
        there = [each for each in cloud.hosts.all(zone_id=cluster.zone_id, detail="min") if each.id != host.id]
        return [
            each for each in there if (each.cluster_id, each.state, each.resource_state) == (cluster.id, "Up", ENABLED)
        ]

    def lacking() -> list[str]:
        work.beat()
        return work.native.lacking(pools, peers)

    what = f"the storage of host {host.name}"
    until(cloud, lacking, lambda left: not left, what=what, limit=STORAGE_BACK, show="; ".join)


_WAYS: t.Mapping[Goal, t.Callable[[Work, Host], Host]] = {
    "maintenance": _enter,
    "enabled": _enabled,
    "draining": _draining,
}
