# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that the server prepares for maintenance, looked at now and then while other work is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...core.zone.hosts import Host
from ...core.zone.resource_states import DRAINING, MAINTENANCE
from ...ports.cloud import Cloud
from .migrations import Pace


@dataclass
class Watched:
    """host: as it was seen last. pace: when to look again. seconds: after which it was seen so;
    before: the same of the look before that.
    """

    cloud: Cloud
    host: Host
    pace: Pace
    seconds: float = 0.0
    before: float = 0.0
    _began: float = field(init=False)
    _next: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.cloud.clock.now()
        self._wait()

    def look(self) -> None:
        """Once that is due and as long as it is on the way."""
        if self.host.resource_state == DRAINING and self.cloud.clock.now() >= self._next:
            self.saw(self.cloud.hosts.fresh(self.host))
            self._wait()

    def saw(self, host: Host) -> None:
        self.host = host
        self.before, self.seconds = self.seconds, self.cloud.clock.now() - self._began

    @property
    def failed(self) -> bool:
        """Whether it was not prepared."""
        return self.host.resource_state not in (DRAINING, MAINTENANCE)

    def _wait(self) -> None:
        clock = self.cloud.clock
        self._next = clock.now() + self.pace.pause(clock, self._began)
