# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits end when they should, and say what they waited for."""

from __future__ import annotations

import pytest
from fakes.cloud import FakeCloud
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import WaitTimeout
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.waiting import LONGEST, until


def wait(cloud: FakeCloud, ready_at: float, limit: float) -> float:
    """Wait for a moment of the fake clock; the moment that was seen."""
    began = cloud.clock.now()
    return until(
        cloud.port,
        lambda: cloud.clock.now() - began,
        lambda seen: seen >= ready_at,
        what="the moon",
        limit=limit,
        show=lambda seen: f"{seen:.2f} of its way",
    )


@given(st.floats(0, 500), st.floats(0.1, 500))
def test_a_wait_ends_soon_after_it_may_and_never_past_its_limit(ready_at: float, limit: float) -> None:
    cloud = FakeCloud()
    if ready_at <= limit:
        assert ready_at <= wait(cloud, ready_at, limit) <= min(ready_at + LONGEST, limit + 0.1)
    else:
        with pytest.raises(WaitTimeout):
            wait(cloud, ready_at, limit)
    assert cloud.clock.time - 1000 <= limit + 0.1


def test_what_is_done_already_is_not_waited_for() -> None:
    cloud = FakeCloud()
    assert wait(cloud, 0, 10) == 0
    assert cloud.clock.sleeps == []


def test_the_interval_grows_to_a_limit() -> None:
    cloud = FakeCloud()
    wait(cloud, 100, 1000)
    assert cloud.clock.sleeps == sorted(cloud.clock.sleeps)
    assert cloud.clock.sleeps[0] < 0.5
    assert cloud.clock.sleeps[-1] == LONGEST
    assert len(cloud.clock.sleeps) < 40


def test_a_wait_that_is_in_vain_says_what_it_saw_last() -> None:
    cloud = FakeCloud()
    with pytest.raises(WaitTimeout) as caught:
        wait(cloud, 100, 42)
    assert caught.value.details["what"] == "the moon"
    assert caught.value.details["seconds"] == pytest.approx(42, abs=0.1)
    assert caught.value.details["last"] == "42.00 of its way"
    assert caught.value.message == "timeout after 42 s waiting for the moon; last seen: 42.00 of its way"


def test_long_waits_tell_how_they_go_and_short_ones_do_not() -> None:
    short, long = FakeCloud(), FakeCloud()
    wait(short, 3, 60)
    wait(long, 50, 60)
    assert short.lines == []
    assert len(long.lines) >= 5
    assert all(line.startswith("waiting for the moon: ") and "of at most 60 s" in line for line in long.lines)
