# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from outside, made safe to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.text import (
    all_printable,
    encodable,
    printable,
    shortened,
)

ANY = st.text(alphabet=st.characters(codec=None), max_size=30)


@given(ANY)
def test_what_is_printable_fits_into_one_line_utf_8_and_xml(text: str) -> None:
    shown = printable(text)
    shown.encode()
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    element = ElementTree.Element("a")
    element.text = shown
    assert ElementTree.fromstring(ElementTree.tostring(element)).text == (shown or None)
    assert printable(shown) == shown


@given(ANY)
def test_what_is_encodable_differs_in_surrogates_alone(text: str) -> None:
    encodable(text).encode()
    assert (encodable(text) == text) == (not any("\ud800" <= each <= "\udfff" for each in text))


def test_texts_of_people_stay_as_they_are() -> None:
    for text in ("kvm01", "Zürich – Süd", "東京", "Ωmega", "🖥 host", "a\u00a0b"):
        assert printable(text) == encodable(text) == text


def test_what_is_hidden_is_seen() -> None:
    assert printable("a\x00b\x1b[0m\u202ec\ud800") == "a\\x00b\\x1b[0m\\u202ec\\ud800"
    assert printable("a\nb", keep="\n") == "a\nb"


@dataclass(frozen=True)
class Row:
    name: str
    parts: tuple[str, ...]


class Pair(NamedTuple):
    one: str
    two: int


def test_data_keeps_its_form() -> None:
    held = {"a\x00": [Row("b\x1b", ("c\x00",)), Pair("d\x00", 1), None, 2.5]}
    assert all_printable(held) == {"a\\x00": [Row("b\\x1b", ("c\\x00",)), Pair("d\\x00", 1), None, 2.5]}


def test_long_texts_are_cut() -> None:
    assert shortened("x" * 200, 10) == "x" * 9 + "…"
    assert shortened("x" * 10, 10) == "x" * 10
