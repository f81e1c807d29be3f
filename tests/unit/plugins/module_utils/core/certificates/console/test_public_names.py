# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of addresses of public ranges."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.console.domains import Domain
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.console.public_names import (
    MOST,
    PublicName,
    judge_names,
    public_names,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import Finding, Unseen
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.physical_networks import VlanIpRange

WILD = Domain("c.example.net", True)


@given(st.integers(0, 2**32 - 300), st.integers(0, 255))
def test_each_address_of_a_range_has_its_name(first: int, more: int) -> None:
    held = VlanIpRange("1", start_ip=str(ipaddress.IPv4Address(first)), end_ip=str(ipaddress.IPv4Address(first + more)))
    names, left = public_names([WILD, WILD], [held, held])
    assert [int(ipaddress.IPv4Address(each.address)) for each in names] == list(range(first, first + more + 1))
    assert [each.name for each in names] == [WILD.host_name(each.address) for each in names]
    assert left == 0


def test_what_system_vms_cannot_get_has_no_name() -> None:
    ranges = [
        VlanIpRange("1", start_ip="192.0.2.1", end_ip="192.0.2.9", account="acme"),
        VlanIpRange("2", start_ip="192.0.2.11", end_ip="192.0.2.19", for_virtual_network=False),
        VlanIpRange("3", start_ipv6="2001:db8::1", end_ipv6="2001:db8::9"),
        VlanIpRange("4", start_ip="no address", end_ip="192.0.2.1"),
        VlanIpRange("5", start_ip="192.0.2.9", end_ip="192.0.2.1"),
    ]
    assert public_names([WILD], ranges) == ([], 0)
    alone = VlanIpRange("6", start_ip="192.0.2.30")
    assert [each.address for each in public_names([WILD], [alone])[0]] == ["192.0.2.30"]
    assert public_names([Domain("c.example.net", False)], [alone]) == ([], 0)


def test_more_names_than_are_looked_up_are_told() -> None:
    names, more = public_names([WILD], [VlanIpRange("1", start_ip="10.0.0.0", end_ip="10.255.255.255")])
    assert (len(names), more) == (MOST, 2**24 - MOST)
    told = list(judge_names(names, more))
    assert [type(each) for each in told] == [Finding, Unseen]
    assert f"{MOST} of {MOST}: 10-0-0-0.c.example.net" in told[0].evidence  # type: ignore[union-attr]
    assert len(told[0].evidence) < 600  # type: ignore[union-attr]


def test_a_name_with_another_address_too_is_right() -> None:
    assert list(judge_names([PublicName("a", "192.0.2.1", ("192.0.2.1", "2001:db8::1"))], 0)) == []
