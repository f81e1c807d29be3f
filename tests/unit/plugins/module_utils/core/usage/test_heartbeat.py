# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether usage servers work, by what they leave in the database."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.usage.heartbeat import HEARTBEAT, usage

HELD = [("usage.stats.job.exec.time", "00:15"), ("usage.stats.job.aggregation.range", "1440")]


@pytest.mark.parametrize(
    ("jobs", "alive"),
    [
        ([], False),
        ([("ms1/10.1.0.5", 7, 3)], True),
        ([("ms1/10.1.0.5", 7, HEARTBEAT)], False),
        ([("ms1/10.1.0.5", 7, None)], False),
        # Left by one that was killed, before the one that works.
        ([("ms2/10.1.0.6", 9, 12), ("ms1/10.1.0.5", 7, 90000)], True),
    ],
)
def test_a_usage_server_works_while_its_heartbeat_moves(jobs: list[tuple[str, Any, Any]], alive: bool) -> None:
    assert usage(HELD, jobs, [(None,)]).alive is alive


@pytest.mark.parametrize("value", [None, "", "  "])
def test_settings_without_which_it_ends_are_named(value: Any) -> None:
    found = usage([*HELD[:1], (HELD[1][0], value), ("alert.smtp.password", "secret")], [], [("2026-11-26",)])
    assert found.missing == ("usage.stats.job.aggregation.range",)
    assert found.last == "2026-11-26"
    assert "alert.smtp.password" not in found.settings
    assert usage(HELD, [], []).missing == ()


ANY = st.none() | st.text() | st.integers() | st.booleans() | st.binary()


@given(settings=st.lists(st.tuples(ANY, ANY)), jobs=st.lists(st.tuples(ANY, ANY, ANY)), last=st.lists(st.tuples(ANY)))
def test_whatever_the_database_holds_is_read(settings: list[Any], jobs: list[Any], last: list[Any]) -> None:
    found = usage(settings, jobs, last)
    assert len(found.jobs) == len(jobs)
    assert found.missing
