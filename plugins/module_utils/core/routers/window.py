# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments and maintenance windows as people and servers write them: ISO 8601, with the offset from UTC."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ..errors import InvalidValue

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d))?(?:Z|([+-])(\d\d):?(\d\d))", re.ASCII | re.IGNORECASE
)
EXPECTED = "a moment such as 2026-11-27T01:00+0100"


def moment(text: str) -> t.Optional[float]:
    """Seconds since 1970; None for a text that is no moment."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    day, minute, second, sign, hours, minutes = found.groups()
    try:
        read = datetime.strptime(f"{day} {minute}:{second or '00'}", "%Y-%m-%d %H:%M:%S")
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return read.replace(tzinfo=timezone(-offset if sign == "-" else offset)).timestamp()
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Window:
    """From and to, in seconds since 1970."""

    start: float
    end: float

    def holds(self, begin: float, end: float) -> bool:
        return self.start <= begin and end <= self.end


def window(option: str, text: str) -> Window:
    """ "2026-11-27T01:00Z/2026-11-27T05:00Z". Raises InvalidValue."""
    first, _slash, last = text.partition("/")
    start, end = moment(first), moment(last)
    if start is None or end is None or end <= start:
        raise InvalidValue(option, text, "BEGIN/END, such as 2026-11-27T01:00Z/2026-11-27T05:00Z")
    return Window(start, end)
