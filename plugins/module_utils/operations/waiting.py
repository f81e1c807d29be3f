# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting with a limit, a growing interval and a progress line."""

from __future__ import annotations

import typing as t

from ..core.errors import ApiError, WaitTimeout
from ..ports.cloud import Cloud

T = t.TypeVar("T")

FIRST, LONGEST, GROWTH = 0.2, 5.0, 1.5


def job_ended(
    cloud: Cloud, ask: t.Callable[[], t.Union[t.Literal[False], T, ApiError]], *, what: str, limit: float
) -> t.Union[T, ApiError]:
    """Ask (of ``Cloud.jobs``) until it is over; what it tells then, or the error that it ended with.

    Raises WaitTimeout.
    """
    seen = until(cloud, ask, lambda seen: seen is not False, what=what, limit=limit, show=lambda _seen: "under way")
    return t.cast("t.Union[T, ApiError]", seen)


def until(
    cloud: Cloud,
    read: t.Callable[[], T],
    done: t.Callable[[T], bool],
    *,
    what: str,
    limit: float,
    show: t.Callable[[T], str],
    pause: t.Optional[t.Callable[[], float]] = None,
) -> T:
    """Read until done; the last thing read. Raises WaitTimeout after ``limit`` seconds, with what was seen last.

    pause: tells the seconds until the next reading, of which the first one waits too.
    """
    began, length = cloud.clock.now(), FIRST
    if pause:
        cloud.clock.sleep(pause())
    while True:
        seen = read()
        if done(seen):
            return seen
        waited = cloud.clock.now() - began
        if waited >= limit:
            raise WaitTimeout(what, waited, show(seen))
        if length >= LONGEST:
            cloud.progress(f"waiting for {what}: {show(seen)}, {waited:.0f} of at most {limit:.0f} s")
        cloud.clock.sleep(min(pause() if pause else length, max(limit - waited, 0.05)))
        length = min(length * GROWTH, LONGEST)
