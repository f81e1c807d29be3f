# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of several servers as one: in order, whole entries, without secrets and terminal codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import logs

FIRST = """2026-11-27 04:00:01,500 DEBUG [c.A] (qtp1:ctx-1a2b3c4d) (logid:9f8e7d6c) command=x&password=s3cret
java.lang.RuntimeException: no
\tat com.cloud.A.b(A.java:1)
2026-11-27 04:00:03,000 INFO [c.c.a.B] (logid:9f8e7d6c) done
"""
SECOND = "2026-11-27T04:00:02.250 INFO [agent] (logid:9f8e7d6c) started \x1b[31m\n"
JOB = "1a2b3c4d-0000-4000-8000-123456789abc"


def test_entries_are_whole_and_in_order_and_without_secrets() -> None:
    text = logs.collected({"ms1": FIRST, "kvm1": SECOND})
    assert [line.partition(": ")[0] for line in text.splitlines()] == ["ms1", "ms1", "ms1", "kvm1", "ms1"]
    assert "s3cret" not in text
    assert "password=****" in text
    assert "\tat com.cloud.A.b" in text
    assert "\x1b" not in text


def test_contexts_of_lines_and_of_a_job_are_searched_too() -> None:
    assert logs.contexts(JOB, [FIRST, SECOND]) == ["1a2b3c4d", "9f8e7d6c"]
    assert logs.contexts("ctx-1a2b3c4d", []) == []
    assert len(logs.contexts(JOB, [f"(logid:{number:08x})" for number in range(99)])) == logs.MOST


@pytest.mark.parametrize(
    "term", ["", "a", "../../etc/passwd", "a b c d", "job; rm -rf /", "$(id)x", "-rf--", "x" * 200, "a\nbcd"]
)
def test_terms_that_are_no_id_are_refused(term: str) -> None:
    with pytest.raises(InvalidValue):
        logs.file_name(term)


def test_a_file_has_a_safe_name() -> None:
    assert logs.file_name("ctx:1a2b3c4d") == "cloudstack-ctx_1a2b3c4d.log"


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=200), max_size=3))
def test_any_text_is_merged(texts: dict[str, str]) -> None:
    logs.collected(texts).encode()
