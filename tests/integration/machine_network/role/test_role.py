# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role host_network (cs_network_layout, cs_network_change) on booted Debian hosts, one of each back-end.

Bridges and VXLANs are real here. The kernel may lack VLANs and bonds: their files go to the back-ends' own parsers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hosts.host import Host
from integration.machine_network.change.lab import BACKENDS, gateway_of, hosts_of, inside, picture
from integration.machine_network.role.roles import Outcome, run

Json = dict[str, Any]
# Every host has a line of its own in what is declared, as in an inventory.
COMMON: Json = {"host_network_exact": True, "host_network_timeout": 60}
EVERYTHING: Json = {
    "bonds": [
        {
            "name": "bond0",
            "interfaces": ["eth1"],
            "mode": "802.3ad",
            "lacp_rate": "fast",
            "hash_policy": "layer3+4",
            "miimon": 100,
            "up_delay": 200,
            "min_links": 1,
            "mtu": 9000,
        }
    ],
    "vlans": [{"name": "storage", "id": 400, "link": "bond0", "addresses": ["10.4.0.2/24"], "mtu": 9000}],
    "vxlans": [
        {"name": "vx7", "vni": 7, "device": "cloudbr1", "group": "239.0.0.7", "ttl": 10, "mtu": 1500},
        {"name": "vx8", "vni": 8, "device": "cloudbr1", "peers": ["10.3.0.9"], "local": "10.3.0.2"},
    ],
    "bridges": [
        {"name": "cloudbr0", "interfaces": ["eth0"], "method": "keep"},
        {
            "name": "cloudbr1",
            "interfaces": ["bond0.300"],
            "addresses": ["10.3.0.2/24", "2001:db8:3::2/64"],
            "gateway6": "2001:db8:3::1",
            "routes": [
                {"to": "172.20.0.0/16", "via": "10.3.0.254", "metric": 50},
                {"to": "2001:db8:20::/48", "via": "2001:db8:3::254"},
            ],
            "dns": ["10.3.0.53", "2001:db8::53"],
            "search": ["example.net"],
            "mtu": 1600,
            "stp": True,
            "forward_delay": 4,
        },
        {"name": "cloudbr2", "interfaces": ["bond0.301"], "method": "dhcp"},
        {"name": "guests", "interfaces": ["vx7"]},
    ],
}


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, Host]]:
    with hosts_of(*BACKENDS) as running:
        yield running


@pytest.fixture
def connections(hosts: dict[str, Host]) -> dict[str, Json]:
    return {name: host.connection for name, host in hosts.items()}


def layout(number: int, tunnelled: bool = True) -> Json:
    """The documents' two bridges; the second carries a VXLAN with a bridge on it (7.4.3)."""
    found: Json = {
        "bridges": [
            {"name": "cloudbr0", "interfaces": ["eth0"], "method": "keep"},
            {"name": "cloudbr1", "interfaces": ["eth1"], "addresses": [f"10.77.0.{number}/24"]},
        ]
    }
    if tunnelled:
        found["vxlans"] = [{"name": "vx7", "vni": 7, "device": "cloudbr1", "group": "239.0.0.7", "ttl": 10}]
        found["bridges"].append({"name": "guests", "interfaces": ["vx7"]})
    return found


def applied(
    tmp_path: Path, connections: dict[str, Json], tunnelled: bool = True, *options: str, **variables: Any
) -> dict[str, Outcome]:
    own = {
        name: {**connection, "host_network_layout": layout(number, tunnelled)}
        for number, (name, connection) in enumerate(connections.items(), 1)
    }
    return run(tmp_path, own, {**COMMON, **variables}, *options)


def links(host: Host) -> dict[str, Json]:
    return {link["ifname"]: link for link in json.loads(inside(host, "ip -details -json address"))}


def is_made(host: Host, number: int) -> None:
    """What the layout says, as the kernel shows it."""
    now = links(host)
    assert now["eth0"]["master"] == "cloudbr0"
    assert now["cloudbr0"]["address"] == now["eth0"]["address"]
    assert host.address in {address["local"] for address in now["cloudbr0"]["addr_info"]}
    assert not [one for one in now["eth0"]["addr_info"] if one["family"] == "inet"]
    assert now["cloudbr0"]["linkinfo"]["info_data"]["stp_state"] == 0
    assert f"10.77.0.{number}" in {address.get("local") for address in now["cloudbr1"]["addr_info"]}
    assert f"default via {gateway_of(host)} dev cloudbr0" in inside(host, "ip route")
    tunnel = now["vx7"]["linkinfo"]["info_data"]
    assert (tunnel["id"], tunnel["group"], tunnel["link"], tunnel["port"]) == (7, "239.0.0.7", "cloudbr1", 8472)
    assert (tunnel["ttl"], now["vx7"]["master"]) == (10, "guests")


def test_a_contradiction_is_refused_before_anything_is_touched(
    hosts: dict[str, Host], connections: dict[str, Json], tmp_path: Path
) -> None:
    before = {name: picture(host) for name, host in hosts.items()}
    lost = {"bridges": [{"name": "cloudbr0", "interfaces": ["eth0"]}, {"name": "cloudbr1", "interfaces": ["eth1"]}]}
    found = run(tmp_path, connections, {**COMMON, "host_network_layout": lost})
    assert {name: (outcome.failed, outcome.codes) for name, outcome in found.items()} == dict.fromkeys(
        BACKENDS, (1, {"connection_lost"})
    )
    foreign = applied(tmp_path, connections, True, "--check", host_network_exact=False)
    # systemd-networkd takes the first file that matches, which is ours: the other one is only told.
    expected = {name: {"foreign_file"} if name != "networkd" else set[str]() for name in BACKENDS}
    assert {name: outcome.codes for name, outcome in foreign.items()} == expected
    assert {name: picture(host) for name, host in hosts.items()} == before


def test_everything_that_can_be_declared_passes_the_parsers_of_all_backends(
    connections: dict[str, Json], tmp_path: Path
) -> None:
    """Check mode lets netplan, nmcli, systemd-networkd and ifup read the candidates and changes nothing."""
    variables = {**COMMON, "host_network_layout": EVERYTHING, "host_network_install": False}
    found = run(tmp_path, connections, variables, "--check")
    assert {name: (outcome.failed, outcome.answers if outcome.failed else []) for name, outcome in found.items()} == (
        dict.fromkeys(BACKENDS, (0, []))
    )
    assert {name: outcome.changed for name, outcome in found.items()} == dict.fromkeys(BACKENDS, 1)


def test_the_layout_is_applied_once_and_outlives_a_reboot(
    hosts: dict[str, Host], connections: dict[str, Json], tmp_path: Path
) -> None:
    before = {name: picture(host) for name, host in hosts.items()}
    checked = applied(tmp_path, connections, True, "--check", "--diff")
    assert {name: (one.changed, one.failed) for name, one in checked.items()} == dict.fromkeys(BACKENDS, (1, 0))
    assert {name: picture(host) for name, host in hosts.items()} == before
    first = applied(tmp_path, connections)
    assert {name: (one.changed, one.answers) for name, one in first.items() if one.failed} == {}
    assert {name: one.changed for name, one in first.items()} == dict.fromkeys(BACKENDS, 1)
    for number, host in enumerate(hosts.values(), 1):
        is_made(host, number)
    second = applied(tmp_path, connections)
    assert {name: (one.changed, one.answers) for name, one in second.items()} == dict.fromkeys(BACKENDS, (0, []))
    for host in hosts.values():
        host.run("systemctl reboot", check=False)
    for number, host in enumerate(hosts.values(), 1):
        host.wait()
        is_made(host, number)


def test_what_is_no_longer_declared_goes(hosts: dict[str, Host], connections: dict[str, Json], tmp_path: Path) -> None:
    shrunk = applied(tmp_path, connections, False)
    assert {name: (one.changed, one.failed) for name, one in shrunk.items()} == dict.fromkeys(BACKENDS, (1, 0))
    for host in hosts.values():
        assert not {"vx7", "guests"} & set(links(host))
        assert "cloudbr1" in links(host)
