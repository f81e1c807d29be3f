# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""java.util.Properties as people write them: any bytes are read, and all but what is set stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import agent_properties as core
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.java_properties import (
    ENCODING,
    entry_of,
    parse,
)

LINE = st.builds(
    lambda key, between, value, end: key + between + value + end,
    st.sampled_from([b"host", b"workers", b"x\\:y", b"# note", b"", b" \tk", b"\xfck"]),
    st.sampled_from([b"=", b" = ", b":", b" "]),
    st.lists(
        st.sampled_from([b"a", b"5", b"\xfc", "ü".encode(), b"\\u00fc", b"\\t", b"\\ud83d", b"\x85", b"\x0b", b" "])
    ).map(b"".join),
    st.sampled_from([b"\n", b"\r\n", b"\r", b""]),
)
FILES = st.one_of(st.binary(max_size=60), st.lists(LINE, max_size=6).map(b"".join))


@pytest.mark.parametrize(
    ("content", "right"),
    [
        (b"x=a\\u00e9b\\tc", "a\u00e9b\tc"),
        (b"x=b\xfcro", "büro"),
        ("y=ü\nx=".encode() + b"\xfc", "ü"),
        ("x=büro".encode(), "büro"),
        (b"x=\\uD83D\\uDE00", "\U0001f600"),
        (b"x=\\ud83d", "\ufffd"),
        (b"x=\\u12", "u12"),
        (b"x=a\x0cb\x0bc\x85d", "a\x0cb\x0bc\x85d"),
        (b"x=a\\\r\n  b\r\n", "ab"),
        (b"x=a\\\\\r\ny=b", "a\\"),
        (b"y=1\rx=2\r", "2"),
    ],
)
def test_values_are_those_that_java_reads(content: bytes, right: str) -> None:
    assert parse(content.decode(ENCODING))["x"] == right


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"# M\xfcller\nhost.tags=b\xfcro\nworkers=5\n", b"# M\xfcller\nhost.tags=b\xfcro\nworkers=10\n"),
        (b"a=1\r\nworkers=5\r\nb=2\r\n", b"a=1\r\nworkers=10\r\nb=2\r\n"),
        (b"a=1\r\n", b"a=1\r\nworkers=10\r\n"),
        (b"a=1", b"a=1\nworkers=10\n"),
        (b"a=1\r\nb=2", b"a=1\r\nb=2\r\nworkers=10\r\n"),
        (b"a=x\\\n", b"a=x\nworkers=10\n"),
    ],
)
def test_bytes_and_line_ends_stay(before: bytes, after: bytes) -> None:
    assert core.decide(before.decode(ENCODING), {"workers": "10"}).text.encode(ENCODING) == after


@given(FILES)
def test_any_file_is_read_and_only_the_wanted_key_changes(content: bytes) -> None:
    text = content.decode(ENCODING)
    held = parse(text)
    # Ansible takes no text that UTF-8 cannot hold.
    assert all((key + value).encode() for key, value in held.items() if key + value)
    change = core.decide(text, {"workers": "10"})
    assert parse(change.text) == {**held, "workers": "10"}
    assert core.decide(change.text, {"workers": "10"}).text == change.text


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1))
def test_a_value_comes_back_whatever_encoding_its_reader_takes(value: str) -> None:
    (line,) = entry_of("x", value).lines
    assert line.isascii()
    assert parse(line)["x"] == value
