# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock whose time passes only while somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable


class FakeClock:
    """Implements the port ``Clock``. sleeps: seconds of each sleep. on_sleep: called after each, with the time."""

    def __init__(self, on_sleep: Callable[[float], None] = lambda now: None) -> None:
        self.time = 1000.0
        self.epoch = 1_700_000_000.0
        self.sleeps: list[float] = []
        self.on_sleep = on_sleep

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        """Seconds since 1970, as far from `now` as on a real machine."""
        return self.epoch + self.time

    def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            raise ValueError(f"nobody sleeps {seconds} s")
        self.time += seconds
        self.sleeps.append(seconds)
        self.on_sleep(self.time)
