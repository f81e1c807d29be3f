# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Portable ranges: what is refused is exactly what shares an address or lies outside of the subnet."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.physical_networks import VlanIpRange
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.portable_ranges import (
    PortableRange,
    reasons_against_range,
)

NET = ipaddress.IPv4Network("203.0.112.0/23")
ends = st.tuples(st.integers(0, 511), st.integers(0, 511)).map(sorted)


def text(number: int) -> str:
    return str(NET[number])


@given(new=ends, portable=ends, public=ends, gateway=st.integers(1, 510), length=st.integers(23, 30))
def test_every_shared_address_is_found_and_nothing_else(
    new: list[int], portable: list[int], public: list[int], gateway: int, length: int
) -> None:
    subnet = ipaddress.IPv4Network(f"{text(gateway)}/{length}", strict=False)
    wanted = {"start_ip": text(new[0]), "end_ip": text(new[1])}
    wanted |= {"gateway": text(gateway), "netmask": str(subnet.netmask)}
    held = PortableRange("p", "1", text(portable[0]), text(portable[1]))
    zone = VlanIpRange("v", start_ip=text(public[0]), end_ip=text(public[1]))
    reasons = list(reasons_against_range(wanted, [held], {"z1": [zone]}))
    addresses = set(range(new[0], new[1] + 1))

    def shares(other: list[int]) -> bool:
        return bool(addresses & set(range(other[0], other[1] + 1)))

    found = [each.code for each in reasons]
    assert found.count("range_overlap") == shares(portable) + shares(public)
    assert ("outside_subnet" in found) == any(NET[number] not in subnet for number in new)
    kept = {subnet.network_address, subnet.broadcast_address, NET[gateway]}
    assert found.count("reserved_address") == len({NET[number] for number in addresses} & kept)
