# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's network out of what its programs and files say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Answer
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network import (
    layout as network_layout,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.files.read import definitions
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.seen import (
    SeenAddress,
    SeenRoute,
    SeenRule,
)

Json = dict[str, Any]


class Host:
    """Files by path, answers by command, programs by name."""

    def __init__(self, files: Mapping[str, str], answers: Mapping[str, str], programs: set[str]) -> None:
        self.files, self.answers, self.programs = files, answers, programs

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def listed(self, pattern: str) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if fnmatch(path, pattern)))

    def has_program(self, name: str) -> bool:
        return name in self.programs

    def run(self, *command: str) -> Answer | None:
        text = self.answers.get(" ".join(command))
        return None if text is None else Answer(0, text)


# As iproute2 6.1 prints a bonded card, a VLAN and a VXLAN, less what is not read.
CARD: Json = {
    "ifname": "eth0",
    "mtu": 1500,
    "master": "bond0",
    "link_type": "ether",
    "address": "52:54:00:00:00:09",
    "permaddr": "52:54:00:00:00:01",
    "linkinfo": {"info_slave_kind": "bond", "info_slave_data": {"perm_hwaddr": "52:54:00:00:00:01"}},
    "addr_info": [{"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"}],
}
VLAN: Json = {
    "ifname": "bond0.100",
    "link": "bond0",
    "mtu": 1500,
    "link_type": "ether",
    "address": "52:54:00:00:00:09",
    "linkinfo": {"info_kind": "vlan", "info_data": {"protocol": "802.1Q", "id": 100}},
    "addr_info": [
        {"family": "inet", "local": "192.0.2.10", "prefixlen": 24, "scope": "global", "dynamic": True},
        {"family": "inet6", "local": "2001:db8::2", "prefixlen": 64, "scope": "global"},
    ],
}
VXLAN: Json = {
    "ifname": "vx7",
    "link_type": "ether",
    "linkinfo": {"info_kind": "vxlan", "info_data": {"id": 7, "group": "239.0.0.7", "link": "cloudbr1", "port": 8472}},
}


def test_interfaces_are_read_with_what_they_lie_on_and_their_own_mac_address() -> None:
    card, vlan, vxlan = map(network_layout.link, (CARD, VLAN, VXLAN))
    assert (card.mac, card.master, card.kind, card.addresses) == ("52:54:00:00:00:01", "bond0", "", ())
    assert (vlan.kind, vlan.lower, vlan.traits) == ("vlan", "bond0", {"id": 100})
    assert vlan.addresses == (SeenAddress("192.0.2.10/24", True), SeenAddress("2001:db8::2/64"))
    assert (vxlan.lower, vxlan.traits) == ("cloudbr1", {"id": 7, "group": "239.0.0.7", "port": 8472})


@pytest.mark.parametrize(
    ("entry", "route"),
    [
        (
            {"dst": "default", "gateway": "192.0.2.1", "dev": "eth0", "protocol": "static"},
            SeenRoute("default", "eth0", "192.0.2.1", None, "static"),
        ),
        ({"dst": "10.1.2.3", "dev": "eth0", "metric": 5}, SeenRoute("10.1.2.3/32", "eth0", "", 5)),
        ({"dst": "2001:db8::9", "dev": "eth0"}, SeenRoute("2001:db8::9/128", "eth0")),
    ],
)
def test_routes_are_networks(entry: Json, route: SeenRoute) -> None:
    assert network_layout.route(entry) == route


def read(files: Mapping[str, str], *programs: str, **answers: str) -> network_layout.SeenNetwork:
    told = {"ip -details -json address": json.dumps([CARD, VLAN]), "ip -4 -json route show table all": "[]"}
    units = {f"systemctl is-active {name}.service": state for name, state in answers.items()}
    host: Any = Host(files, told | units, {"ip", *programs})
    return network_layout.read_network(host, "192.0.2.10")


def test_backends_are_those_that_run_or_define_something() -> None:
    interfaces = {"/etc/network/interfaces": "auto lo\niface lo inet loopback\n"}
    assert read(interfaces, "ifup").backends == ()
    own = {"/etc/network/interfaces": "auto eth0\niface eth0 inet dhcp\n"}
    assert read(own, "ifup").backends == ("ifupdown",)
    assert read(own, "ifup", "ifreload").backends == ("ifupdown2",)
    plan = {"/etc/netplan/50-cloud-init.yaml": "network:\n  ethernets:\n    eth0:\n      dhcp4: true\n"}
    seen = read(plan, "netplan", "networkctl", **{"systemd-networkd": "active\n"})
    assert seen.backends == ("networkd", "netplan")
    assert read({}, "nmcli", NetworkManager="inactive\n").backends == ()
    assert seen.connection == "192.0.2.10"


def test_name_servers_are_those_behind_the_stub() -> None:
    stub = {"/etc/resolv.conf": "nameserver 127.0.0.53\nsearch example.net\n"}
    behind = {"/run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch .\n"}
    assert read(stub).dns == ()
    assert read(stub | behind).dns == ("192.0.2.53", "2001:db8::53")
    assert read(stub | behind).search == ()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("198.51.100.7 50022 192.0.2.10 22", "192.0.2.10"),
        ("fe80::9%eth0 50022 fe80::1%eth0 22", "fe80::1"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_the_address_that_ansible_came_to(text: str, address: str) -> None:
    assert network_layout.came_to(text) == address


PEER = {"family": "inet", "local": "192.0.2.10", "address": "198.51.100.1", "prefixlen": 32, "scope": "global"}
MADE = {"family": "inet6", "local": "2001:db8::5", "prefixlen": 64, "scope": "global", "dynamic": True}


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        (PEER, SeenAddress("192.0.2.10/32", peer="198.51.100.1")),
        ({**PEER, "address": "192.0.2.10"}, SeenAddress("192.0.2.10/32")),
        ({**MADE, "mngtmpaddr": True}, SeenAddress("2001:db8::5/64", True, autoconf=True)),
        ({**MADE, "temporary": True}, SeenAddress("2001:db8::5/64", True, temporary=True)),
        ({**PEER, "protocol": "keepalived"}, SeenAddress("192.0.2.10/32", peer="198.51.100.1", protocol="keepalived")),
    ],
)
def test_addresses_are_read_with_how_they_came(entry: Json, wanted: SeenAddress) -> None:
    assert network_layout.address(entry) == wanted


ROUTED: list[tuple[Json, SeenRoute]] = [
    (
        {"dst": "10.9.0.0/16", "gateway": "192.0.2.7", "dev": "eth0", "table": "101", "prefsrc": "192.0.2.10"},
        SeenRoute("10.9.0.0/16", "eth0", "192.0.2.7", table="101", source="192.0.2.10"),
    ),
    ({"dst": "10.9.0.0/16", "dev": "eth0", "table": "main"}, SeenRoute("10.9.0.0/16", "eth0")),
    (
        {"dst": "default", "nexthops": [{"gateway": "192.0.2.7", "dev": "eth0", "weight": 1}, {"dev": "ppp0"}]},
        SeenRoute("default", "", nexthops=(("192.0.2.7", "eth0"), ("", "ppp0"))),
    ),
    (
        {"dst": "default", "dev": "eth0", "via": {"family": "inet6", "host": "fe80::1"}, "flags": ["onlink"]},
        SeenRoute("default", "eth0", odd=('via {"family": "inet6", "host": "fe80::1"}',)),
    ),
    ({"type": "blackhole", "dst": "10.0.0.0/8", "dev": "lo"}, SeenRoute("10.0.0.0/8", "lo", odd=("type blackhole",))),
]


@pytest.mark.parametrize(("entry", "wanted"), ROUTED)
def test_routes_are_read_whole(entry: Json, wanted: SeenRoute) -> None:
    assert network_layout.route(entry) == wanted


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ({"priority": 100, "src": "192.0.2.10", "table": "101"}, SeenRule("101", "192.0.2.10/32", priority=100)),
        (
            {"priority": 9, "src": "all", "dst": "10.0.0.0", "dstlen": 8, "table": "7"},
            SeenRule("7", to="10.0.0.0/8", priority=9),
        ),
        ({"src": "all", "fwmark": "0x1", "fwmask": "0xff", "table": "7"}, SeenRule("7", mark="0x1/0xff")),
        ({"src": "all", "iif": "eth0", "table": "7", "protocol": "static"}, SeenRule("7", devices=("eth0",))),
        ({"src": "all", "ipproto": "tcp", "table": "7"}, SeenRule("7", odd=("ipproto tcp",))),
    ],
)
def test_rules_are_read_whole(entry: Json, wanted: SeenRule) -> None:
    assert network_layout.rule(entry, 4) == wanted


def test_what_cards_daemons_tables_and_included_files_say() -> None:
    files = {
        "/etc/network/interfaces": "source /etc/network/site/*.cfg\nsource-directory more\n",
        "/etc/network/site/a.cfg": "source ../own\n",
        "/etc/network/own": "auto eth0\n",
        "/etc/network/more/b": "auto eth1\n",
        "/etc/network/more/c.bak": "auto eth2\n",
        "/etc/keepalived/keepalived.conf": "virtual_ipaddress { 192.0.2.100 }\n",
        "/etc/iproute2/rt_tables": "# names\n254 main\n101 storage\n",
        "/sys/class/net/eth0/device/uevent": "DRIVER=igb\n",
        "/run/udev/data/n2": "I:1\nE:ID_PATH=pci-0000:02:00.0\n",
    }
    answers = {
        "ip -details -json address": json.dumps([{**CARD, "ifindex": 2, "altnames": ["enp2s0"]}]),
        "ip -4 -json route show table all": json.dumps(
            [
                {"dst": "10.9.0.0/16", "dev": "eth0", "table": "storage"},
                {"type": "local", "dst": "192.0.2.10", "dev": "eth0", "table": "local"},
                {"type": "blackhole", "dst": "10.0.0.0/8"},
            ]
        ),
        "ip -4 -json rule show": json.dumps(
            [{"priority": 0, "src": "all", "table": "local"}, {"priority": 5, "src": "192.0.2.10", "table": "storage"}]
        ),
    }
    host: Any = Host(files, answers, {"ip"})
    seen = network_layout.read_network(host, "192.0.2.10")
    assert [(link.addresses, link.local) for link in seen.links] == [((), ("fe80::1",))]
    assert [route.table for route in seen.routes] == ["101"]
    assert seen.rules == (SeenRule("101", "192.0.2.10/32", priority=5),)
    assert {path for path in seen.files if path.startswith("/etc/network")} == {
        "/etc/network/interfaces",
        "/etc/network/site/a.cfg",
        "/etc/network/own",
        "/etc/network/more/b",
    }
    facts = seen.links[0].facts
    assert (facts.driver, facts.path, facts.other) == ("igb", "pci-0000:02:00.0", ("enp2s0",))
    assert list(seen.daemons) == ["/etc/keepalived/keepalived.conf"]


def test_drop_ins_of_networkd_belong_to_their_file() -> None:
    """Their settings are kept, or named where they would go; one that repeats [Match] narrows what the file is for."""
    place = "/etc/systemd/network"
    files = {
        f"{place}/10-lan.network": "[Match]\nName=eth*\n[Network]\nDHCP=yes",
        f"{place}/10-lan.network.d/20-mtu.conf": "[Link]\nMTUBytes=9000\n",
        f"{place}/10-lan.network.d/10-name.conf": "[Match]\nName=\nName=eth7\n",
        f"{place}/10-lan.network.d/readme": "[Link]\nMTUBytes=1\n",
        f"{place}/20-lan.network.d/old.conf": "[Link]\nMTUBytes=2\n",
    }
    host: Any = Host(files, {}, set())
    read = network_layout.network_files(host)
    assert list(read) == [f"{place}/10-lan.network"]
    (found,) = definitions(*next(iter(read.items())))
    assert ("Link.MTUBytes", "9000") in found.settings
    assert not any(value in ("1", "2") for _key, value in found.settings)
    assert [(one.key, one.patterns) for one in found.match] == [("name", ("eth7",))]


def test_drop_ins_of_every_folder_belong_to_a_file_of_networkd() -> None:
    files = {
        "/usr/lib/systemd/network/50-a.network": "[Match]\nName=eth0\n",
        "/etc/systemd/network/50-a.network.d/x.conf": "[Network]\nLLDP=yes\n",
        "/run/systemd/network/50-a.network.d/y.conf": "[Network]\nDHCP=yes\n",
        "/run/netplan/60.yaml": "network: {}\n",
    }
    host: Any = Host(files, {}, set())
    found = network_layout.network_files(host)
    assert set(found) == {"/usr/lib/systemd/network/50-a.network", "/run/netplan/60.yaml"}
    assert "LLDP=yes" in found["/usr/lib/systemd/network/50-a.network"]
    assert "DHCP=yes" in found["/usr/lib/systemd/network/50-a.network"]
