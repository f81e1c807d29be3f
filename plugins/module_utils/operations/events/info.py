# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events as an ``_info`` module shows them."""

from __future__ import annotations

import typing as t

from ...core.change import Outcome, plain
from ...core.events.event import between, day
from ...ports.cloud import Cloud


def listed_events(
    cloud: Cloud, filters: t.Mapping[str, object], since: t.Optional[int], until: t.Optional[int]
) -> Outcome:
    """since, until: seconds since 1970. The server reads dates in a time zone of its own, so it is asked for whole
    days around them, and the rest is decided here."""
    days = {
        "start_date": None if since is None else day(since, -1),
        "end_date": None if until is None else day(until, 1),
    }
    found = between(cloud.events.all(**filters, **days), since, until)
    return Outcome(False, result={"events": [plain(each) for each in found], "count": len(found)})
