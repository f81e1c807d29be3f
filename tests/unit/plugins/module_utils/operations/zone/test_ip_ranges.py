# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which range a declaration means, and what is refused of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fakes.cloud import FakeCloud, Memory

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import MissingValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.guest_networks import Network
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.physical_networks import (
    PhysicalNetwork,
    VlanIpRange,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.portable_ranges import PortableRange
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Zone
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.ip_ranges import ensure_range

HELD = VlanIpRange(
    "r1", "z", "p1", vlan="50", gateway="192.0.2.1", netmask="255.255.255.0", start_ip="192.0.2.10",
    end_ip="192.0.2.20", for_virtual_network=True,
)  # fmt: skip
HELD6 = VlanIpRange("r6", "z", "p1", vlan="50", cidr_ipv6="fd00::/64", start_ipv6="fd00::1", end_ipv6="fd00::ff")


class Ranges(FakeCloud):
    """A zone of two physical networks and one shared network, with the given ranges."""

    def __init__(self, *held: VlanIpRange) -> None:
        super().__init__()
        self.zones = Memory(Zone, Zone("z", "z1"))
        physical = [PhysicalNetwork(id=f"p{n}", name=f"phys{n}", zone_id="z") for n in (1, 2)]
        self.physical_networks = Memory(PhysicalNetwork, *physical)
        self.networks = Memory(Network, Network("n1", "shared", "z", "p1"))
        self.vlan_ip_ranges = Memory(VlanIpRange, *held)
        self.portable_ranges = Memory(PortableRange)

    def ensure(self, places: Any = None, state: Any = "present", **wanted: Any) -> Outcome:
        return ensure_range(self.port, "z1", places or {}, wanted, state, False)

    @property
    def verbs(self) -> list[str]:
        return [verb for verb, _id, _fields in self.vlan_ip_ranges.writes]


@pytest.mark.parametrize("change", [{"vlan": "51"}, {"for_virtual_network": False}])
def test_what_the_server_cannot_change_is_refused(change: dict[str, object]) -> None:
    """The existing module takes a range of other terms for the one declared."""
    cloud = Ranges(HELD)
    with pytest.raises(Refused) as caught:
        cloud.ensure(start_ip="192.0.2.10", **change)
    assert [reason.facts["field"] for reason in caught.value.reasons] == list(change)
    assert cloud.verbs == []


@pytest.mark.parametrize("change", [{"gateway": "192.0.2.2"}, {"netmask": "255.255.255.128"}, {"end_ip": "192.0.2.30"}])
def test_what_differs_of_a_range_is_a_change(change: dict[str, str]) -> None:
    cloud = Ranges(HELD)
    outcome = cloud.ensure(start_ip="192.0.2.10", **change)
    assert outcome.after == change
    # Both ends go along: without one of them, the server fails for a range of an account.
    both = {"start_ip": "192.0.2.10", "end_ip": "192.0.2.20"}
    assert cloud.vlan_ip_ranges.writes == [("update", "r1", {**both, **change})]


def test_the_same_in_other_words_is_no_change() -> None:
    cloud = Ranges(HELD, HELD6)
    assert not cloud.ensure(start_ip="192.0.2.10", vlan="vlan://50").changed
    assert not cloud.ensure(start_ipv6="fd00:0::1", vlan="50", cidr_ipv6="fd00:0:0::/64").changed
    assert cloud.verbs == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"vlan": "51"}, "on VLAN 50"),
        ({"vlan": "51", "netmask": "255.255.0.0"}, "on VLAN 50"),
        ({"vlan": "50", "gateway": "192.0.2.254"}, "has gateway 192.0.2.1"),
        ({"vlan": "50", "netmask": "255.255.255.128"}, "netmask 255.255.255.0"),
        ({"vlan": "untagged", "gateway": "192.0.2.254"}, "has gateway 192.0.2.1"),
    ],
)
def test_a_public_subnet_is_on_one_vlan_with_one_gateway(change: dict[str, str], text: str) -> None:
    """The server refuses it, and compares the subnets and not the addresses."""
    cloud = Ranges(HELD)
    terms = {"gateway": "192.0.2.1", "netmask": "255.255.255.0", **change}
    with pytest.raises(Refused, match=text) as caught:
        cloud.ensure(start_ip="192.0.2.100", end_ip="192.0.2.110", **terms)
    assert [reason.code for reason in caught.value.reasons] == ["subnet_overlap"]
    assert cloud.verbs == []


def test_more_addresses_of_the_same_subnet_are_added() -> None:
    terms = {"gateway": "192.0.2.1", "netmask": "255.255.255.0", "vlan": "50"}
    assert Ranges(HELD).ensure(start_ip="192.0.2.100", end_ip="192.0.2.110", **terms).changed


def test_the_physical_network_tells_ranges_of_shared_networks_apart() -> None:
    cloud = Ranges(replace(HELD, for_virtual_network=False))
    terms = {"gateway": "192.0.2.1", "netmask": "255.255.255.0", "vlan": "60", "for_virtual_network": False}
    outcome = cloud.ensure({"physical_network": "phys2"}, start_ip="192.0.2.10", end_ip="192.0.2.20", **terms)
    assert outcome.changed
    assert cloud.verbs == ["create"]
    assert cloud.vlan_ip_ranges.rows["r1"].vlan == "50"


def test_a_range_that_overlaps_another_is_refused_with_it() -> None:
    cloud = Ranges(HELD)
    with pytest.raises(Refused) as caught:
        cloud.ensure(start_ip="192.0.2.15", end_ip="192.0.2.40", vlan="50")
    (reason,) = caught.value.reasons
    assert (reason.code, reason.facts["range_id"]) == ("range_overlap", "r1")
    assert "192.0.2.10-192.0.2.20" in reason.message
    assert cloud.verbs == []


def test_one_address_is_a_range_of_itself() -> None:
    cloud = Ranges()
    outcome = cloud.ensure(start_ip="192.0.2.10")
    assert (outcome.result["start_ip"], outcome.result["end_ip"]) == ("192.0.2.10", "192.0.2.10")


@pytest.mark.parametrize(("places", "public"), [({}, True), ({"network": "shared"}, False)])
def test_what_belongs_to_no_network_is_public(places: Any, public: bool) -> None:
    cloud = Ranges()
    assert cloud.ensure(places, start_ip="192.0.2.10").result["for_virtual_network"] is public


def test_a_range_without_an_address_means_none() -> None:
    with pytest.raises(MissingValue, match="start_ip, start_ipv6 or cidr_ipv6"):
        Ranges(HELD).ensure(vlan="50")


def test_a_range_is_removed_once() -> None:
    cloud = Ranges(HELD, HELD6)
    assert cloud.ensure(state="absent", start_ipv6="fd00::1").before["id"] == "r6"
    assert not cloud.ensure(state="absent", start_ipv6="fd00::1").changed
    assert cloud.vlan_ip_ranges.writes == [("delete", "r6", {})]
