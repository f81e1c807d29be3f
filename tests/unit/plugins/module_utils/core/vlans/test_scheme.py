# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared scheme of VLANs: its own mistakes, and what does not fit it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.check import problems
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans import ranges as vlans
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans import scheme as vlan_scheme
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.holders import KINDS, Holder
from unit.plugins.module_utils.core.declaration.declarations import zone

SCHEME = vlan_scheme.parse(
    [
        {"vlans": "2-499", "purpose": "management"},
        {"vlans": "500-599", "purpose": "public", "name": "internet"},
        {"vlans": ["600-799"], "purpose": "guest"},
        {"vlans": "800-899", "purpose": "account"},
        {"vlans": "900-999", "purpose": "project"},
        {"vlans": "1000-4094", "purpose": "reserved"},
    ]
)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([{"vlans": "1-9", "purpose": "gest"}], "guest"),
        ([{"vlans": "1-9", "purpose": "guest"}, {"vlans": "9", "purpose": "public"}], "1-9"),
        ([{"vlans": "", "purpose": "guest"}], "every entry"),
        ([{"vlans": "9-1", "purpose": "guest"}], "1-9"),
    ],
)
def test_a_scheme_that_cannot_be_is_refused(entries: list[dict[str, object]], said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        vlan_scheme.parse(entries)


@pytest.mark.parametrize(
    ("use", "ranges", "codes"),
    [
        ("pool", "600-799", []),
        ("pool", "700-850", []),
        ("pool", "590-610", ["vlan_off_scheme"]),
        ("pool", "1-1000", ["vlan_off_scheme", "vlan_off_scheme", "vlan_off_scheme", "vlan_unplanned"]),
        ("dedication", "650", ["vlan_off_scheme"]),
        ("dedication", "800-999", []),
        ("fixed_network", "850", []),
        ("fixed_network", "650", ["vlan_off_scheme"]),
        ("public_range", "500", []),
        ("public_range", "600", ["vlan_off_scheme"]),
        ("management_range", "100", []),
    ],
)
def test_a_use_fits_or_is_told_why_not(use: str, ranges: str, codes: list[str]) -> None:
    found = list(vlan_scheme.against(SCHEME, use, vlans.parse(ranges)))
    assert [reason.code for reason in found] == codes
    assert all(reason.remedy and reason.facts["vlans"] for reason in found)
    assert list(vlan_scheme.against((), use, vlans.parse(ranges))) == []


NUMBER = st.integers(1, 4094)


@given(NUMBER, NUMBER, st.sampled_from(["pool", *KINDS]))
def test_every_vlan_is_refused_once_or_fits(one: int, other: int, use: str) -> None:
    asked = ((min(one, other), max(one, other)),)
    refused = [
        vlan
        for reason in vlan_scheme.against(SCHEME, use, asked)
        for low, high in vlans.parse(reason.facts["vlans"])
        for vlan in range(low, high + 1)
    ]
    fits = {
        vlan
        for entry in SCHEME
        if use in vlan_scheme.PURPOSES[entry.purpose]
        for low, high in entry.ranges
        for vlan in range(low, high + 1)
    }
    assert sorted(refused) == [vlan for vlan in range(asked[0][0], asked[0][1] + 1) if vlan not in fits]


def test_what_is_there_and_off_the_scheme_is_told_with_its_holder() -> None:
    there = [
        Holder("network", ((550, 550),), "n1", state="Implemented"),
        Holder("network", ((650, 650),), "n2"),
        Holder("fixed_network", ((5000, 5000),), "t1", tunnel=True),
        Holder("physical_network", ((1, 4094),), "phys2"),
    ]
    (only,) = vlan_scheme.lint(SCHEME, there)
    assert only["code"] == "vlan_off_scheme"
    assert "network n1 (Implemented)" in str(only["message"])
    assert "internet" in str(only["message"])


PLAN = [{"vlans": "2-499", "purpose": "public"}, {"vlans": "500-799", "purpose": "guest"}]


@pytest.mark.parametrize(
    ("scheme", "found"),
    [
        (PLAN, []),
        ([], []),
        (PLAN[1:], [("vlan_unplanned", ".public_ip_ranges[0].vlan"), ("vlan_unplanned", ".public_ip_ranges[1].vlan")]),
        ([PLAN[0], {"vlans": "500-600", "purpose": "guest"}], [("vlan_unplanned", ".physical_networks[1].vlan")]),
        ([*PLAN, {"vlans": "700", "purpose": "public"}], [("bad_scheme", ".vlan_scheme[2].vlans")]),
        ([*PLAN, {"vlans": "900", "purpose": "gest"}], [("not_a_choice", ".vlan_scheme[2].purpose")]),
        ([*PLAN, {"vlans": "9-8", "purpose": "guest"}], [("bad_scheme", ".vlan_scheme[2].vlans")]),
    ],
)
def test_a_declared_zone_is_judged_by_its_scheme(scheme: list[dict[str, object]], found: list[tuple[str, str]]) -> None:
    declared = zone(2, ["KVM"], (10, 99), "500-600,700")
    for number, public in enumerate(declared["public_ip_ranges"]):
        public["vlan"] = 50 + number
    told = problems({**declared, "vlan_scheme": scheme})
    assert [(each.code, each.where.removeprefix("cloudstack_zone")) for each in told] == found
