# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, VLAN tags and overlapping ranges by meaning."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import differences
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.physical_networks import (
    PHYSICAL_NETWORK,
    VLAN_IP_RANGE,
    PhysicalNetwork,
    VlanIpRange,
    overlapping,
    same_address,
    same_vlan_tag,
    vlan_tag,
)

BASE = int(ipaddress.IPv4Address("192.0.2.0"))
PART = st.tuples(st.integers(0, 31), st.integers(0, 31)).map(lambda pair: (min(pair), max(pair)))


@given(st.ip_addresses(v=6), st.ip_addresses(v=6))
def test_ipv6_addresses_are_compared_by_value(one: ipaddress.IPv6Address, other: ipaddress.IPv6Address) -> None:
    assert same_address(one.exploded.upper(), one.compressed)
    assert same_address(one.exploded, other.compressed) is (one == other)


@pytest.mark.parametrize(
    ("wanted", "held", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.10", False),
        ("fd00:0::1", "fd00::1", True),
        ("fd00::/64", "fd00:0:0::/64", True),
        ("fd00::/64", "fd00::/48", False),
        ("no-address", "no-address", True),
        ("192.0.2.1", None, False),
    ],
)
def test_addresses(wanted: str, held: str | None, same: bool) -> None:
    assert same_address(wanted, held) is same


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("vlan://50", "50"),
        ("VLAN://50", "50"),
        (50, "50"),
        (" 50 ", "50"),
        ("vlan://untagged", "untagged"),
        ("Untagged", "untagged"),
        ("", "untagged"),
        (None, "untagged"),
        ("vlan://", "untagged"),
    ],
)
def test_a_vlan_tag_in_all_its_spellings(text: object, tag: str) -> None:
    assert vlan_tag(text) == tag
    assert same_vlan_tag(text, tag)
    assert not same_vlan_tag(text, "51")


@given(st.lists(PART, max_size=6), PART)
def test_overlaps_are_those_that_share_an_address(held: list[tuple[int, int]], wanted: tuple[int, int]) -> None:
    def address(offset: int) -> str:
        return str(ipaddress.IPv4Address(BASE + offset))

    ranges = [VlanIpRange(str(n), start_ip=address(low), end_ip=address(high)) for n, (low, high) in enumerate(held)]
    ranges.append(VlanIpRange("ipv6 only"))
    mine = set(range(wanted[0], wanted[1] + 1))
    expected = [str(n) for n, (low, high) in enumerate(held) if mine & set(range(low, high + 1))]
    assert [each.id for each in overlapping(ranges, address(wanted[0]), address(wanted[1]))] == expected


def test_a_range_without_an_end_is_one_address() -> None:
    one = VlanIpRange("1", start_ip="192.0.2.9")
    assert overlapping([one], "192.0.2.9", "192.0.2.9") == [one]
    assert overlapping([one], "192.0.2.10", "192.0.2.20") == []


def test_the_same_range_in_other_words_is_no_change() -> None:
    held = VlanIpRange("1", vlan="untagged", start_ipv6="fd00::1", gateway="192.0.2.1")
    assert differences({"vlan": "vlan://untagged", "start_ipv6": "FD00:0::1"}, held, VLAN_IP_RANGE) == ()
    assert [d.field for d in differences({"vlan": "50", "gateway": "192.0.2.2"}, held, VLAN_IP_RANGE)] == [
        "vlan",
        "gateway",
    ]


def test_a_physical_network_compares_vlans_by_meaning() -> None:
    held = PhysicalNetwork("1", "pn", "z", vlan="100-200,500-500", tags=("a", "b"), isolation_method="VLAN")
    same = {"vlan": "500,100-150,151-200", "tags": ["b", "a"], "isolation_method": "vlan"}
    assert differences(same, held, PHYSICAL_NETWORK) == ()
    assert [d.field for d in differences({"vlan": "500"}, held, PHYSICAL_NETWORK)] == ["vlan"]
