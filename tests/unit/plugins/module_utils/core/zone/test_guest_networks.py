# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a network with or without a VLAN of its own needs, and what is said when it cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, MissingValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.holders import KINDS, Holder
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.guest_networks import (
    Network,
    check_limits,
    needs_of,
    reasons_against,
    vlans_of,
    without_isolation,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.network_offerings import (
    NetworkOffering,
    providers_of,
    same_pairs,
)

GIVEN = NetworkOffering("o1", "given", guest_ip_type="Isolated", state="Enabled", specify_vlan=True)
DRAWN = NetworkOffering("o2", "drawn", guest_ip_type="Isolated", state="Enabled")


def codes(offering: NetworkOffering, vlan: int | None, *holders: Holder, bypass: bool = False) -> list[str]:
    pools = {"phys1": ((100, 200),)}
    return [
        each.code
        for each in reasons_against(offering, [] if vlan is None else [vlan], holders, pools, ["given"], bypass)
    ]


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
    (reason,) = reasons_against(GIVEN, [850], [holder], {}, [], False)
    assert reason.code == "vlan_taken"
    assert holder.called() in reason.message
    assert codes(GIVEN, 850, holder, bypass=True) == []
    assert codes(GIVEN, 851, holder) == []


def test_both_vlans_of_a_private_one_have_to_be_free() -> None:
    holder = Holder("network", ((851, 851),), "it")
    found = list(reasons_against(GIVEN, [850, 851], [holder], {"phys1": ((850, 850),)}, [], False))
    assert [(each.code, each.facts["vlan"]) for each in found if "vlan" in each.facts] == [("vlan_of_pool", 850)]
    assert [each.facts["vlans"] for each in found if each.code == "vlan_taken"] == [["851"]]


@pytest.mark.parametrize(
    ("vlan", "methods", "fine"),
    [
        (1, ["VLAN"], False),
        (1, [None], False),
        (2, ["VLAN"], True),
        (4094, [], True),
        (4095, ["VLAN"], False),
        (4096, [None], False),
        (5000, ["VLAN", None], False),
        (5000, ["VXLAN"], True),
        (1, ["vxlan"], True),
        (2**24 - 1, ["VXLAN"], False),
        (2**24, ["GRE"], True),
        (5000, ["VLAN", "VXLAN"], True),
    ],
)
def test_a_vlan_is_one_on_its_physical_networks(vlan: int, methods: list[str | None], fine: bool) -> None:
    if fine:
        check_limits({"vlan": [vlan]}, methods)
        return
    with pytest.raises(InvalidValue, match="vlan="):
        check_limits({"vlan": [vlan]}, methods)


@pytest.mark.parametrize(
    ("methods", "kind", "expected"),
    [
        ({"phys1": None}, "Shared", ["no_isolation_method"]),
        ({"phys1": None, "phys2": ""}, "Shared", ["no_isolation_method"]),
        ({"phys1": None, "phys2": "VLAN"}, "Shared", []),
        ({"phys1": None}, "Isolated", []),
        ({}, "Shared", []),
    ],
)
def test_a_shared_network_needs_an_isolation_method(
    methods: dict[str, str | None], kind: str, expected: list[str]
) -> None:
    offering = NetworkOffering("o", "o", guest_ip_type=kind, state="Enabled")
    assert [each.code for each in without_isolation(offering, methods)] == expected


@pytest.mark.parametrize("value", ["0", "851-850", "all", "-5", "850-5000", str(2**33)])
def test_what_is_no_vlan_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="vlan="):
        vlans_of(value)


def test_one_vlan_is_read_in_every_spelling() -> None:
    assert [vlans_of(value) for value in (850, "850", "vlan://850", " 850 ")] == [(850,)] * 4
    assert [vlans_of(value) for value in (None, "untagged")] == [(), ()]


@given(numbers=st.sets(st.integers(2, 4094), min_size=2, max_size=40))
def test_a_list_is_every_vlan_once(numbers: set[int]) -> None:
    assert vlans_of(",".join(map(str, numbers))) == tuple(sorted(numbers))


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
