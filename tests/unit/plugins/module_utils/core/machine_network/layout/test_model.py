# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every contradiction of a layout, planted alone; what is kept of the host; what goes with a layout that shrinks."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import checked
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.model import layout_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.seen import (
    SeenAddress,
    SeenLink,
    SeenNetwork,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.plan import RENDER
from unit.plugins.module_utils.core.machine_network.layouts import MANAGED, card, host, layouts, planned

Json = dict[str, Any]
GOOD: Json = {
    "bonds": [{"name": "bond0", "interfaces": ["eth0", "eth1"], "mode": "802.3ad", "mtu": 9000}],
    "vlans": [{"name": "storage", "id": 400, "link": "bond0", "addresses": ["10.4.0.2/24"], "gateway": "10.4.0.1"}],
    "vxlans": [{"name": "vx7", "vni": 7, "device": "cloudbr1", "group": "239.0.0.7"}],
    "bridges": [
        {"name": "cloudbr0", "interfaces": ["bond0.200"], "addresses": ["10.2.0.2/24"]},
        {"name": "cloudbr1", "interfaces": ["bond0.300"], "addresses": ["10.3.0.2/24"], "mtu": 1600},
        {"name": "switch", "type": "openvswitch", "interfaces": ["obond"], "trunks": [100, 101]},
        {"name": "mgmt0", "parent": "switch", "vlan": 100},
    ],
}
GOOD["bonds"].append({"name": "obond", "type": "openvswitch", "interfaces": ["eth2", "eth3"], "mode": "balance-slb"})
BOND, VLAN, VXLAN, BRIDGE = ("bonds", 0), ("vlans", 0), ("vxlans", 0), ("bridges", 0)
OVS_BOND, OVS, FAKE = ("bonds", 1), ("bridges", 2), ("bridges", 3)


def altered(where: tuple[str, int], **fields: Any) -> Json:
    layout = copy.deepcopy(GOOD)
    layout[where[0]][where[1]].update(fields)
    return layout


def refusal(layout: Json, seen: SeenNetwork | None = None, **more: Any) -> list[Json]:
    with pytest.raises(Refused) as refused:
        planned(layout, seen, **more)
    reasons: list[Json] = refused.value.details["reasons"]  # type: ignore[assignment]
    return reasons


def test_the_good_one_is_good() -> None:
    assert planned(GOOD).findings == ()


# Each is the good layout with one thing wrong: the code, the parameter that is blamed, and what was planted.
PLANTED: list[tuple[str, str, Json]] = [
    ("bad_name", "bridges.a-bridge-too-long.name", altered(BRIDGE, name="a-bridge-too-long")),
    ("bad_name", "bridges.cloud0.name", altered(BRIDGE, name="cloud0")),
    ("bad_name", "bridges.vnet3.name", altered(BRIDGE, name="vnet3")),
    ("declared_twice", "bridges.bond0.name", altered(BRIDGE, name="bond0")),
    ("circle", "vlans.storage.name", altered(VLAN, link="storage")),
    ("two_masters", "bridges.cloudbr1.interfaces", altered(("bridges", 1), interfaces=["bond0.200"])),
    ("port_twice", "bonds.bond0.interfaces", altered(BOND, interfaces=["eth0", "eth0"])),
    ("address_on_port", "vlans.storage.method", altered(BRIDGE, interfaces=["storage"])),
    ("vlan_under_bond", "vlans.storage.link", altered(VLAN, link="eth0")),
    ("bad_mtu", "bridges.cloudbr0.mtu", altered(BRIDGE, mtu=20)),
    ("mtu_too_large", "bridges.cloudbr0.mtu", altered(BRIDGE, mtu=9001)),
    ("mtu_too_large", "vxlans.vx7.mtu", altered(VXLAN, mtu=1551)),
    ("mtu_differs", "bonds.bond0.mtu", altered(BOND, mtu=1700) | {"nics": [{"name": "eth0", "mtu": 1800}]}),
    ("mtu_too_small", "bridges.cloudbr0.mtu", altered(BRIDGE, mtu=1000, addresses=["2001:db8::2/64"])),
    ("bad_mac", "bridges.cloudbr0.mac", altered(BRIDGE, mac="52:54:00")),
    ("bad_mac", "bridges.cloudbr0.mac", altered(BRIDGE, mac="01:00:5e:00:00:01")),
    ("bad_vlan", "vlans.storage.id", altered(VLAN, id=4095)),
    ("bad_vlan", "vlans.storage.id", altered(VLAN, id=0)),
    ("missing", "vlans.storage.link", altered(VLAN, link=None)),
    ("vlan_twice", "vlans.bond0.200.id", altered(VLAN, id=200)),
    ("vlan_on_openvswitch", "vlans.storage.link", altered(VLAN, link="switch")),
    ("bad_mode", "bonds.bond0.mode", altered(BOND, mode="lacp")),
    ("bad_mode", "bonds.obond.mode", altered(OVS_BOND, mode="802.3ad")),
    ("option_of_other_mode", "bonds.bond0.lacp_rate", altered(BOND, mode="active-backup", lacp_rate="fast")),
    ("option_of_other_mode", "bonds.bond0.hash_policy", altered(BOND, mode="active-backup", hash_policy="layer2")),
    ("option_of_other_mode", "bonds.bond0.primary", altered(BOND, primary="eth0")),
    ("option_of_other_mode", "bonds.bond0.lacp", altered(BOND, lacp="active")),
    ("option_of_other_mode", "bonds.obond.lacp_rate", altered(OVS_BOND, lacp_rate="fast")),
    ("option_of_other_type", "bonds.obond.hash_policy", altered(OVS_BOND, hash_policy="layer2")),
    ("option_of_other_type", "bridges.cloudbr0.trunks", altered(BRIDGE, trunks=[7])),
    ("option_of_other_type", "bridges.cloudbr0.vlan", altered(BRIDGE, vlan=7)),
    ("primary_no_port", "bonds.bond0.primary", altered(BOND, mode="active-backup", primary="eth2")),
    ("bad_min_links", "bonds.bond0.min_links", altered(BOND, min_links=3)),
    ("option_of_other_mode", "bonds.bond0.lacp_partner", altered(BOND, mode="active-backup", lacp_partner=False)),
    ("option_of_other_type", "bonds.obond.lacp_partner", altered(OVS_BOND, lacp_partner=False)),
    ("no_link_monitoring", "bonds.bond0.miimon", altered(BOND, miimon=0)),
    ("bad_delay", "bonds.bond0.up_delay", altered(BOND, up_delay=150)),
    ("mode_under_bridge", "bonds.bond0.mode", altered(BOND, mode="balance-alb")),
    ("missing", "bonds.bond0.interfaces", altered(BOND, interfaces=[])),
    ("port_no_card", "bonds.bond0.interfaces", altered(BOND, interfaces=["eth0", "eth1.7"])),
    ("missing", "bonds.obond.interfaces", altered(OVS_BOND, interfaces=["eth2"])),
    ("lacp_needed", "bonds.obond.lacp", altered(OVS_BOND, mode="balance-tcp")),
    ("bond_without_bridge", "bonds.obond.type", altered(OVS, interfaces=["eth5"])),
    ("bond_no_interface", "bonds.obond.type", altered(VLAN, link="obond")),
    ("bad_vni", "vxlans.vx7.vni", altered(VXLAN, vni=2**24)),
    ("bad_port", "vxlans.vx7.port", altered(VXLAN, port=0)),
    ("group_and_peers", "vxlans.vx7.peers", altered(VXLAN, peers=["10.3.0.3"])),
    ("missing", "vxlans.vx7.group", altered(VXLAN, group=None)),
    ("missing", "vxlans.vx7.device", altered(VXLAN, device=None)),
    ("bad_address", "vxlans.vx7.group", altered(VXLAN, group="10.3.0.9")),
    ("bad_address", "vxlans.vx7.peers", altered(VXLAN, group=None, peers=["239.0.0.7"])),
    ("two_families", "vxlans.vx7.local", altered(VXLAN, local="2001:db8::2")),
    ("device_without_address", "vxlans.vx7.device", altered(VXLAN, device="mgmt0")),
    ("local_elsewhere", "vxlans.vx7.local", altered(VXLAN, local="10.2.0.2")),
    ("bridge_in_bridge", "bridges.cloudbr0.interfaces", altered(BRIDGE, interfaces=["cloudbr1"])),
    ("bad_forward_delay", "bridges.cloudbr0.forward_delay", altered(BRIDGE, stp=True, forward_delay=1)),
    ("bad_forward_delay", "bridges.cloudbr0.forward_delay", altered(BRIDGE, forward_delay=31)),
    ("missing", "bridges.switch.parent", altered(OVS, vlan=7)),
    ("bad_vlan", "bridges.mgmt0.vlan", altered(FAKE, vlan=None)),
    ("bad_vlan", "bridges.switch.trunks", altered(OVS, trunks=[100, 4095])),
    ("fake_bridge", "bridges.mgmt0.interfaces", altered(FAKE, interfaces=["eth5"])),
    ("bad_parent", "bridges.mgmt0.parent", altered(FAKE, parent="cloudbr0")),
    ("vlan_not_trunked", "bridges.mgmt0.vlan", altered(FAKE, vlan=102)),
    ("bad_address", "bridges.cloudbr0.addresses", altered(BRIDGE, addresses=["10.2.0.2"])),
    ("bad_address", "bridges.cloudbr0.addresses", altered(BRIDGE, addresses=["10.2.0.0/24"])),
    ("bad_address", "bridges.cloudbr0.addresses", altered(BRIDGE, addresses=["10.2.0.255/24"])),
    ("bad_address", "bridges.cloudbr0.addresses", altered(BRIDGE, addresses=["239.0.0.1/24"])),
    ("address_twice", "bridges.cloudbr0.addresses", altered(BRIDGE, addresses=["10.4.0.2/24"])),
    ("missing", "bridges.cloudbr0.addresses", altered(BRIDGE, method="static", addresses=[])),
    ("address_without_method", "bridges.cloudbr0.addresses", altered(BRIDGE, method="dhcp")),
    ("address_without_method", "bridges.mgmt0.dns", altered(FAKE, dns=["10.0.0.53"])),
    ("bad_address", "bridges.cloudbr0.dns", altered(BRIDGE, dns=["dns.example.net"])),
    ("gateway_outside", "vlans.storage.gateway", altered(VLAN, gateway="10.5.0.1")),
    ("gateway_is_host", "vlans.storage.gateway", altered(VLAN, gateway="10.4.0.2")),
    ("bad_address", "vlans.storage.gateway", altered(VLAN, gateway="2001:db8::1")),
    ("two_gateways", "bridges.cloudbr0.gateway", altered(BRIDGE, gateway="10.2.0.1")),
    ("bad_route", "vlans.storage.routes", altered(VLAN, routes=[{"to": "10.9.0.1/16", "via": "10.4.0.9"}])),
    ("bad_route", "vlans.storage.routes", altered(VLAN, routes=[{"to": "0.0.0.0/0", "via": "10.4.0.9"}])),
    ("route_outside", "vlans.storage.routes", altered(VLAN, routes=[{"to": "10.9.0.0/16", "via": "10.8.0.9"}])),
    ("no_such_card", "nics.eth9.name", altered(BRIDGE, interfaces=["eth9"])),
    ("no_such_card", "nics.eth9.name", altered(BRIDGE, interfaces=["eth9.200"])),
    ("nothing_to_keep", "bridges.mgmt0.method", altered(FAKE, method="keep")),
]


@pytest.mark.parametrize(("code", "where", "layout"), PLANTED)
def test_a_contradiction_is_named_with_its_parameter(code: str, where: str, layout: Json) -> None:
    assert (code, where) in {(reason["code"], reason["parameter"]) for reason in refusal(layout)}


def test_all_contradictions_are_told_at_once() -> None:
    layout = altered(BOND, mode="lacp")
    layout["bridges"][0]["addresses"] = ["10.2.0.0/24"]
    layout["bridges"][1]["interfaces"] = ["eth9"]
    found = {reason["code"] for reason in refusal(layout)}
    assert {"bad_mode", "bad_address", "no_such_card"} <= found


WARNED: list[tuple[str, Json]] = [
    ("single_port", altered(BOND, interfaces=["eth0"])),
    ("spanning_tree", altered(BRIDGE, stp=True)),
    ("same_subnet", altered(BRIDGE, addresses=["10.4.0.3/24"])),
    ("mode_under_bridge", altered(BOND, mode="balance-rr")),
]


@pytest.mark.parametrize(("code", "layout"), WARNED)
def test_a_doubt_is_told_and_refuses_nothing(code: str, layout: Json) -> None:
    assert [finding.code for finding in planned(layout).findings] == [code]


BRIDGED: Json = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0"]}]}
KEPT: Json = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0"], "method": "keep"}]}


def codes(layout: Json, seen: SeenNetwork, **more: Any) -> set[str]:
    return {reason["code"] for reason in refusal(layout, seen, **more)}


def test_the_connection_has_to_end_on_a_declared_interface() -> None:
    assert codes(BRIDGED, MANAGED) == {"connection_lost"}
    elsewhere = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0"], "addresses": ["192.0.2.11/24"]}]}
    assert codes(elsewhere, MANAGED) == {"connection_lost"}
    assert planned(elsewhere, MANAGED, address="192.0.2.11").change.address == "192.0.2.11"
    assert codes(elsewhere, MANAGED, address="192.0.2.12") == {"connection_lost"}


def test_a_connection_that_the_layout_leaves_alone_needs_no_declaration() -> None:
    other = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth1"]}]}
    assert planned(other, MANAGED).findings == ()


def test_a_connection_that_moves_to_another_card_is_told() -> None:
    moved = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth1"], "addresses": ["192.0.2.10/24"]}]}
    found = planned(moved, MANAGED).findings
    assert [finding.code for finding in found] == ["connection_moves"]


def test_open_vswitch_under_the_connection_is_taken_back_by_ifupdown_only() -> None:
    switched = {"bridges": [{"name": "cloudbr0", "type": "openvswitch", "interfaces": ["eth0"], "method": "keep"}]}
    assert codes(switched, MANAGED) == {"connection_on_openvswitch"}
    assert planned(switched, MANAGED, backend="ifupdown").findings == ()


def test_a_bridge_takes_over_what_its_card_carries_and_its_mac_address() -> None:
    bridge = planned(KEPT, MANAGED).layout.bridges[0]
    assert bridge.address.addresses == ("192.0.2.10/24",)
    assert (bridge.address.gateway, bridge.address.dns) == ("192.0.2.1", ("192.0.2.53",))
    assert bridge.mac == "52:54:00:00:00:01"


def test_what_was_kept_is_kept_again() -> None:
    first = planned(KEPT, MANAGED)
    after = host(
        SeenLink("eth0", mac="52:54:00:00:00:01", master="cloudbr0"),
        SeenLink("cloudbr0", "bridge", "52:54:00:00:00:01", addresses=(SeenAddress("192.0.2.10/24"),)),
        SeenLink("vnet0", "tun", "fe:54:00:00:00:01", master="cloudbr0"),
        routes=tuple(route.__class__("default", "cloudbr0", "192.0.2.1") for route in MANAGED.routes),
        dns=MANAGED.dns,
        connection="192.0.2.10",
        files={file.path: file.content for file in first.change.files},
    )
    second = planned(KEPT, after)
    assert second.change == first.change
    renamed = {"bridges": [{"name": "cloudbr9", "interfaces": ["eth0"], "method": "keep"}]}
    assert (
        planned(renamed, host(*[link for link in after.links if link.name != "vnet0"], routes=after.routes))
        .layout.bridges[0]
        .address.gateway
        == "192.0.2.1"
    )


def test_a_lease_is_kept_as_a_lease() -> None:
    leased = host(SeenLink("eth0", mac="52:54:00:00:00:01", addresses=(SeenAddress("192.0.2.10/24", True),)))
    assert planned(KEPT, leased).layout.bridges[0].address.method == "dhcp"


def test_an_address_does_not_go_because_a_vlan_names_its_card() -> None:
    tagged = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth0.300"]}]}
    seen = host(card(1, "eth0", "10.7.0.2/24"))
    assert codes(tagged, seen) == {"address_dropped"}
    declared = tagged | {"nics": [{"name": "eth0", "method": "keep"}]}
    assert planned(declared, seen).layout.nics[0].address.addresses == ("10.7.0.2/24",)
    given_up = tagged | {"nics": [{"name": "eth0", "method": "none"}]}
    assert [finding.code for finding in planned(given_up, seen).findings] == ["address_dropped"]


def test_labels_are_bridges_with_cards_that_the_agent_knows() -> None:
    assert planned(KEPT, MANAGED, labels=("cloudbr0",)).findings == ()
    assert codes(KEPT, MANAGED, labels=("cloudbr1",)) == {"label_no_bridge"}
    odd = host(card(9, "lan0"))
    named = {"bridges": [{"name": "cloudbr1", "interfaces": ["lan0"]}]}
    assert codes(named, odd, labels=("cloudbr1",)) == {"nic_name"}
    long = host(card(9, "enp175s0f1"))
    guests = {"bridges": [{"name": "cloudbr1", "interfaces": ["enp175s0f1.300"]}]}
    assert codes(guests, long, guest_labels=("cloudbr1",)) == {"card_name_too_long"}


def test_vxlan_needs_an_address_at_its_label() -> None:
    plain = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth1"]}]}
    assert codes(plain, host(), labels=("cloudbr1",), vxlan_networks=50) == {"label_without_address"}
    addressed = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth1"], "addresses": ["10.3.0.2/24"]}]}
    found = planned(addressed, labels=("cloudbr1",), vxlan_networks=50).findings
    assert [finding.code for finding in found] == ["mtu_for_vxlan"]


NETWORKD = {"/etc/systemd/network/05-site.network": "[Match]\nName=eth*\n[Network]\nDHCP=yes\n"}


@pytest.mark.parametrize(
    ("backend", "path", "text"),
    [
        ("networkd", *next(iter(NETWORKD.items()))),
        ("networkd", "/etc/systemd/network/05-wired.network", "[Match]\nType=ether\n[Network]\nDHCP=yes\n"),
        ("ifupdown", "/etc/network/interfaces.d/site", "auto eth0\niface eth0 inet dhcp\n"),
        ("netplan", "/etc/netplan/50-cloud-init.yaml", "network:\n  ethernets:\n    eth0:\n      dhcp4: true\n"),
        ("netplan", "/etc/netplan/50-flow.yaml", "network: {ethernets: {eth0: {dhcp4: true}}}\n"),
        (
            "networkmanager",
            "/etc/NetworkManager/system-connections/w.nmconnection",
            "[connection]\ninterface-name=eth0\n",
        ),
        ("networkmanager", "/etc/NetworkManager/system-connections/any.nmconnection", "[connection]\ntype=ethernet\n"),
    ],
)
def test_a_file_of_others_about_a_declared_card_is_refused_or_goes(backend: str, path: str, text: str) -> None:
    seen = host(files=SOURCED_AND | {path: text})
    reasons = refusal(BRIDGED, seen, backend=backend)
    assert [(reason["code"], reason["parameter"]) for reason in reasons] == [("foreign_file", path)]
    change = planned(BRIDGED, seen, backend=backend, exact=True).change
    assert path in change.absent
    unconcerned = {"bridges": [{"name": "cloudbr1", "interfaces": []}]}
    if "Type=ether" not in text and "type=ethernet" not in text and "{" not in text:
        assert planned(unconcerned, seen, backend=backend).change.absent == ()


SOURCED_AND = {"/etc/network/interfaces": "source /etc/network/interfaces.d/*\n"}


def test_a_later_file_of_networkd_is_shadowed_and_told() -> None:
    seen = host(files={"/etc/systemd/network/50-site.network": "[Match]\nName=eth0\n"})
    assert [finding.code for finding in planned(BRIDGED, seen).findings] == ["foreign_file"]


def test_ifupdown_has_to_read_its_folder() -> None:
    seen = host(files={"/etc/network/interfaces": "auto lo\niface lo inet loopback\n"})
    assert codes(BRIDGED, seen, backend="ifupdown") == {"not_sourced"}
    files = planned(BRIDGED, seen, backend="ifupdown", exact=True).change.files
    assert "source /etc/network/interfaces.d/*" in {f.path: f.content for f in files}["/etc/network/interfaces"]


@pytest.mark.parametrize("backend", sorted(RENDER))
def test_what_is_no_longer_declared_goes_with_its_files(backend: str) -> None:
    two = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth1"]}, {"name": "cloudbr1", "interfaces": ["eth2.7"]}]}
    one = {"bridges": two["bridges"][:1]}
    files = {file.path: file.content for file in planned(two, backend=backend).change.files} | SOURCED_AND
    made = [SeenLink("cloudbr0", "bridge"), SeenLink("cloudbr1", "bridge"), SeenLink("eth2.7", "vlan", lower="eth2")]
    strangers = [SeenLink("virbr0", "bridge"), SeenLink("breth1-100", "bridge")]
    change = planned(one, host(*made, *strangers, files=files), backend=backend).change
    assert set(change.doomed) == {"cloudbr1", "eth2.7"}
    assert {path for path in files if "cloudbr1" in path or "eth2" in path} == set(change.absent)
    guest = SeenLink("vnet0", "tun", master="cloudbr1")
    assert codes(one, host(*made, guest, files=files), backend=backend) == {"guests_on_bridge"}


@pytest.mark.parametrize(
    ("held", "again"),
    [
        (SeenLink("tag", "vlan", lower="eth1", traits={"id": 7}), False),
        (SeenLink("tag", "vlan", lower="eth1", traits={"id": 8}), True),
        (SeenLink("tag", "vlan", lower="eth2", traits={"id": 7}), True),
        (SeenLink("tag", "bridge"), True),
    ],
)
def test_an_interface_that_is_otherwise_is_made_anew(held: SeenLink, again: bool) -> None:
    layout = {"vlans": [{"name": "tag", "id": 7, "link": "eth1"}]}
    assert planned(layout, host(held)).change.doomed == (("tag",) if again else ())


def test_the_backend_is_that_of_the_connections_interface() -> None:
    files = NETWORKD | {"/etc/network/interfaces.d/own": "auto eth0\niface eth0 inet static\n"} | SOURCED_AND
    both = ("networkmanager", "networkd", "ifupdown")
    seen = host(card(1, "eth0", "192.0.2.10/24"), files=files, backends=both, connection="192.0.2.10")
    assert planned(KEPT, seen, backend="auto", exact=True).change.backend.name == "ifupdown"
    assert planned(KEPT, MANAGED, backend="auto").change.backend.name == "networkd"
    with pytest.raises(InvalidValue, match="a host that runs one of"):
        planned(KEPT, host(card(1, "eth0", "192.0.2.10/24")), backend="auto")


def test_what_a_backend_has_no_words_for_is_refused() -> None:
    assert codes(GOOD, host(), backend="networkmanager") == {"not_in_backend"}
    assert codes(GOOD, host(), backend="ifupdown2") == {"not_in_backend"}
    peers = altered(VXLAN, group=None, peers=["10.3.0.3", "10.3.0.4"])
    assert codes(peers, host(), backend="netplan") == {"not_in_backend"}
    assert planned(peers, backend="networkd").findings == ()


@given(layouts(openvswitch=True))
def test_a_valid_layout_is_refused_by_nothing_and_its_change_is_one(layout: Json) -> None:
    for backend in ("ifupdown", "networkd", "netplan"):
        change = planned(layout, backend=backend).change
        assert checked(change) == change


@given(layouts())
def test_what_lies_under_an_interface_carries_its_mtu(layout: Json) -> None:
    made = layout_of(layout)
    for device in made.devices:
        for name in device.lower:
            below = made.named(name)
            assert below is not None
            assert (below.mtu or 1500) >= (device.mtu or 0)
            assert below.mtu is None or not below.implied or below.mtu > 1500
