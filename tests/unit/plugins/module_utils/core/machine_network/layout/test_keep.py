# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``method: keep`` writes down of a host in the words of each back-end, what it refuses or leaves to others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.keep import (
    by_mac,
    host_part,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.seen import (
    SeenAddress,
    SeenLink,
    SeenNetwork,
    SeenRoute,
    SeenRule,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.plan import RENDER
from unit.plugins.module_utils.core.machine_network.layouts import host, planned

Json = dict[str, Any]
KEPT: Json = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0"], "method": "keep"}]}
MAC = "52:54:00:00:00:01"
LEASE = SeenAddress("192.0.2.10/24", dynamic=True)
SLAAC = SeenAddress("2001:db8:1:0:5054:ff:fe00:1/64", dynamic=True, autoconf=True)
CHOSEN = SeenAddress("2001:db8:1::1/64", dynamic=True, autoconf=True)
FIXED = SeenAddress("198.51.100.7/28")
OUT = SeenRoute("default", "eth0", "192.0.2.1", protocol="static")
BY_LEASE = SeenRoute("default", "eth0", "192.0.2.1", 100, "dhcp")
BY_ROUTER = SeenRoute("default", "eth0", "fe80::1", 100, "ra", version=6)


def seen(
    *addresses: SeenAddress | str, routes: tuple[SeenRoute, ...] = (), mtu: int = 1500, **more: Any
) -> SeenNetwork:
    own = tuple(SeenAddress(one) if isinstance(one, str) else one for one in addresses)
    return host(SeenLink("eth0", mac=MAC, addresses=own, mtu=mtu, present=MAC), routes=routes, **more)


def text(network: SeenNetwork, backend: str, **more: Any) -> str:
    return "\n".join(file.content for file in planned(KEPT, network, backend=backend, **more).change.files)


def told(network: SeenNetwork, **more: Any) -> list[str]:
    return [finding.code for finding in planned(KEPT, network, **more).findings]


def refused(network: SeenNetwork) -> str:
    with pytest.raises(Refused) as found:
        planned(KEPT, network)
    return str(found.value)


ROUTED = (
    OUT,
    SeenRoute("default", "eth0", "192.0.2.2", 200, "static"),
    SeenRoute("10.50.0.0/16", "eth0", "192.0.2.7", protocol="static", table="101", source="192.0.2.10"),
)
RULES = (
    SeenRule("101", "192.0.2.10/32", priority=100),
    SeenRule("102", "203.0.113.0/24", priority=110),
)
# What has to stand in the files of each back-end.
WORDS: dict[str, tuple[str, ...]] = {
    "netplan": (
        '{"to": "0.0.0.0/0", "via": "192.0.2.1"}',
        '{"to": "0.0.0.0/0", "via": "192.0.2.2", "metric": 200}',
        '{"to": "10.50.0.0/16", "via": "192.0.2.7", "table": 101, "from": "192.0.2.10"}',
        '{"from": "192.0.2.10/32", "table": 101, "priority": 100}',
    ),
    "networkd": (
        "Gateway=192.0.2.1\n",
        "Destination=0.0.0.0/0\nGateway=192.0.2.2\nMetric=200\n",
        "Destination=10.50.0.0/16\nGateway=192.0.2.7\nTable=101\nPreferredSource=192.0.2.10\n",
        "[RoutingPolicyRule]\nFrom=192.0.2.10/32\nTable=101\nPriority=100\n",
    ),
    "networkmanager": (
        "gateway=192.0.2.1\n",
        "route1=0.0.0.0/0,192.0.2.2,200\n",
        "route2=10.50.0.0/16,192.0.2.7\nroute2_options=table=101,src=192.0.2.10\n",
        "routing-rule1=priority 100 from 192.0.2.10/32 table 101\n",
    ),
    "ifupdown": (
        "gateway 192.0.2.1\n",
        "up ip route replace 0.0.0.0/0 via 192.0.2.2 dev cloudbr0 metric 200\n",
        "up ip route replace 10.50.0.0/16 via 192.0.2.7 dev cloudbr0 table 101 src 192.0.2.10\n",
        "up ip -4 rule add priority 100 from 192.0.2.10/32 table 101\n",
        "down ip -4 rule delete priority 100 from 192.0.2.10/32 table 101 || true\n",
    ),
}
WORDS["ifupdown2"] = WORDS["ifupdown"]


@pytest.mark.parametrize("backend", sorted(RENDER))
def test_further_default_routes_tables_and_rules_are_kept(backend: str) -> None:
    found = text(seen("192.0.2.10/24", routes=ROUTED, rules=RULES), backend)
    assert [words for words in WORDS[backend] if words not in found] == []
    assert "203.0.113.0" not in found


ON_LINK: dict[str, tuple[str, ...]] = {
    "netplan": ('"via": "198.51.100.1", "on-link": true', '{"to": "198.51.100.1/32", "scope": "link"}'),
    "networkd": ("Gateway=198.51.100.1\nGatewayOnLink=yes\n", "Destination=198.51.100.1/32\n"),
    "networkmanager": ("gateway=198.51.100.1\n", "route1=198.51.100.1/32\n"),
    "ifupdown": ("gateway 198.51.100.1\n", "up ip route replace 198.51.100.1/32 dev cloudbr0\n"),
}
ON_LINK["ifupdown2"] = ON_LINK["ifupdown"]


@pytest.mark.parametrize("backend", sorted(RENDER))
def test_a_gateway_on_the_link_is_kept_and_declared(backend: str) -> None:
    peer = SeenAddress("192.0.2.10/32", peer="198.51.100.1")
    routes = (SeenRoute("default", "eth0", "198.51.100.1", protocol="static"),)
    found = text(seen(peer, routes=routes), backend)
    assert [words for words in ON_LINK[backend] if words not in found] == []
    bridge = {"name": "cloudbr0", "interfaces": ["eth0"], "addresses": ["192.0.2.10/32"], "gateway": "198.51.100.1"}
    alone = planned({"bridges": [bridge]}, seen(peer), backend=backend).change.files
    assert ON_LINK[backend][0] in "".join(file.content for file in alone)
    routed = {**bridge, "addresses": ["192.0.2.10/24"], "routes": [{"to": "198.51.100.1/32"}]}
    assert planned({"bridges": [routed]}, seen(peer), backend=backend).findings == ()


def test_a_mistyped_gateway_is_still_refused() -> None:
    bridge = {"name": "cloudbr0", "interfaces": ["eth0"], "addresses": ["192.0.2.10/24"], "gateway": "192.0.3.1"}
    with pytest.raises(Refused, match=r"routes: \[\{to: 192\.0\.3\.1/32\}\]"):
        planned({"bridges": [bridge]}, seen("192.0.2.10/24"))


BESIDE: dict[str, tuple[str, ...]] = {
    "netplan": (
        "dhcp4: true",
        "accept-ra: true",
        '"198.51.100.7/28"',
        "route-metric: 100",
        'ipv6-address-token: "::1"',
    ),
    "networkd": ("DHCP=ipv4", "IPv6AcceptRA=yes", "Address=198.51.100.7/28", "RouteMetric=100", "Token=static:::1"),
    "networkmanager": ("method=auto\naddress1=198.51.100.7/28", "route-metric=100", "addr-gen-mode=eui64\ntoken=::1"),
    "ifupdown": (
        "inet dhcp\n",
        "metric 100",
        "address 198.51.100.7/28",
        "iface cloudbr0 inet6 auto\n    accept_ra 2\n    pre-up echo 2 > /proc/sys/net/ipv6/conf/cloudbr0/accept_ra\n",
        "    pre-up ip token set ::1 dev cloudbr0",
    ),
}
BESIDE["ifupdown2"] = BESIDE["ifupdown"]


@pytest.mark.parametrize("backend", sorted(RENDER))
def test_a_lease_an_autoconfigured_and_a_static_address_are_all_kept(backend: str) -> None:
    network = seen(LEASE, CHOSEN, FIXED, routes=(BY_LEASE, BY_ROUTER), connection="2001:db8:1::1")
    found = text(network, backend)
    assert [words for words in BESIDE[backend] if words not in found] == []
    assert "192.0.2.1\n" not in found


@pytest.mark.parametrize("backend", sorted(RENDER))
def test_addresses_of_ipv6_alone_are_kept(backend: str) -> None:
    found = text(seen(SLAAC, routes=(BY_ROUTER,), connection="2001:db8:1:0:5054:ff:fe00:1"), backend)
    assert "fe80::1" not in found
    assert "oken" not in found
    fixed = text(seen("2001:db8::5/64", routes=(BY_ROUTER,)), backend)
    heard = {"netplan": "accept-ra: true", "networkd": "IPv6AcceptRA=yes", "networkmanager": "method=auto"}
    assert heard.get(backend, "accept_ra 2\n    autoconf 0\n    address 2001:db8::5/64") in fixed


def test_a_lease_that_brings_no_routes_brings_none_later() -> None:
    routes = (SeenRoute("default", "eth1", "203.0.113.1", protocol="static"),)
    assert "use-routes: false" in text(seen(LEASE, routes=routes), "netplan")
    assert "use-routes" not in text(seen(LEASE, routes=(BY_LEASE,)), "netplan")


def test_a_lease_of_dhclient_leaves_its_routes_to_it() -> None:
    boot = SeenRoute("default", "eth0", "192.0.2.1", protocol="boot")
    by_hand = SeenRoute("10.0.0.0/8", "eth0", "192.0.2.9", protocol="boot")
    files = {
        "/etc/network/interfaces": "source interfaces.d/*\n",
        "/etc/rc.local": "ip route add 10.0.0.0/8 via 192.0.2.9",
    }
    found = text(seen(LEASE, routes=(boot, by_hand), files=files), "ifupdown")
    assert "192.0.2.1 " not in found
    assert "10.0.0.0/8 via 192.0.2.9" in found


@pytest.mark.parametrize("protocol", ["bgp", "ospf", "zebra", "bird", "rip", "babel", "80", "keepalived"])
def test_routes_of_daemons_are_left_to_them(protocol: str) -> None:
    network = seen("192.0.2.10/24", routes=(SeenRoute("10.9.0.0/16", "eth0", "192.0.2.3", 20, protocol), OUT))
    assert "10.9.0.0" not in text(network, "netplan")
    assert told(network) == ["routes_of_daemon"]


KEEPALIVED = """vrrp_instance a {
  interface eth0
  unicast_src_ip 192.0.2.10
  virtual_ipaddress {
    192.0.2.100/24 dev eth0
  }
}
"""
CIB = '<cib><nvpair id="x" name="ip" value="192.0.2.100"/><nvpair name="cidr_netmask" value="24"/></cib>'


@pytest.mark.parametrize(
    ("address", "daemons"),
    [
        (SeenAddress("192.0.2.100/24"), {"/etc/keepalived/keepalived.conf": KEEPALIVED}),
        (SeenAddress("192.0.2.100/24"), {"/var/lib/pacemaker/cib/cib.xml": CIB}),
        (SeenAddress("192.0.2.100/24"), {"/etc/ha.d/haresources": "kvm1 IPaddr::192.0.2.100/24 httpd\n"}),
        (SeenAddress("192.0.2.100/24", protocol="keepalived"), {}),
        (SeenAddress("192.0.2.100/32"), {}),
    ],
)
def test_an_address_that_a_cluster_moves_is_not_written_down(address: SeenAddress, daemons: dict[str, str]) -> None:
    network = seen("192.0.2.10/24", address, routes=(OUT,), daemons=daemons)
    found = text(network, "netplan")
    assert "192.0.2.100" not in found
    assert "192.0.2.10/24" in found
    assert told(network) == ["address_of_daemon"]


def test_an_address_of_one_host_that_a_file_names_is_its_own() -> None:
    files = {"/etc/network/interfaces": "source interfaces.d/*\n", "/etc/hosts": "192.0.2.100 service\n"}
    assert "192.0.2.100/32" in text(seen("192.0.2.10/24", "192.0.2.100/32", files=files), "netplan")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"routes": (SeenRoute("10.9.0.0/16", "", nexthops=(("192.0.2.7", "eth0"), ("192.0.2.8", "eth0"))),)},
            "192.0.2.7 on eth0",
        ),
        ({"routes": (SeenRoute("10.9.0.0/16", "eth0", "192.0.2.7", odd=("encap mpls",)),)}, "encap mpls"),
        ({"rules": (SeenRule("101", "192.0.2.10/32", priority=5, devices=("eth0",)),)}, "interface eth0"),
        ({"rules": (SeenRule("101", "192.0.2.10/32", priority=5, odd=("ipproto tcp",)),)}, "ipproto tcp"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_name(more: Json, words: str) -> None:
    found = refused(seen("192.0.2.10/24", **more))
    assert "not" in found
    assert words in found


def test_a_vrf_is_not_lost() -> None:
    links = (SeenLink("eth0", mac=MAC, master="red", addresses=(SeenAddress("192.0.2.10/24"),)), SeenLink("red", "vrf"))
    assert "VRF red" in refused(host(*links))


@pytest.mark.parametrize("backend", sorted(RENDER))
@pytest.mark.parametrize("mtu", [9000, 1450])
def test_the_mtu_is_kept_on_card_and_bridge_and_again(backend: str, mtu: int) -> None:
    first = planned(KEPT, seen("192.0.2.10/24", mtu=mtu), backend=backend)
    assert {device.name: device.mtu for device in first.layout.devices} == {"eth0": mtu, "cloudbr0": mtu}
    after = host(
        SeenLink("eth0", mac=MAC, master="cloudbr0", mtu=mtu, present=MAC),
        SeenLink("cloudbr0", "bridge", MAC, addresses=(SeenAddress("192.0.2.10/24"),), mtu=mtu),
        files={file.path: file.content for file in first.change.files}
        | {"/etc/network/interfaces": "source interfaces.d/*\n"},
    )
    assert planned(KEPT, after, backend=backend).change == first.change


@pytest.mark.parametrize("backend", sorted(RENDER))
@pytest.mark.parametrize(("mtu", "bridge"), [(1500, None), (4000, 4000), (9000, 9000)])
def test_a_vlan_keeps_its_own_mtu_on_a_card_with_a_larger_one(backend: str, mtu: int, bridge: int | None) -> None:
    layout = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0.5"], "method": "keep"}]}
    card = SeenLink("eth0", mac=MAC, mtu=9000)
    vlan = SeenLink("eth0.5", "vlan", MAC, lower="eth0", mtu=mtu, traits={"id": 5})
    before = host(card, replace(vlan, addresses=(SeenAddress("192.0.2.10/24"),)))
    first = planned(layout, before, backend=backend)
    expected = {"eth0": 9000, "eth0.5": mtu, "cloudbr0": bridge}
    assert {device.name: device.mtu for device in first.layout.devices} == expected
    after = host(
        card,
        replace(vlan, master="cloudbr0"),
        SeenLink("cloudbr0", "bridge", MAC, addresses=(SeenAddress("192.0.2.10/24"),), mtu=mtu),
        files={file.path: file.content for file in first.change.files}
        | {"/etc/network/interfaces": "source interfaces.d/*\n"},
    )
    assert planned(layout, after, backend=backend).change == first.change


def test_a_declared_mtu_reaches_the_vlan_below() -> None:
    layout = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0.5"], "method": "keep", "mtu": 9000}]}
    vlan = SeenLink("eth0.5", "vlan", MAC, lower="eth0", addresses=(SeenAddress("192.0.2.10/24"),), traits={"id": 5})
    found = planned(layout, host(SeenLink("eth0", mac=MAC, mtu=9000), vlan)).layout
    assert {device.name: device.mtu for device in found.devices} == dict.fromkeys(("eth0", "eth0.5", "cloudbr0"), 9000)


def test_a_card_keeps_its_mtu_under_a_bridge_without_addresses() -> None:
    bare = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth0"]}]}
    assert planned(bare, seen(mtu=9000)).layout.nics[0].mtu == 9000
    bonded = {"bonds": [{"name": "bond0", "interfaces": ["eth0", "eth1"], "mtu": 1500}]}
    assert planned(bonded, seen(mtu=9000)).layout.nics[0].mtu is None


def test_a_lease_of_another_card_is_told_when_it_goes() -> None:
    layout = {"bridges": [*KEPT["bridges"], {"name": "cloudbr1", "interfaces": ["eth1"]}]}
    other = SeenLink("eth1", mac="52:54:00:00:00:02", addresses=(SeenAddress("10.1.0.9/24", True),))
    network = host(SeenLink("eth0", mac=MAC, addresses=(LEASE,)), other, routes=(BY_LEASE,))
    assert [finding.code for finding in planned(layout, network).findings] == ["address_dropped"]


@pytest.mark.parametrize("backend", sorted(RENDER))
@pytest.mark.parametrize("reached", [0, 1])
def test_an_address_that_would_change_with_the_token_is_refused(backend: str, reached: int) -> None:
    """With RFC 7217, each prefix has a host's part of its own, and back-ends take one token for all."""
    own = [
        SeenAddress("2001:db8:1:0:a:b:c:d/64", dynamic=True, autoconf=True),
        SeenAddress("2001:db8:2:0:e:f:1:2/64", dynamic=True, autoconf=True),
    ]
    ways = {
        "files": {"/etc/network/interfaces": "source interfaces.d/*\n"},
        "connection": own[reached].address.partition("/")[0],
    }
    network = host(SeenLink("eth0", mac=MAC, addresses=tuple(own)), routes=(BY_ROUTER,), **ways)
    other = own[1 - reached].address
    with pytest.raises(Refused) as found:
        planned(KEPT, network, backend=backend)
    (reason,) = found.value.details["reasons"]
    assert (reason["code"], reason["remedy"]) == ("not_kept", f"add {other} to addresses")
    assert other in reason["message"]
    declared = {"bridges": [{**KEPT["bridges"][0], "addresses": [other]}]}
    plan = planned(declared, network, backend=backend)
    (bridge,) = plan.layout.bridges
    assert plan.findings == ()
    assert (bridge.address.addresses, bridge.address.lease.token) == ((other,), host_part(own[reached].address))


@pytest.mark.parametrize(
    ("connection", "kind"),
    [
        ("2001:db8:1:0:1:2:3:4", "a temporary address"),
        ("fe80::5054:ff:fe00:1", "a link-local address"),
        ("fe80::5054:ff:fe00:1%eth0", "a link-local address"),
        ("169.254.7.7", "a link-local address"),
    ],
)
def test_a_connection_that_cannot_be_kept_is_not_told_to_use_keep(connection: str, kind: str) -> None:
    passing = replace(SLAAC, address="2001:db8:1:0:1:2:3:4/64", temporary=True)
    card = SeenLink("eth0", mac=MAC, addresses=(passing, SLAAC), local=("fe80::5054:ff:fe00:1", "169.254.7.7"))
    twin = SeenLink("eth1", mac="52:54:00:00:00:02", local=("fe80::5054:ff:fe00:1",))
    with pytest.raises(Refused) as found:
        planned(KEPT, host(twin, card, routes=(BY_ROUTER,), connection=connection))
    (reason,) = found.value.details["reasons"]
    assert reason["code"] == "connection_lost"
    assert f"on eth0, which is {kind}" in reason["message"]
    assert reason["remedy"] == "connect to an address that is kept, such as 2001:db8:1:0:5054:ff:fe00:1"
    elsewhere = {"bridges": [{"name": "cloudbr1", "interfaces": ["eth2"]}]}
    assert planned(elsewhere, host(twin, card, connection=connection)).findings == ()


def test_a_name_server_of_the_link_is_asked_over_what_takes_the_place_of_its_interface() -> None:
    (bridge,) = planned(KEPT, seen("192.0.2.10/24", dns=("fe80::53%eth0", "192.0.2.53"))).layout.bridges
    assert bridge.address.dns == ("fe80::53%cloudbr0", "192.0.2.53")


def test_a_name_server_of_another_link_is_left_to_it() -> None:
    network = seen("192.0.2.10/24", dns=("192.0.2.53", "fe80::1%eth1"))
    plan = planned(KEPT, network)
    assert plan.layout.bridges[0].address.dns == ("192.0.2.53",)
    assert [(one.code, one.blocks, "fe80::1%eth1" in one.message) for one in plan.findings] == [
        ("name_server_of_link", False, True)
    ]
    by_lease = seen(LEASE, routes=(BY_LEASE,), dns=("fe80::1%eth1",))
    assert told(by_lease) == []


def test_two_bridges_keep_each_the_name_server_of_its_own_link() -> None:
    cards = [
        SeenLink(f"eth{n}", mac=f"52:54:00:00:00:0{n + 1}", addresses=(SeenAddress(f"192.0.{n + 2}.10/24"),))
        for n in (0, 1)
    ]
    bridges = [{"name": f"cloudbr{n}", "interfaces": [f"eth{n}"], "method": "keep"} for n in (0, 1)]
    plan = planned({"bridges": bridges}, host(*cards, dns=("fe80::1%eth1", "fe80::2%eth0")))
    assert [each.address.dns for each in plan.layout.bridges] == [("fe80::2%cloudbr0",), ("fe80::1%cloudbr1",)]
    assert [one.code for one in plan.findings] == []


def test_two_prefixes_with_one_host_part_are_kept() -> None:
    both = [SeenAddress(f"2001:db8:{n}:0:a:b:c:d/64", dynamic=True, autoconf=True) for n in (1, 2)]
    plan = planned(KEPT, host(SeenLink("eth0", mac=MAC, addresses=tuple(both)), routes=(BY_ROUTER,)))
    assert plan.layout.bridges[0].address.lease.token == "::a:b:c:d"


def test_host_parts_of_addresses() -> None:
    assert host_part("2001:db8:1:0:5054:ff:fe00:1/64") == by_mac(MAC) == "::5054:ff:fe00:1"
    assert by_mac("") == ""


NAMED = """network:
  version: 2
  renderer: NetworkManager
  ethernets:
    lan0:
      match: {macaddress: '52:54:00:00:00:01'}
      set-name: eth0
      wakeonlan: true
      addresses: [192.0.2.10/24]
"""


def test_a_card_that_netplan_names_keeps_its_name_and_netplan_its_renderer() -> None:
    files = {"/etc/netplan/50-cloud-init.yaml": NAMED}
    network = seen("192.0.2.10/24", files=files)
    first = planned(KEPT, network, backend="netplan", exact=True)
    written = first.change.files[0].content
    assert 'match:\n        macaddress: "52:54:00:00:00:01"\n      set-name: "eth0"\n' in written
    assert 'renderer: "NetworkManager"' in written
    assert [(one.code, "wakeonlan true" in one.message) for one in first.findings] == [("setting_dropped", True)]
    again = seen("192.0.2.10/24", files={file.path: file.content for file in first.change.files})
    assert planned(KEPT, again, backend="netplan", exact=True).change.files == first.change.files


GIVEN = st.lists(
    st.builds(
        lambda net, last, length, dynamic: SeenAddress(f"10.{net}.0.{last}/{length}", dynamic),
        st.integers(1, 4),
        st.integers(2, 200),
        st.sampled_from((24, 28, 32)),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.address.partition("/")[0],
)
GONE = st.lists(
    st.builds(
        lambda number, metric, table, protocol: SeenRoute(
            "default" if number == 0 else f"172.{16 + number}.0.0/16", "eth0", "10.1.0.1", metric, protocol, table
        ),
        st.integers(0, 5),
        st.sampled_from((None, 50, 200)),
        st.sampled_from(("", "101")),
        st.sampled_from(("static", "boot", "bgp", "kernel")),
    ),
    max_size=5,
)


@given(GIVEN, GONE, st.sampled_from(sorted(RENDER)))
def test_whatever_is_there_is_written_down_told_or_refused(
    addresses: list[SeenAddress], routes: list[SeenRoute], backend: str
) -> None:
    network = seen(*addresses, routes=tuple(dict.fromkeys(routes)))
    try:
        plan = planned(KEPT, network, backend=backend)
    except Refused:
        return
    found = "\n".join(file.content for file in plan.change.files)
    told = " ".join(finding.message for finding in plan.findings)
    leased = any(one.dynamic for one in addresses)
    for one in addresses:
        assert one.dynamic or one.address in found + told
    assert not leased or plan.layout.bridges[0].address.method == "dhcp"
    for route in routes:
        if route.protocol in ("static",):
            assert route.via in found
            assert route.to == "default" or route.to in found
        elif route.protocol == "bgp":
            assert "bgp" in told
