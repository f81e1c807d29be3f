# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a management server answers 503: lines of its log in words, whatever else the log holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.filter.start_trouble import start_trouble
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.text import printable

START = "2026-11-27 INFO [o.a.c.ServerDaemon] (main:[]) Initializing server daemon on null, with http.enable=true\n"
NEWER = "ERROR Database version 4.23.0.0 is higher than management software version 4.22.0.0\n"
KEY = "ERROR Unable to initialize the database encryptors due to x. Please check if database encryption key\n"


@pytest.mark.parametrize(
    ("log", "code"),
    [
        (START + NEWER, "[database_newer]"),
        (START + KEY, "[database_key]"),
        (START + NEWER + START + KEY, "[database_key]"),
        (START + NEWER + START, "no known cause"),
        ("", "no known cause"),
    ],
)
def test_the_cause_is_that_of_the_last_start(log: str, code: str) -> None:
    assert code in start_trouble(log)


@given(st.text(max_size=200))
def test_a_hostile_line_moves_no_cursor(text: str) -> None:
    line = text.replace("\n", " ").replace("\r", " ")
    told = start_trouble(START + NEWER.strip() + line)
    assert told == printable(told)
    assert len(told) < 700
