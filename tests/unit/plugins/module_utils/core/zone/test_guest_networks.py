# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a network with or without a VLAN of its own needs, and what is said when it cannot be."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, MissingValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.holders import KINDS, Holder
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.guest_networks import (
    Network,
    NetworkOffering,
    needs_of,
    providers_of,
    reasons_against,
    same_pairs,
    vlan_of,
)

GIVEN = NetworkOffering("o1", "given", guest_ip_type="Isolated", state="Enabled", specify_vlan=True)
DRAWN = NetworkOffering("o2", "drawn", guest_ip_type="Isolated", state="Enabled")


def codes(offering: NetworkOffering, vlan: int | None, *holders: Holder, bypass: bool = False) -> list[str]:
    pools = {"phys1": ((100, 200),)}
    return [each.code for each in reasons_against(offering, vlan, holders, pools, ["given"], bypass)]


@pytest.mark.parametrize(
    ("offering", "vlan", "expected"),
    [
        (GIVEN, 850, []),
        (GIVEN, None, ["vlan_missing"]),
        (DRAWN, None, []),
        (DRAWN, 850, ["vlan_not_taken"]),
        (GIVEN, 150, ["vlan_of_pool"]),
        (NetworkOffering("o", "off", state="Disabled", specify_vlan=True), 150, ["offering_disabled", "vlan_of_pool"]),
    ],
)
def test_offering_and_vlan_have_to_fit(offering: NetworkOffering, vlan: int | None, expected: list[str]) -> None:
    assert codes(offering, vlan) == expected


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"physical_network", "dedication"}))
def test_a_vlan_that_anybody_has_is_refused_unless_it_is_said(kind: str) -> None:
    holder = Holder(kind, ((850, 850),), "it")
    (reason,) = reasons_against(GIVEN, 850, [holder], {}, [], False)
    assert reason.code == "vlan_taken"
    assert holder.called() in reason.message
    assert codes(GIVEN, 850, holder, bypass=True) == []
    assert codes(GIVEN, 851, holder) == []


@pytest.mark.parametrize("value", ["0", 4095, "1-5", "all", str(2**24)])
def test_what_is_not_one_vlan_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="vlan="):
        vlan_of(value)


def test_one_vlan_is_read_in_every_spelling() -> None:
    assert [vlan_of(value) for value in (850, "850", "vlan://850", " 850 ", None, "untagged")] == [
        850,
        850,
        850,
        850,
        None,
        None,
    ]


def test_every_service_gets_a_provider_once() -> None:
    said = [{"service": "dns", "provider": "Other"}]
    found = providers_of(["Dhcp", "Dns"], said)
    assert same_pairs(
        found, [{"service": "Dns", "provider": "other"}, {"service": "dhcp", "provider": "virtualrouter"}]
    )
    assert not same_pairs(found, found[:1])


def test_a_shared_network_needs_its_addresses() -> None:
    shared = NetworkOffering("o", "shared", guest_ip_type="Shared")
    with pytest.raises(MissingValue, match="netmask, start_ip, end_ip"):
        needs_of(shared, {"name": "n", "gateway": "10.0.0.1"})
    needs_of(shared, {"name": "n", "gateway": "10.0.0.1", "netmask": "n", "start_ip": "a", "end_ip": "b"})
    needs_of(GIVEN, {"name": "n"})


@pytest.mark.parametrize(
    ("network", "collected"),
    [
        (Network("1", "pooled", guest_type="Isolated"), True),
        (Network("1", "given", guest_type="Isolated", specify_vlan=True), False),
        (Network("1", "persistent", guest_type="Isolated", persistent=True), False),
        (Network("1", "shared", guest_type="Shared"), False),
    ],
)
def test_only_idle_networks_of_the_pool_are_collected(network: Network, collected: bool) -> None:
    assert network.collected is collected
