# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a maintenance began, by the note that it left: told to whoever ends it, who may know of another since."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

DAY = 86400.0
OLD = 7 * DAY  # seconds after which what a maintenance has to give back may be of another time


def stamp(at: t.Optional[float]) -> t.Optional[str]:
    """In UTC. None where it is not known, or no date that a calendar has."""
    try:
        return None if at is None else datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None


def warned(label: str, at: t.Optional[float], author: str, now: float, gives_back: str) -> tuple[str, ...]:
    """Where it is long ago. label: host or pool; gives_back: what its end does, empty for nothing."""
    if at is None or now - at < OLD or not gives_back:
        return ()
    by = f" by {author}" if author else ""
    days = int((now - at) / DAY)
    return (f"the maintenance of {label} began {days} days ago ({stamp(at)}){by}; its end {gives_back}",)
