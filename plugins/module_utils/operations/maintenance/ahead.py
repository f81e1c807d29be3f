# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of a wave that are emptied before their turn: together with the host before, and while the server prepares it.

All of them count as gone from the beginning: nothing is moved to them, and spare hosts are kept without them. Their
migrations share the limits of one pool, in which the host whose turn is first starts its own first, because the server
prepares one host of a cluster at a time. No more VMs are moved once the host before turns out not to be prepared. The
next one is asked for in its own turn, in which it is found as a run leaves it that was killed after it had emptied it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ...core.errors import HostcraftError, TransportError, WaitTimeout
from ...core.placement.evacuation import evacuate
from ...core.placement.fleet import Fleet
from ...core.zone.hosts import Host
from ...core.zone.resource_states import DRAINING, ENABLED
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..hypervisors.native import NativePart
from .emptying import Told, give_back
from .foretelling import Request, terms_of
from .host import Work, emptying, left_behind
from .locks import Held
from .migrations import Pool, Steps, driven
from .watching import Watched

Json = dict[str, t.Any]
AWAY = (TransportError, WaitTimeout)  # nothing more can be done now; the next run finds the host half way


@dataclass
class Early:
    """What is done on a host before its turn. steps: of its emptying, None once it is over. seconds: that it took.

    begun: whether anything was done. error: why it could not be emptied; then it is as it was.
    """

    host: Host
    told: Told
    steps: t.Optional[Steps[Host]]
    seconds: float = 0.0
    begun: bool = False
    error: t.Optional[HostcraftError] = None


@dataclass
class Ahead:
    """The hosts that are emptied before their turn, by id. late: seconds that the one before was ready earlier.

    pool: of all their migrations. halted: whether no more are started.
    """

    cloud: Cloud
    cluster: Cluster
    lock: Held
    late: float = 0.0
    pool: t.Optional[Pool] = None
    halted: bool = False
    leaving: tuple[str, ...] = ()
    _early: dict[str, Early] = field(default_factory=dict)
    _began: float = 0.0
    _watched: t.Optional[Watched] = None

    def begin(self, requests: t.Sequence[Request], fleet: Fleet) -> t.Optional[Request]:
        """Empty hosts together from now on: the others here, and the first by the caller, with the request that is
        returned. fleet: a reading of this moment. None where not all of them can be empty at the same time, or spare
        hosts would not be kept then.
        """
        hosts = {each.id: each for each in fleet.hosts}
        ids = [str(each.which.id) for each in requests]
        self.pool, self.halted, self.leaving, self._watched = None, False, (), None
        if any((hosts[each].state, hosts[each].resource_state) != ("Up", ENABLED) for each in ids):
            return None
        plan = evacuate(fleet, ids, terms_of(fleet, requests[0], False))
        if plan.reasons:
            return None
        self.pool, self.leaving, self._began = Pool(self.cloud, requests[0].limits), tuple(ids), self.cloud.clock.now()
        for each in ids:
            self.pool.plans[each] = tuple(move for move in plan.moves if move.source == each)
        planned = tuple((move.vm, move.target) for move in plan.moves)
        for request in requests[1:]:
            self._add(replace(request, planned=planned), hosts[str(request.which.id)], fleet)
        return replace(requests[0], planned=planned)

    def _add(self, request: Request, host: Host, fleet: Fleet) -> None:
        work = Work(self.cloud, request, self.cluster, self.lock.beat, fleet, NativePart(None, self.cluster, host))
        work.current, work.pool, work.halted = True, self.pool, self._stopped
        work.leaving = tuple(each for each in self.leaving if each != host.id)
        self._early[host.id] = Early(host, work.told, emptying(work, host))

    def _stopped(self) -> bool:
        return self.halted or (self._watched is not None and self._watched.failed)

    def beat(self) -> None:
        """In every wait of the host whose turn it is."""
        self.lock.beat()
        if self.pool is not None:
            self.pool.look()
        for early in self._early.values():
            self._step(early)

    def _step(self, early: Early, wrong: t.Optional[HostcraftError] = None) -> bool:
        """One step; whether there are more. wrong: what went wrong in the wait before it."""
        if early.steps is None:
            return False
        early.begun = True
        try:
            if wrong is None:
                next(early.steps)
            else:
                early.steps.throw(wrong)
            return True
        except StopIteration:
            pass
        except AWAY as away:
            early.error = left_behind(away, early.host)
        except HostcraftError as error:
            early.error = error
        early.steps, early.seconds = None, self.cloud.clock.now() - self._began
        return False

    def _ended(self, early: Early, beat: t.Callable[[], None]) -> None:
        """Once it is empty, given back or halted."""
        if self.pool is not None and early.steps is not None:
            driven(self._to_the_end(early), self.pool, beat)

    def _to_the_end(self, early: Early) -> Steps[None]:
        wrong: t.Optional[HostcraftError] = None
        while self._step(early, wrong):
            wrong = None
            try:
                yield
            except HostcraftError as error:
                wrong = error

    def finish(self, host_id: str, watched: Watched) -> None:
        """Empty the host whose turn is next. watched: the one before it, which the server prepares."""
        early = self._early.get(host_id)
        self._watched = watched

        def beat() -> None:
            self.lock.beat()
            watched.look()
            for each in self._early.values():
                if each is not early:
                    self._step(each)

        if early is not None:
            began = self.cloud.clock.now()
            self._ended(early, beat)
            if watched.host.resource_state != DRAINING:
                self.late = max(0.0, self.cloud.clock.now() - began - watched.seconds)

    def under_way(self, host: Host) -> bool:
        early = self._early.get(host.id)
        return early is not None and early.steps is not None

    def taken(self, host: Host) -> t.Optional[Early]:
        """What was done on a host whose turn it is. Raises what went wrong."""
        early = self._early.get(host.id)
        if early is None:
            return None
        self._ended(early, self.beat)
        del self._early[host.id]
        # One on which nothing came to pass is tried again in its turn.
        if early.error is not None and early.told.anything:
            raise early.error
        return None if early.error is not None else early

    def back(self, error: HostcraftError) -> list[Json]:
        """Those whose turn does not come after an error, as they were; what was done on them, by host."""
        rows = []
        self.halted = True
        while self._early:
            _host_id, early = self._early.popitem()
            if not early.begun:
                continue
            try:
                if not isinstance(error, AWAY):
                    self._ended(early, self.lock.beat)
            except HostcraftError as other:
                early.error = other
            rows.append(self.given_back(early, error))
        return rows

    def given_back(self, early: Early, error: HostcraftError) -> Json:
        seconds = early.seconds or self.cloud.clock.now() - self._began
        row: Json = {"name": early.host.name, "changed": True, "seconds": round(seconds, 1)}
        wrong = early.error
        if wrong is None and not isinstance(error, AWAY):
            try:
                give_back(self.cloud, early.host, early.told)
            except HostcraftError as other:
                wrong = other
        if wrong is not None:
            row.update(failed=True, msg=wrong.message, details=wrong.details)
        return {**row, **early.told.fields()}
