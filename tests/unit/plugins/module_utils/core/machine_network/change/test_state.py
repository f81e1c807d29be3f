# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running network out of what iproute2 prints, and the commands that bring it back."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import (
    NETWORKD,
    NetworkChange,
    NetworkFile,
    NetworkLink,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.state import (
    Command,
    LinkState,
    RunningState,
    guests_to_return,
    mentioned,
    repair,
    running_state,
    unmet,
)

CARD = LinkState("eth0", up=True, carrier=True, mac="52:54:00:00:00:01")
BRIDGE = LinkState(
    "cloudbr0",
    "bridge",
    up=True,
    mac="52:54:00:00:00:01",
    made_of={"stp_state": "0", "forward_delay": "0"},
    addresses=("192.0.2.10/24",),
)
PORT = dataclasses.replace(CARD, master="cloudbr0")
TAP = LinkState("vnet7", "tun", up=True, master="cloudbr0")
EVERY = frozenset({"eth0", "cloudbr0", "bond0", "vlan9"})


def state(*links: LinkState, **more: Any) -> RunningState:
    return RunningState({link.name: link for link in links}, **more)


def told(commands: tuple[Command, ...]) -> list[str]:
    return [" ".join(command) for command in commands]


def test_it_is_read_out_of_what_the_programs_print() -> None:
    links = [
        {"ifname": "lo", "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]},
        {
            "ifname": "cloudbr0",
            "flags": ["UP", "LOWER_UP"],
            "mtu": 1500,
            "address": "52:54:00:00:00:01",
            "linkinfo": {"info_kind": "bridge", "info_data": {"stp_state": 0, "forward_delay": 1500, "root_id": "x"}},
            "addr_info": [
                {"family": "inet", "local": "192.0.2.10", "prefixlen": 24, "scope": "global", "noprefixroute": True},
                {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"},
                {"family": "inet6", "local": "2001:db8::9", "prefixlen": 64, "scope": "global", "dynamic": True},
                {"family": "inet6", "local": "2001:db8::1", "prefixlen": 64, "scope": "global"},
            ],
        },
        {"ifname": "vlan9", "link": "eth0", "linkinfo": {"info_kind": "vlan", "info_data": {"id": 9}}},
        {},
    ]
    found = running_state(
        {
            "links": json.dumps(links),
            "route4": "default via 192.0.2.1 dev cloudbr0 proto static linkdown \nlocal 192.0.2.10 dev cloudbr0\n",
            "route6": "2001:db8::/64 dev cloudbr0 proto kernel metric 256\ndefault via fe80::2 dev cloudbr0 proto ra\n",
            "rule4": "0:\tfrom all lookup local\n",
            "vlans": json.dumps(
                [{"ifname": "eth0", "vlans": [{"vlan": 1, "flags": ["PVID"]}, {"vlan": 5, "vlanEnd": 9}]}]
            ),
        }
    )
    assert set(found.links) == {"cloudbr0", "vlan9"}
    bridge = found.links["cloudbr0"]
    assert (bridge.kind, bridge.up, bridge.carrier) == ("bridge", True, True)
    assert bridge.addresses == ("192.0.2.10/24", "2001:db8::1/64")
    assert bridge.routeless == {"192.0.2.10/24"}
    assert bridge.made_of == {"stp_state": "0", "forward_delay": "1500"}
    assert found.links["vlan9"].parent == "eth0"
    assert found.routes == ("-4 default via 192.0.2.1 dev cloudbr0 proto static",)
    assert found.rules == ("-4 0: from all lookup local",)
    assert found.vlans == {("eth0", "1-1", "PVID"), ("eth0", "5-9", "")}
    assert found.gateways() == (("192.0.2.1", "cloudbr0"),)
    assert (found.carrying("192.0.2.10"), found.carrying("192.0.2.1")) == ("cloudbr0", "")


def test_nothing_printed_is_nothing() -> None:
    assert running_state({}) == RunningState()


def test_what_the_change_built_goes_and_what_others_built_stays() -> None:
    before = state(dataclasses.replace(CARD, addresses=("192.0.2.10/24",)))
    agents = LinkState("brbond0-77", "bridge", up=True)
    now = state(PORT, BRIDGE, agents, TAP)
    assert told(repair(before, now, EVERY)) == [
        "ip link delete cloudbr0",
        "ip link set eth0 nomaster",
        "ip address add 192.0.2.10/24 broadcast + dev eth0",
    ]


def test_what_was_there_is_made_again() -> None:
    vlan = LinkState("vlan9", "vlan", up=True, parent="eth0", made_of={"protocol": "802.1Q", "id": "9"})
    tunnel = LinkState("vx7", "vxlan", parent="cloudbr0", made_of={"id": "7", "dstport": "8472"})
    bond = LinkState("bond0", "bond", made_of={"mode": "802.3ad", "miimon": "100"})
    found = told(repair(state(PORT, BRIDGE, vlan, tunnel, bond), state(CARD), EVERY))
    assert found == [
        "ip link add name cloudbr0 type bridge stp_state 0 forward_delay 0",
        "ip link add link eth0 name vlan9 type vlan protocol 802.1Q id 9",
        "ip link add name vx7 type vxlan id 7 dstport 8472 dev cloudbr0",
        "ip link add name bond0 type bond mode 802.3ad miimon 100",
        "ip link set eth0 master cloudbr0",
    ]


def test_a_port_of_a_bond_is_taken_down_to_be_enslaved_and_up_again() -> None:
    bond = LinkState("bond0", "bond", up=True)
    was = dataclasses.replace(CARD, master="bond0")
    found = told(repair(state(was, bond), state(CARD, bond), EVERY))
    assert found == ["ip link set eth0 down", "ip link set eth0 master bond0", "ip link set eth0 up"]


def test_settings_of_an_interface_come_back() -> None:
    now = dataclasses.replace(
        BRIDGE, up=False, mtu=1400, mac="fe:00:00:00:00:09", made_of={"stp_state": "1"}, addresses=("198.51.100.1/24",)
    )
    assert told(repair(state(BRIDGE), state(now), EVERY)) == [
        "ip link set cloudbr0 mtu 1500",
        "ip link set cloudbr0 address 52:54:00:00:00:01",
        "ip link set cloudbr0 type bridge stp_state 0 forward_delay 0",
        "ip link set cloudbr0 up",
        "ip address delete 198.51.100.1/24 dev cloudbr0",
        "ip address add 192.0.2.10/24 broadcast + dev cloudbr0",
    ]


def test_an_address_gets_no_route_of_the_kernels_where_it_had_none() -> None:
    was = dataclasses.replace(CARD, addresses=("192.0.2.10/24",), routeless=frozenset({"192.0.2.10/24"}))
    assert told(repair(state(was), state(CARD), EVERY)) == [
        "ip address add 192.0.2.10/24 broadcast + noprefixroute dev eth0"
    ]


def test_vlans_routes_and_rules_come_back() -> None:
    before = state(
        CARD,
        BRIDGE,
        vlans=frozenset({("eth0", "1-1", "Egress Untagged PVID"), ("cloudbr0", "5-9", "")}),
        routes=("-4 default via 192.0.2.1 dev eth0", "-4 192.0.2.0/24 dev eth0 scope link"),
        rules=("-4 0: from all lookup local", "-4 100: from all fwmark 0x1 lookup 7"),
    )
    now = state(
        CARD,
        BRIDGE,
        vlans=frozenset({("eth0", "30-30", "")}),
        routes=("-4 blackhole 192.0.2.0/24", "-4 203.0.113.0/24 dev docker0", "-4 198.51.100.0/24 dev eth0"),
        rules=("-4 0: from all lookup local", "-4 5: from all to 192.0.2.254 blackhole"),
    )
    assert told(repair(before, now, EVERY)) == [
        "bridge vlan del dev eth0 vid 30",
        "bridge vlan add dev cloudbr0 vid 5-9 self",
        "bridge vlan add dev eth0 vid 1 pvid untagged",
        "ip -4 route delete blackhole 192.0.2.0/24",
        "ip -4 route delete 198.51.100.0/24 dev eth0",
        "ip -4 route replace 192.0.2.0/24 dev eth0 scope link",
        "ip -4 route replace default via 192.0.2.1 dev eth0",
        "ip -4 rule delete preference 5 from all to 192.0.2.254 blackhole",
        "ip -4 rule add preference 100 from all fwmark 0x1 lookup 7",
    ]


def test_guests_get_back_onto_their_bridges_and_nothing_else_of_them_is_touched() -> None:
    before, now = state(PORT, BRIDGE, TAP), state(PORT, BRIDGE, dataclasses.replace(TAP, master="", mtu=9000))
    assert told(guests_to_return(before, now)) == ["ip link set vnet7 master cloudbr0"]
    assert told(repair(before, now, EVERY)) == ["ip link set vnet7 master cloudbr0"]
    # Their interface is gone with them, or their bridge is.
    assert guests_to_return(before, state(PORT, BRIDGE)) == ()
    assert guests_to_return(before, state(CARD, dataclasses.replace(TAP, master=""))) == ()
    assert repair(before, state(PORT, BRIDGE), EVERY) == ()


ADDRESSES = st.lists(st.sampled_from(["192.0.2.1/24", "192.0.2.2/24", "2001:db8::1/64"]), unique=True).map(tuple)
CARDS = st.builds(
    LinkState,
    name=st.sampled_from(["eth0", "eth1"]),
    up=st.booleans(),
    mtu=st.sampled_from([1500, 9000]),
    master=st.sampled_from(["", "cloudbr0"]),
    addresses=ADDRESSES,
)
STATES = st.lists(CARDS, unique_by=lambda link: link.name).map(lambda cards: state(BRIDGE, *cards))


@given(STATES)
def test_what_is_as_before_needs_no_repair(before: RunningState) -> None:
    assert repair(before, before, EVERY) == ()


@given(STATES, STATES)
def test_what_the_change_does_not_name_loses_nothing(before: RunningState, now: RunningState) -> None:
    """Addresses, interfaces and routes that others made meanwhile stay."""
    assert not [one for one in repair(before, now, frozenset()) if "delete" in one]


def test_words_of_the_change_are_what_it_may_touch() -> None:
    file = NetworkFile("/etc/systemd/network/1.network", "[Match]\nName=eth0\n[Network]\nBridge=cloudbr0\n")
    change = NetworkChange(NETWORKD, (file,), (), (("ip", "link", "set", "dummy0"),), ("old0",), (NetworkLink("new0"),))
    assert {"eth0", "cloudbr0", "dummy0", "old0", "new0"} <= mentioned(change)
    assert "eth1" not in mentioned(change)


def test_what_is_promised_and_does_not_hold_is_told() -> None:
    promised = NetworkLink("cloudbr0", "bridge", ("eth0",), ("192.0.2.10/24",), 1500)
    assert unmet([promised], state(PORT, BRIDGE)) == {}
    assert unmet([promised], state()) == {"cloudbr0": ("interface cloudbr0 does not exist",)}
    now = state(CARD, LinkState("cloudbr0", "bond", mtu=1400))
    assert unmet([promised], now)["cloudbr0"] == (
        "cloudbr0 is of kind bond, not bridge",
        "cloudbr0 is down",
        "the MTU of cloudbr0 is 1400, not 1500",
        "eth0 is not a port of cloudbr0",
        "cloudbr0 has no address 192.0.2.10/24",
    )
    switch = LinkState("cloudbr0", "openvswitch", up=True)
    port = dataclasses.replace(CARD, master="ovs-system")
    assert unmet([NetworkLink("cloudbr0", "openvswitch", ("eth0",))], state(switch, port)) == {}


def test_new_bridges_of_open_vswitch_go_from_its_database() -> None:
    """The kernel refuses to delete their interfaces; ovs-system goes with the last of them."""
    switches = [LinkState(name, "openvswitch") for name in ("ovs-system", "cloudbr", "storage0", "other")]
    port = dataclasses.replace(CARD, master="ovs-system")
    change = NetworkChange(NETWORKD, commands=(("ovs-vsctl", "add-br", "cloudbr"), ("ovs-vsctl", "add-br", "storage0")))
    found = told(repair(state(CARD), state(port, *switches), mentioned(change)))
    delete = "ovs-vsctl --timeout=5 -- --if-exists del-br"
    assert found == [f"{delete} cloudbr", f"{delete} storage0", "ip link set eth0 nomaster"]
    assert repair(state(port, *switches), state(port, *switches), mentioned(change)) == ()
