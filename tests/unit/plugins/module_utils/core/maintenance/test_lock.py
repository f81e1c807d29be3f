# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a lock lasts, and who yields."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.lock import (
    DATES,
    Lock,
    dated,
    lasts,
    refusal,
    renewed_in_time,
    yields,
)

LOCK = Lock("t1", "ann", "job 7", lease=60.0)


def test_a_lease_ends_by_the_date_of_its_note_and_never_where_a_time_is_unknown() -> None:
    assert [lasts(LOCK, 100.0, now) for now in (160.0, 160.5, None)] == [True, False, True]
    assert lasts(LOCK, None, 10**9)


def test_one_that_was_renewed_late_may_have_been_taken_meanwhile() -> None:
    assert [renewed_in_time(LOCK, 100.0, at) for at in (160.0 - DATES, 160.0)] == [True, False]
    assert not renewed_in_time(LOCK, None, 100.0)


@given(st.text(), st.text())
def test_of_two_that_differ_exactly_one_yields(one: str, other: str) -> None:
    assert (yields(one, Lock(other, "")) != yields(other, Lock(one, ""))) is (one != other)


def test_a_refusal_tells_how_long_it_is_held_and_how_long_it_lasts() -> None:
    found = refusal(dated(LOCK, 100.0), 100.0, 130.0, "it runs")
    assert found.facts == {
        **{"who": "ann", "job": "job 7", "token": "t1", "told": "it runs"},
        **{"since": 100.0, "seconds_left": 30},
    }
    assert found.message == "ann has held its lock for 30 s (job 7; it runs)"
