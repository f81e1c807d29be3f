# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates of events, as the API and as operators write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.events.event import (
    Event,
    between,
    day,
    moment,
    seconds,
)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("2026-11-27T13:45:00+0000", "2026-11-27T13:45:00+0000"),
        ("2026-11-27T13:45:00Z", "2026-11-27T13:45:00+0000"),
        ("2026-11-27 13:45:00+0100", "2026-11-27T12:45:00+0000"),
        ("2026-11-27T13:45:00+01:00", "2026-11-27T12:45:00+0000"),
        ("2026-11-27 13:45:00", "2026-11-27T13:45:00+0000"),
        (" 2026-11-27 ", "2026-11-27T00:00:00+0000"),
    ],
)
def test_a_date_without_a_zone_is_utc(written: str, same: str) -> None:
    assert moment("since", written) == seconds(same)


@pytest.mark.parametrize("written", ["tomorrow", "", "27.11.2026", "2026-13-01", "{{ now() }}"])
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue, match="since"):
        moment("since", written)


@given(st.integers(0, 4_000_000_000), st.integers(-50_000, 50_000))
def test_the_days_asked_for_contain_the_time_in_every_zone(when: int, zone: int) -> None:
    """The server reads a day as its own midnight, and an end as the whole day."""
    first, last = (seconds(f"{day(when, days)}T00:00:00+0000") for days in (-1, 1))
    assert first is not None
    assert last is not None
    assert first + zone <= when <= last + zone + 86399


def test_a_range_includes_its_borders_and_each_once() -> None:
    events = [Event(str(n), "X", created=f"2026-11-27T00:00:0{n}+0000") for n in (3, 2, 1)]
    unknown = Event("u", "X")
    low, high = seconds("2026-11-27T00:00:01+0000"), seconds("2026-11-27T00:00:02+0000")
    assert [each.id for each in between([*events, events[1], unknown], low, high)] == ["2", "1"]
    assert [each.id for each in between([*events, unknown], None, None)] == ["3", "2", "1", "u"]


@pytest.mark.parametrize(
    ("written", "before", "after"),
    [
        ("0001-01-01", "0001-01-01", "0001-01-02"),
        ("9999-12-31", "9999-12-30", "9999-12-31"),
        ("0001-01-01T00:00:00+1400", "0001-01-01", "0001-01-01"),
        ("9999-12-31T23:59:59-1200", "9999-12-31", "9999-12-31"),
        ("1969-12-31T23:59:59", "1969-12-30", "1970-01-01"),
    ],
)
def test_there_is_no_day_outside_the_calendar(written: str, before: str, after: str) -> None:
    when = moment("since", written)
    assert (day(when, -1), day(when, 1)) == (before, after)
