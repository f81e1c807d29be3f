# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to change: wanted against held."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import (
    Difference,
    Rules,
    decide,
    differences,
    is_set,
    plain,
    same_set,
    same_word,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import MissingValue, Refused


@dataclass(frozen=True)
class Thing:
    id: str = "1"
    name: str = "a"
    size: int | None = 1
    tags: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    state: str = ""
    inner: tuple[Difference, ...] = ()


RULES = Rules(
    kind="thing",
    required=("name", "size"),
    fixed={"size": "make another", "state": "wait"},
    write_only=frozenset(("password",)),
    same={"tags": same_set, "state": same_word},
)
TAGS = st.lists(st.sampled_from("abcd"), max_size=6)
VALUES = st.one_of(st.none(), st.integers(0, 3))


@given(st.fixed_dictionaries({"name": st.none() | st.sampled_from("ab"), "size": VALUES}), VALUES)
def test_unset_is_left_alone_and_set_is_compared(wanted: dict[str, object], size: int | None) -> None:
    held = Thing(size=size)
    found = {d.field: (d.held, d.wanted) for d in differences(wanted, held, RULES)}
    assert found == {
        name: (getattr(held, name), value)
        for name, value in wanted.items()
        if value is not None and value != getattr(held, name)
    }


@given(TAGS, TAGS)
def test_lists_are_sets_unless_order_matters(wanted: list[str], held: list[str]) -> None:
    thing = Thing(tags=tuple(held), order=tuple(held))
    found = {d.field for d in differences({"tags": wanted, "order": tuple(wanted)}, thing, RULES)}
    assert ("tags" in found) is (set(wanted) != set(held))
    assert ("order" in found) is (wanted != held)


def test_an_empty_list_is_set_and_takes_all_away() -> None:
    assert decide(RULES, "thing a", {"tags": []}, Thing(tags=("x",)), "present").updates() == {"tags": []}


@pytest.mark.parametrize("held", [None, "other", "S3cret"])
def test_write_only_fields_are_never_compared(held: str | None) -> None:
    """What cannot be read back says nothing about a change; the held thing has no such field at all."""
    assert decide(RULES, "thing a", {"password": "S3cret", "name": "a"}, Thing(), "present").action == "nothing"
    assert differences({"password": held}, Thing(), RULES) == ()


def test_a_refusal_gives_every_reason_with_its_remedy() -> None:
    with pytest.raises(Refused) as caught:
        decide(RULES, "thing a", {"size": 2, "state": "Up", "name": "b"}, Thing(state="Down"), "present")
    reasons = caught.value.details["reasons"]
    assert isinstance(reasons, list)
    assert [(r["field"], r["held"], r["wanted"], r["remedy"]) for r in reasons] == [
        ("size", 1, 2, "make another"),
        ("state", "Down", "Up", "wait"),
    ]
    assert {r["code"] for r in reasons} == {"fixed_field"}
    assert "make another" in caught.value.message
    assert "wait" in caught.value.message


def test_a_fixed_field_of_the_same_meaning_is_no_change() -> None:
    assert decide(RULES, "thing a", {"size": 1, "state": "UP"}, Thing(state="Up"), "present").action == "nothing"


def test_what_is_not_there_needs_its_required_fields() -> None:
    with pytest.raises(MissingValue) as caught:
        decide(RULES, "thing a", {"tags": ["x"], "size": None}, None, "present")
    assert caught.value.details["missing"] == ["name", "size"]
    assert caught.value.message == "missing required arguments: name, size"
    assert caught.value.details["subject"] == "thing a"
    assert decide(RULES, "thing a", {"name": "a", "size": 0}, None, "present").action == "create"


@pytest.mark.parametrize(("held", "action"), [(None, "nothing"), (Thing(), "delete")])
def test_absent_needs_no_fields_and_refuses_none(held: Thing | None, action: str) -> None:
    assert decide(RULES, "thing a", {"size": 99}, held, "absent").action == action


def test_false_zero_and_empty_text_are_set() -> None:
    assert is_set({"a": None, "b": False, "c": 0, "d": "", "e": []}) == {"b": False, "c": 0, "d": "", "e": []}


def test_plain_data_holds_lists_and_dicts_only() -> None:
    thing = Thing(tags=("x",), inner=(Difference("f", (1,), frozenset((2,))),))
    assert plain(thing)["tags"] == ["x"]
    assert plain(thing)["inner"] == [{"field": "f", "held": [1], "wanted": [2]}]
