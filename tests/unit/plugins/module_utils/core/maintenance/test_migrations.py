# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which migrations may be started beside others."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.migrations import AtOnce, startable
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.drain import Move

few = st.integers(1, 4)
limits = st.builds(AtOnce, few, few, st.integers(1, 6))
moves = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=12)


def within(all_moves: list[Move], its: AtOnce) -> bool:
    sources, targets = Counter(each.source for each in all_moves), Counter(each.target for each in all_moves)
    most = (max(sources.values(), default=0), max(targets.values(), default=0), len(all_moves))
    return all(count <= limit for count, limit in zip(most, (its.per_source, its.per_target, its.in_all), strict=True))


@given(limits, moves, st.lists(st.integers(0, 3), max_size=40))
def test_hosts_that_share_a_limit_keep_it_and_leave_none_of_it_unused(
    its: AtOnce, pairs: list[tuple[str, str]], chance: list[int]
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
