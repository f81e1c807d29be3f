# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When it is looked what came of migrations."""

from __future__ import annotations

import pytest
from fakes.clock import FakeClock
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.migrations import (
    LONGEST,
    Pace,
)


def looks(pace: Pace, takes: float) -> tuple[int, float]:
    """How often it is looked at one that takes so long, and when it is seen to have ended."""
    clock, count, before = FakeClock(), 0, 0.0
    began = clock.now()
    pace.begun()
    while True:
        clock.sleep(pace.pause(clock, began))
        count, passed = count + 1, clock.now() - began
        if passed >= takes:
            pace.ended([(before, passed)])
            return count, passed
        before = passed


@pytest.mark.parametrize("takes", [0.3, 1.0, 2.0, 5.0, 7.0, 30.0, 240.0])
def test_a_few_of_a_kind_tell_when_to_look(takes: float) -> None:
    pace = Pace()
    for _number in range(4):
        looks(pace, takes)
    count, seen = looks(pace, takes)
    assert seen - takes <= max(0.17 * takes, 0.25)
    assert count <= 3 + takes / LONGEST


@example([52.0, 57.0])
@given(st.lists(st.floats(0.1, 600.0), min_size=1, max_size=8))
def test_what_takes_another_time_is_seen_all_the_same(times: list[float]) -> None:
    pace = Pace()
    for takes in times:
        _count, seen = looks(pace, takes)
        assert takes <= seen <= takes + LONGEST + 0.25
