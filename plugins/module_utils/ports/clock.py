# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time and words of progress, so that waits can be tested without waiting."""

from __future__ import annotations

import typing as t

Progress = t.Callable[[str], None]


class Clock(t.Protocol):
    """Time, so that waits can be tested without waiting."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""

    def wall(self) -> float:
        """Seconds since 1970, UTC."""

    def sleep(self, seconds: float) -> None: ...
