# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""libvirt's files: by meaning, to the letter where nothing changes, and CloudStack's lines left to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.libvirt_conf import (
    LIBVIRTD,
    WRITTEN_BY_CLOUDSTACK,
    merge,
    merge_words,
    parse,
)

STOCK = """\
# Flag listening for secure TLS connections on the public TCP/IP port.
#listen_tls = 0

#cgroup_controllers = [ "cpu", "devices" ]
max_clients = 5000 # enough
namespaces = [
  # none
  "mount",
  "pid"
]
"""
KEYS = st.sampled_from(("listen_tls", "max_clients", "namespaces", "vnc_listen", "host_uuid"))
TEXTS = st.text(st.characters(exclude_characters='"\n\r', exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12)
VALUES = st.one_of(st.integers(-5, 99999), TEXTS, st.lists(TEXTS, max_size=3))


def test_values_are_read_in_every_form() -> None:
    assert parse(STOCK) == {"max_clients": 5000, "namespaces": ("mount", "pid")}
    assert parse("a='x'\nb = \"y\"\na = 'z'\n") == {"a": "x", "b": "y"}


def test_a_setting_stands_below_its_sample() -> None:
    lines = merge(STOCK, {"listen_tls": 1, "vnc_listen": "0.0.0.0"}).text.splitlines()
    assert lines[1:3] == ["#listen_tls = 0", "listen_tls = 1"]
    assert lines[-1] == 'vnc_listen = "0.0.0.0"'


def test_a_line_of_another_style_is_no_change() -> None:
    text = 'listen_tls=1\ntls_port="16514"\n'
    merged = merge(text, {"listen_tls": 1, "tls_port": "16514"})
    assert (merged.text, merged.changed) == (text, ())


def test_of_two_lines_one_is_left() -> None:
    assert merge("max_clients = 1\n# x\nmax_clients = 2\n", {"max_clients": 2}).text == "max_clients = 2\n# x\n"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('a = [ "#" ]\nb = 1', ("#",)),
        ('a = [ "x", # don\'t ]\n  "y" ]\nb = 1', ("x", "y")),
        ('a = [ "x", # "y"\n]\nb = 1', ("x",)),
        ('a = [ "]", \'#\', "" ]\nb = 1', ("]", "#", "")),
    ],
)
def test_strings_and_comments_of_a_list_are_told_apart(text: str, held: tuple[str, ...]) -> None:
    assert parse(text) == {"a": held, "b": 1}


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('a = """x\ny"""\nb = 1', "x\ny"),
        ('a = """""" # none\nb = 1', ""),
        ("a\t=\t'x' # y\rb=1", "x"),
        ("  a=-1\r\nb=1\r\n", -1),
        ('a = "x\x0cy"\nb = 1', "x\x0cy"),
    ],
)
def test_values_are_those_that_libvirt_reads(text: str, held: object) -> None:
    assert parse(text) == {"a": held, "b": 1}


def test_line_ends_and_unreadable_bytes_stay() -> None:
    text = "# M\udcfcller\r\n#listen_tls = 0\r\nmax_clients = 1\r\nlast = 2"
    assert merge(text, {"listen_tls": 1, "max_clients": 2}).text == (
        "# M\udcfcller\r\n#listen_tls = 0\r\nlisten_tls = 1\r\nmax_clients = 2\r\nlast = 2\r\n"
    )


def test_a_text_without_quotes_gets_them() -> None:
    """libvirt does not start with one, whatever was meant."""
    assert merge("vnc_listen = 0.0.0.0\n", {"vnc_listen": "0.0.0.0"}).text == 'vnc_listen = "0.0.0.0"\n'


def test_null_removes() -> None:
    assert parse(merge(STOCK, {"max_clients": None}).text) == {"namespaces": ("mount", "pid")}


def test_what_cloudstack_wrote_is_left_and_told() -> None:
    text = "listen_tls=1\nmax_clients=20\n"
    merged = merge(text, {"listen_tls": 0, "max_clients": 30}, WRITTEN_BY_CLOUDSTACK[LIBVIRTD])
    assert merged.text == "listen_tls=1\nmax_clients = 30\n"
    assert dict(merged.left) == {"listen_tls": 1}


@pytest.mark.parametrize("value", ['a"b', "a\nb", 1.5, {"a": 1}, [1]])
def test_what_the_format_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="max_clients"):
        merge(STOCK, {"max_clients": value})


@given(st.dictionaries(KEYS, VALUES))
def test_what_is_set_is_read_and_setting_it_again_changes_nothing(wanted: dict[str, object]) -> None:
    merged = merge(STOCK, wanted)
    held = parse(merged.text)
    assert {key: held[key] for key in wanted} == {k: tuple(v) if isinstance(v, list) else v for k, v in wanted.items()}
    again = merge(merged.text, wanted)
    assert (again.text, again.changed) == (merged.text, ())


@pytest.mark.parametrize(
    "line", ["LIBVIRTD_ARGS=-l", "LIBVIRTD_ARGS=-l\r", "LIBVIRTD_ARGS='--listen'", 'export LIBVIRTD_ARGS="-l"  # x']
)
def test_arguments_that_mean_the_same_stay(line: str) -> None:
    assert merge_words(f"# a\n{line}\n", "LIBVIRTD_ARGS", "--listen") == f"# a\n{line}\n"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", 'LIBVIRTD_ARGS="--listen"\n'),
        ('#LIBVIRTD_ARGS="--listen"\n', '#LIBVIRTD_ARGS="--listen"\nLIBVIRTD_ARGS="--listen"\n'),
        ('LIBVIRTD_ARGS="-l"\n# b\nLIBVIRTD_ARGS=""\n', 'LIBVIRTD_ARGS="--listen"\n# b\n'),
        ("a=1\r\nLIBVIRTD_ARGS=\r\n", 'a=1\r\nLIBVIRTD_ARGS="--listen"\r\n'),
        ('LIBVIRTD_ARGS="--timeout 120"\n', 'LIBVIRTD_ARGS="--listen"\n'),
    ],
)
def test_there_is_exactly_one_line_of_arguments(text: str, after: str) -> None:
    assert merge_words(text, "LIBVIRTD_ARGS", "--listen") == after


@pytest.mark.parametrize("text", ['a = [ "x"\n', 'b = 1\na = [\n "x",\n# ]\n', 'a = """x\ny = 1\n', "a = ["])
def test_a_value_without_an_end_is_told(text: str) -> None:
    """What follows would be part of it, so each run would add the same line again."""
    with pytest.raises(InvalidValue, match=r"^a='a = "):
        merge(text, {"listen_tls": 1})
