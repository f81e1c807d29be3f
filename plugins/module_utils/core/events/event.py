# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events as ``listEvents`` shows them (T4:131, T7:97-134), and which of them are meant."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import date, datetime, timezone

from ..errors import InvalidValue

FORM = "%Y-%m-%dT%H:%M:%S%z"
READ = (FORM, "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


@dataclass(frozen=True)
class Event:
    """created: as the API writes a date; "" where it cannot be read. parent_id: of the event that scheduled it."""

    id: str
    type: str
    level: str = ""
    state: str = ""
    description: str = ""
    created: str = ""
    username: str = ""
    account: str = ""
    domain: str = ""
    project: str = ""
    resource_type: str = ""
    resource_id: str = ""
    resource_name: str = ""
    parent_id: str = ""
    archived: bool = False

    @property
    def when(self) -> t.Optional[int]:
        return seconds(self.created)


def seconds(written: str) -> t.Optional[int]:
    """A date as the adapters write it, as seconds since 1970; None for "" and what is none."""
    try:
        return int(datetime.strptime(written, FORM).timestamp())
    except ValueError:
        return None


def moment(option: str, value: str) -> int:
    """A date as an operator writes it, UTC without a zone, as seconds since 1970. Raises InvalidValue."""
    for form in READ:
        try:
            read = datetime.strptime(value.strip().replace("Z", "+0000"), form)
        except ValueError:
            continue
        return int((read if read.tzinfo else read.replace(tzinfo=timezone.utc)).timestamp())
    raise InvalidValue(option, value, "a date such as 2026-11-27, or 2026-11-27T13:45:00+0000")


def day(when: int, days: int) -> str:
    """The day of a time, so many days later, as the API's filters take it; at most the first and last that there is."""
    first, last = date.min.toordinal(), date.max.toordinal()
    number = date(1970, 1, 1).toordinal() + when // 86400 + days
    return date.fromordinal(min(max(number, first), last)).isoformat()


def between(events: t.Iterable[Event], since: t.Optional[int], until: t.Optional[int]) -> list[Event]:
    """Those created in a range, its borders included, each once. One without a date is in no range."""
    found: dict[str, Event] = {}
    for each in events:
        when = each.when
        outside = when is None or (since is not None and when < since) or (until is not None and when > until)
        if (since is None and until is None) or not outside:
            found.setdefault(each.id, each)
    return list(found.values())
