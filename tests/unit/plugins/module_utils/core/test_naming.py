# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding things by the names that people write."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Ambiguous, NotFound
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.naming import (
    edits,
    matches,
    nearest,
    only,
    slips,
)


@dataclass(frozen=True)
class Thing:
    id: str
    name: str


SOME = [Thing("1", "zone"), Thing("2", "Zone"), Thing("3", "ZONE"), Thing("4", "other")]
NAMES = st.text("aAbB-", min_size=1, max_size=4)


def test_an_exact_name_wins_over_one_of_another_case() -> None:
    assert matches(SOME, "Zone") == [SOME[1]]
    assert matches(SOME, "zOnE") == SOME[:3]
    assert matches(SOME, "4") == [SOME[3]]
    assert matches(SOME, "nowhere") == []


@given(st.lists(NAMES, max_size=8), NAMES)
def test_a_match_is_exact_where_there_is_one_else_of_the_same_letters(names: list[str], wanted: str) -> None:
    things = [Thing(f"id{n}", name) for n, name in enumerate(names)]
    found = [thing.name for thing in matches(things, wanted)]
    exact = [name for name in names if name == wanted]
    assert found == (exact or [name for name in names if name.lower() == wanted.lower()])


def test_several_matches_are_named_by_their_ids() -> None:
    with pytest.raises(Ambiguous) as caught:
        only(matches(SOME, "zONE"), "zone", "zONE")
    assert caught.value.details["matches"] == ["1", "2", "3"]
    assert "use the id of one" in caught.value.message


def test_no_match_tells_the_nearest_names_and_where_was_looked() -> None:
    with pytest.raises(NotFound) as caught:
        only([], "cluster", "kvm-clutser", "zone z1", ["kvm-cluster", "xen-cluster", "unlike"])
    assert caught.value.details["near"][0] == "kvm-cluster"  # type: ignore[index]
    assert "unlike" not in caught.value.message
    assert "in zone z1" in caught.value.message
    assert "did you mean kvm-cluster" in caught.value.message


def test_the_only_match_is_returned_itself() -> None:
    assert only([SOME[3]], "zone", "other") is SOME[3]


@given(st.lists(NAMES, max_size=10), NAMES)
def test_near_names_are_names_that_are_there_and_few(names: list[str], wanted: str) -> None:
    near = nearest(wanted, names)
    assert len(near) <= 3
    assert set(near) <= set(names)
    if wanted.casefold() in {name.casefold() for name in names}:
        assert near[0].casefold() == wanted.casefold()


@given(st.lists(NAMES, max_size=10), NAMES)
def test_a_near_name_is_a_slip_away_and_none_that_is_nearer_is_left_out(names: list[str], wanted: str) -> None:
    near = nearest(wanted, names, 10)
    there = {name.casefold() for name in names}
    assert {name.casefold() for name in near} == {name for name in there if slips(wanted, name) is not None}
    numbers = [edits(wanted.casefold(), name.casefold()) for name in near]
    assert numbers == sorted(numbers)
    for name, number in zip(near, numbers, strict=True):
        assert number == 0 or 3 * number <= max(len(wanted), len(name))


WORD = st.text("abcdefgh-", min_size=6, max_size=12)


@given(WORD, st.integers(0, 11), st.sampled_from("xyz"), st.sampled_from(["more", "less", "other", "swapped"]))
def test_one_slip_is_found_and_another_word_is_not(word: str, place: int, letter: str, how: str) -> None:
    place %= len(word) - 1
    one, two = word[place], word[place + 1]
    put = {"more": one + letter + two, "less": one, "other": letter + two, "swapped": two + one}[how]
    slip = word[:place] + put + word[place + 2 :]
    assert edits(slip, word) == edits(word, slip) == (slip != word)
    assert nearest(slip, [word, "q" * len(word), word * 2]) == [word]


@pytest.mark.parametrize(
    ("wanted", "name", "near"),
    [
        ("east", "west", False),
        ("kvm-a", "xen-a", False),
        ("public", "private", False),
        ("z1", "z2", False),
        ("zurich", "zuerich", True),
        ("kvm1", "kvm1.example.net", True),
        ("KVM1.example.net", "kvm1", True),
        ("kvm1.example.net", "kvm2.example.net", True),
        ("expunge.dealy", "expunge.delay", True),
        ("expunge.delay", "expunge.interval", False),
        ("", "kvm1", False),
        (".", "", False),
    ],
)
def test_names_that_are_slips_and_that_are_others(wanted: str, name: str, near: bool) -> None:
    assert (nearest(wanted, [name]) == [name]) is near
