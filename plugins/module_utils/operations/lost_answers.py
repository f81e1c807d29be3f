# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes that may be made twice: when an answer is lost, what the server shows says whether to repeat them."""

from __future__ import annotations

import typing as t

from ..core.errors import JobLost, TransportError
from ..ports.cloud import Cloud

TIMES = 3
PAUSE = 2.0  # seconds for a server that is busy or starts again

T = t.TypeVar("T")


def surely(cloud: Cloud, act: t.Callable[[], T], made: t.Callable[[], t.Optional[T]]) -> T:
    """``act()``; after a lost answer what ``made()`` tells of its effect, else ``act()`` again.

    ``made``: the effect, None while there is none. Only for writes that harm nobody when made twice.
    """
    for left in range(TIMES - 1, -1, -1):
        try:
            return act()
        except (TransportError, JobLost) as error:
            if not left or not getattr(error, "passing", True):
                raise
            cloud.clock.sleep(PAUSE)
            found = made()
            if found is not None:
                return found
    raise AssertionError("unreachable")
