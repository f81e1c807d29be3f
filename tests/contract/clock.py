# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that a client and its server share."""

from __future__ import annotations

from collections.abc import Callable

from fakes.clock import FakeClock

from sandbox.server import Sandbox


class SharedClock(FakeClock):
    """While a client sleeps, the server goes on: no job is late because a machine asks quickly."""

    def __init__(self, server: Sandbox, on_sleep: Callable[[float], None] = lambda now: None) -> None:
        super().__init__(on_sleep)
        self.server = server

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.server.pass_time(seconds)
