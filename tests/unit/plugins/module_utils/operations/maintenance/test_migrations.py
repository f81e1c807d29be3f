# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which migrations may be started beside others, and when it is looked what came of them."""

from __future__ import annotations

from collections import Counter

import pytest
from fakes.clock import FakeClock
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.drain import Move
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.migrations import (
    LONGEST,
    Limits,
    Pace,
    startable,
)

few = st.integers(1, 4)
limits = st.builds(Limits, few, few, st.integers(1, 6))
moves = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=12)


def within(all_moves: list[Move], its: Limits) -> bool:
    sources, targets = Counter(each.source for each in all_moves), Counter(each.target for each in all_moves)
    most = (max(sources.values(), default=0), max(targets.values(), default=0), len(all_moves))
    return all(count <= limit for count, limit in zip(most, (its.per_source, its.per_target, its.in_all), strict=True))


@given(limits, moves, st.lists(st.integers(0, 3), max_size=40))
def test_hosts_that_share_a_limit_keep_it_and_leave_none_of_it_unused(
    its: Limits, pairs: list[tuple[str, str]], chance: list[int]
) -> None:
    """Three hosts ask in turn, and migrations end in any order, until all are made."""
    waiting = {host: [Move(f"v{n}", s, d) for n, (s, d) in enumerate(pairs) if s == host] for host in "abc"}
    running: list[Move] = []
    done, turns = 0, iter(chance)
    while any(waiting.values()) or running:
        for host in "abc":
            for move in startable(waiting[host], running, its):
                waiting[host].remove(move)
                running.append(move)
            assert within(running, its)
        left = [move for each in waiting.values() for move in each]
        assert not any(within([*running, move], its) for move in left)
        running.pop(next(turns, 0) % len(running))
        done += 1
    assert done == len(pairs)


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
