# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding things by the names that people write."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from ansible.module_utils.parsing.convert_bool import BOOLEANS_FALSE, BOOLEANS_TRUE, boolean
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Ambiguous, InvalidValue, NotFound
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.naming import (
    edits,
    flag,
    is_host_name,
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


@pytest.mark.parametrize(
    "text", ["kvm1", "kvm-1.example.net", "h0.", "1a.2b", "101-kvm", "0xen", "x" * 63, "10.0.0.kvm"]
)
def test_names_of_hosts(text: str) -> None:
    assert is_host_name(text)


@pytest.mark.parametrize(
    "text",
    [
        # The library of C takes these for addresses, of this very machine most of them.
        *("127.1", "2130706433", "0x7f000001", "0x7F.1", "0177.0.0.1", "127.0.0.1.", "0x7f.0x1", "0x", "1"),
        # A slip in an address, and what begins an option, a path, a URL or another line.
        *("10.0.0.300", "-oProxyCommand=x", "h/system?command=x", "h\n", "h h", "h..", "", ".", "fe80::1%eth0", "h:22"),
    ],
)
def test_what_is_no_name_of_a_host(text: str) -> None:
    assert not is_host_name(text)


@pytest.mark.parametrize("value", sorted({*BOOLEANS_TRUE, *BOOLEANS_FALSE}, key=str))
def test_a_boolean_is_what_ansible_takes_for_one(value: object) -> None:
    assert flag(value, "x", None) is boolean(value)
    assert flag(f" {str(value).upper()} ", "x", None) is boolean(value)


@given(st.one_of(st.text("yesno01tf ", max_size=5), st.integers(-3, 3), st.lists(st.booleans(), max_size=2)))
def test_no_other_value_is_a_boolean(value: object) -> None:
    """Ansible's filter bool makes false of it."""
    try:
        wanted = boolean(value)
    except TypeError:
        if isinstance(value, str) and not value.strip():
            assert flag(value, "prune", True) is True
        else:
            with pytest.raises(InvalidValue, match=r"^prune="):
                flag(value, "prune", True)
    else:
        assert flag(value, "prune", not wanted) is wanted


def test_a_boolean_that_is_not_given_is_the_default() -> None:
    left_out = object()
    assert flag("", "x", left_out) is left_out
    assert flag(None, "x") is False
