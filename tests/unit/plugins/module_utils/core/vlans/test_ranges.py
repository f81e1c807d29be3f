# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLAN ranges against a model: a set of integers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans import ranges as vlans

BOUND = st.integers(0, 4095)
RANGE = st.tuples(BOUND, BOUND).map(lambda pair: (min(pair), max(pair)))
RANGES = st.lists(RANGE, max_size=8)
Range = tuple[int, int]
BLANK = st.sampled_from(["", " ", "  "])


def members(ranges: list[tuple[int, int]] | tuple[tuple[int, int], ...]) -> set[int]:
    return {vlan for low, high in ranges for vlan in range(low, high + 1)}


@st.composite
def spellings(draw: st.DrawFn, ranges: list[tuple[int, int]]) -> str:
    """The same VLANs as people may write them: split anywhere, in any order, with blanks, single ones bare."""
    parts = []
    for low, high in ranges:
        cut = draw(st.integers(low, high))
        pieces = [(low, cut), (cut + 1, high)] if cut < high else [(low, high)]
        for first, last in pieces:
            blank = draw(BLANK)
            bare = first == last and draw(st.booleans())
            parts.append(f"{blank}{first}{blank}" if bare else f"{blank}{first}{blank}-{last}{blank}")
    return ",".join(draw(st.permutations(parts)))


@given(RANGES)
def test_the_canonical_form_holds_the_same_vlans_sorted_disjoint_and_not_adjacent(
    ranges: list[tuple[int, int]],
) -> None:
    merged = vlans.merged(ranges)
    assert members(merged) == members(ranges)
    assert all(low <= high for low, high in merged)
    assert all(here[1] + 1 < after[0] for here, after in pairwise(merged))


@given(RANGES)
def test_parsing_what_is_written_gives_it_back(ranges: list[tuple[int, int]]) -> None:
    merged = vlans.merged(ranges)
    assert vlans.parse(vlans.text(merged)) == merged
    assert vlans.text(vlans.parse(vlans.text(merged))) == vlans.text(merged)


@given(st.data(), RANGES)
def test_every_spelling_means_the_same(data: st.DataObject, ranges: list[tuple[int, int]]) -> None:
    spelled = data.draw(spellings(ranges))
    assert members(vlans.parse(spelled)) == members(ranges)
    assert vlans.same_vlans(spelled, vlans.text(ranges))


@given(RANGES, BOUND)
def test_one_vlan_more_is_another_meaning(ranges: list[tuple[int, int]], extra: int) -> None:
    grown = [*ranges, (extra, extra)]
    assert vlans.same_vlans(vlans.text(grown), vlans.text(ranges)) is (extra in members(ranges))


@given(RANGES)
def test_the_written_form_is_what_the_server_takes(ranges: list[tuple[int, int]]) -> None:
    """Every part must be ``a-b`` and blanks are refused (FIELD_FACTS "Guest VLAN ranges")."""
    written = vlans.text(ranges)
    assert " " not in written
    assert all(part.count("-") == 1 for part in written.split(",") if written)


@pytest.mark.parametrize(
    ("given_as", "expected"),
    [
        ("100-200,300-310,500", ((100, 200), (300, 310), (500, 500))),
        (["500", "100-200"], ((100, 200), (500, 500))),
        (["1-2,3", 4], ((1, 4),)),
        (500, ((500, 500),)),
        ("100-150,151-200", ((100, 200),)),
        ("", ()),
        (None, ()),
        ([], ()),
    ],
)
def test_lists_numbers_and_nothing_are_read_too(given_as: object, expected: tuple[tuple[int, int], ...]) -> None:
    assert vlans.parse(given_as) == expected


@pytest.mark.parametrize(
    ("bad", "culprit"),
    [
        ("200-100", "200-100"),
        ("1,2-,3", "2-"),
        ("abc", "abc"),
        ("1-2-3", "1-2-3"),
        ("-5", "-5"),
        ("1.5", "1.5"),
        ("4096", "4096"),
        ("100-200,4000-5000", "4000-5000"),
        ("1,,2", ""),
        (" ", ""),
    ],
)
def test_what_is_no_range_is_refused_by_name_and_value(bad: str, culprit: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        vlans.parse(bad, "guest_vlans")
    assert caught.value.details["parameter"] == "guest_vlans"
    assert caught.value.details["value"] == culprit
    assert f"guest_vlans={culprit!r}" in caught.value.message


@given(RANGES)
def test_reserved_vlans_are_refused_and_no_others(ranges: list[tuple[int, int]]) -> None:
    reserved = members(ranges) & {0, 4095}
    assert set(vlans.reserved_in(ranges)) == reserved
    if reserved:
        with pytest.raises(InvalidValue, match=r"^vlan=.*802\.1Q"):
            vlans.usable(vlans.text(ranges), "VLAN")
    else:
        assert members(vlans.usable(vlans.text(ranges), None)) == members(ranges)


def test_vnis_go_beyond_vlans_and_have_no_reserved_ones() -> None:
    assert vlans.usable("0,5000-6000,16777214", "VXLAN") == ((0, 0), (5000, 6000), (16777214, 16777214))
    with pytest.raises(InvalidValue, match="16777215"):
        vlans.usable("16777215", "VXLAN")
    assert vlans.usable("4294967295", "gre") == ((4294967295, 4294967295),)
    assert vlans.same_vlans("4294967295", "4294967295-4294967295")
    with pytest.raises(InvalidValue, match="5000"):
        vlans.usable("5000", "vlan")


@given(RANGES, RANGES, RANGES)
def test_the_algebra_is_that_of_sets(one: list[Range], other: list[Range], third: list[Range]) -> None:
    a, b, c = members(one), members(other), members(third)
    results = {
        "union": (vlans.union(one, other, third), a | b | c),
        "intersection": (vlans.intersection(one, other), a & b),
        "difference": (vlans.difference(one, other), a - b),
        "of": (vlans.of(a), a),
    }
    for name, (ranges, model) in results.items():
        assert members(ranges) == model, name
        assert ranges == vlans.merged(ranges), f"{name} is not canonical"
    assert vlans.size(one) == len(a)


@given(RANGES, BOUND)
def test_a_vlan_is_contained_or_not(ranges: list[Range], vlan: int) -> None:
    assert vlans.contains(ranges, vlan) is (vlan in members(ranges))


@given(RANGES)
def test_words_for_people_mean_the_same_and_write_single_ones_bare(ranges: list[Range]) -> None:
    words = vlans.words(ranges)
    assert members(vlans.parse(words)) == members(ranges)
    assert all(len(set(word.split("-"))) == len(word.split("-")) for word in words)


@pytest.mark.parametrize(
    ("method", "vlan"),
    [(None, True), ("VLAN", True), ("vlan", True), ("L3", True), ("VXLAN", False), ("vxlan", False), ("GRE", False)],
)
def test_only_tunnels_number_otherwise(method: str | None, vlan: bool) -> None:
    assert vlans.numbered_as_vlans(method) is vlan
    assert (vlans.highest_of(method) == vlans.HIGHEST) is vlan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50", [50]),
        (50, [50]),
        ("vlan://50", [50]),
        ("VLAN://50", [50]),
        ("1030,1040-1042", [1030, 1040, 1041, 1042]),
        ("vlan://3001,3003", [3001, 3003]),
        ("pvlan://1030-i1031", [1030, 1031]),
        ("pvlan://1030-c1032", [1030, 1032]),
        ("pvlan://1030-p1030", [1030]),
        ("vxlan://16777214", [16777214]),
        ("untagged", []),
        ("vlan://untagged", []),
        ("N/A", []),
        ("pvlan://", []),
        ("lswitch:abc", []),
        (None, []),
        ("", []),
    ],
)
def test_what_the_server_tells_of_vlans(text: object, expected: list[int]) -> None:
    assert vlans.told(text) == vlans.of(expected)
