# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The next host of a wave, emptied while the server still prepares the one before for maintenance.

That takes the server several seconds, also where the host is empty. Both count as gone: nothing is moved to either of
them, and spare hosts are kept without both. No more VMs are moved once the host before turns out not to be prepared.
The server prepares one host of a cluster at a time, so the next one is asked for in its own turn, in which it is found
as a run leaves it that was killed after it had emptied it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...core.errors import HostcraftError, TransportError, WaitTimeout
from ...core.placement.fleet import Fleet
from ...core.zone.hosts import DRAINING, ENABLED, Host
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..hypervisors.native import NativePart
from .emptying import Told, give_back
from .foretelling import Request
from .host import Work, emptied, left_behind
from .locks import Held
from .watching import Watched

Json = dict[str, t.Any]
AWAY = (TransportError, WaitTimeout)  # nothing more can be done now; the next run finds the host half way


@dataclass
class Early:
    """What was done on a host before its turn. error: why it could not be emptied; then it is as it was."""

    host: Host
    told: Told
    seconds: float
    error: t.Optional[HostcraftError]


@dataclass
class Ahead:
    """The hosts that were emptied before their turn, by id. late: seconds that the one before was ready earlier."""

    cloud: Cloud
    cluster: Cluster
    lock: Held
    late: float = 0.0
    _early: dict[str, Early] = field(default_factory=dict)

    def empty(self, request: Request, fleet: t.Optional[Fleet], watched: Watched) -> None:
        """Empty the host of a request. fleet: an earlier reading. watched: the host before it."""
        clock = self.cloud.clock
        began = clock.now()
        fleet = self.cloud.fleets.read(self.cluster, fleet)
        host = next((each for each in fleet.hosts if each.id == request.which.id), None)
        if host is None or (host.state, host.resource_state) != ("Up", ENABLED):
            return

        def beat() -> None:
            self.lock.beat()
            watched.look()

        work = Work(self.cloud, request, self.cluster, beat, fleet, NativePart(None, self.cluster, host))
        work.current, work.leaving, work.halted = True, (watched.host.id,), lambda: watched.failed
        error: t.Optional[HostcraftError] = None
        try:
            emptied(work, host)
        except AWAY as away:
            error = left_behind(away, host)
        except HostcraftError as other:
            error = other
        # One on which nothing came to pass is tried again in its turn.
        if error is None or work.told.anything:
            self._early[host.id] = Early(host, work.told, clock.now() - began, error)
        if watched.host.resource_state != DRAINING:
            self.late = max(0.0, clock.now() - began - watched.seconds)

    def taken(self, host: Host) -> t.Optional[Early]:
        """What was done on a host whose turn it is. Raises what went wrong."""
        early = self._early.pop(host.id, None)
        if early is not None and early.error is not None:
            raise early.error
        return early

    def back(self, error: HostcraftError) -> list[Json]:
        """Those whose turn does not come after an error, as they were; what was done on them, by host."""
        rows = []
        while self._early:
            _host, early = self._early.popitem()
            rows.append(self.given_back(early, error))
        return rows

    def given_back(self, early: Early, error: HostcraftError) -> Json:
        row: Json = {"name": early.host.name, "changed": True, "seconds": round(early.seconds, 1)}
        wrong = early.error
        if wrong is None and not isinstance(error, AWAY):
            try:
                give_back(self.cloud, early.host, early.told)
            except HostcraftError as other:
                wrong = other
        if wrong is not None:
            row.update(failed=True, msg=wrong.message, details=wrong.details)
        return {**row, **early.told.fields()}
