# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role host_network on booted hosts that others have configured: nothing of it goes without having been declared so.

Each host has storage on eth1 in a file of its own, with an MTU, a table of routes, a rule and an address on lo.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hosts.host import Host
from integration.machine_network.change.lab import BACKENDS, gateway_of, hosts_of, inside, picture
from integration.machine_network.role.roles import Outcome, run

Json = dict[str, Any]
MANAGEMENT: Json = {"name": "cloudbr0", "interfaces": ["eth0"], "method": "keep"}
EXACT: Json = {"host_network_exact": True, "host_network_timeout": 60, "host_network_traffic_labels": ["cloudbr0"]}
UUID = "0b8ae352-0000-4000-8000-000000000009"


def storage(backend: str, number: int, mac: str) -> dict[str, tuple[str, str]]:
    """Files by path with their modes: eth1 by its name or MAC address, as the back-end's users write them."""
    own = f"10.50.0.{number}"
    if backend == "netplan":
        text = f"""network:
  version: 2
  ethernets:
    lo: {{match: {{name: lo}}, addresses: [10.255.255.{number}/32]}}
    eth1:
      addresses: [{own}/24]
      mtu: 1400
      routes:
        - {{to: 10.60.0.0/16, via: 10.50.0.9, table: 101}}
      routing-policy:
        - {{from: {own}/32, table: 101, priority: 100}}
"""
        return {"/etc/netplan/02-storage.yaml": (text, "0600")}
    if backend == "networkd":
        text = f"""[Match]
MACAddress={mac}
[Link]
MTUBytes=1400
[Network]
Address={own}/24
[Route]
Destination=10.60.0.0/16
Gateway=10.50.0.9
Table=101
[RoutingPolicyRule]
From={own}/32
Table=101
Priority=100
"""
        lo = f"[Match]\nName=lo\n[Network]\nAddress=10.255.255.{number}/32\n"
        where = "/etc/systemd/network"
        return {f"{where}/05-storage.network": (text, "0644"), f"{where}/06-lo.network": (lo, "0644")}
    if backend == "ifupdown":
        text = f"""auto eth1
iface eth1 inet static
  address {own}
  netmask 255.255.255.0
  mtu 1400
  post-up ip route add 10.60.0.0/16 via 10.50.0.9 table 101
  post-up ip rule add from {own}/32 table 101 priority 100
  pre-down ip rule del from {own}/32 table 101 priority 100
auto lo:vtep
iface lo:vtep inet static
  address 10.255.255.{number}/32
"""
        return {"/etc/network/interfaces.d/storage": (text, "0644")}
    text = f"""[connection]
id=storage
uuid={UUID}
type=ethernet

[ethernet]
mac-address={mac}
mtu=1400

[ipv4]
method=manual
address1={own}/24
route1=10.60.0.0/16,10.50.0.9
route1_options=table=101
routing-rule1=priority 100 from {own}/32 table 101

[ipv6]
method=disabled
"""
    lo = f"""[connection]
id=lo
uuid={UUID[:-1]}8
type=loopback
interface-name=lo

[ipv4]
method=manual
address1=10.255.255.{number}/32
"""
    where = "/etc/NetworkManager/system-connections"
    # A card of a container has no address of its own by which NetworkManager could find it.
    text = text.replace(f"mac-address={mac}\n", "").replace("type=ethernet\n", "type=ethernet\ninterface-name=eth1\n")
    return {f"{where}/storage.nmconnection": (text, "0600"), f"{where}/lo.nmconnection": (lo, "0600")}


APPLY = {
    "netplan": "netplan apply",
    "networkd": "networkctl reload; networkctl reconfigure eth1",
    "ifupdown": "ifup eth1 lo:vtep",
    "networkmanager": f"nmcli connection reload; nmcli connection up {UUID}; nmcli connection up {UUID[:-1]}8",
}


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, Host]]:
    with hosts_of(*BACKENDS) as running:
        for number, (backend, host) in enumerate(running.items(), 1):
            mac = inside(host, "cat /sys/class/net/eth1/address").strip()
            for path, (text, mode) in storage(backend, number, mac).items():
                host.write(path, text, mode=int(mode, 8))
            host.run(APPLY[backend])
        yield running


def applied(
    tmp_path: Path, hosts: dict[str, Host], *options: str, bare: bool = False, **more: Any
) -> dict[str, Outcome]:
    """bare: only the way in is declared, as somebody does who has not thought of storage."""
    own = {}
    for number, (name, host) in enumerate(hosts.items(), 1):
        layout: Json = {"bridges": [MANAGEMENT]}
        if not bare:
            layout["bridges"] = [MANAGEMENT, {"name": "cloudbr1", "interfaces": ["eth1"], "method": "keep"}]
            layout["nics"] = [{"name": "lo", "addresses": [f"10.255.255.{number}/32"]}]
        own[name] = {**host.connection, "host_network_layout": layout}
    return run(tmp_path, own, {**EXACT, **more}, *options)


def holds(host: Host, number: int, name: str) -> None:
    """Storage and loopback as they were, on that interface."""
    shown = inside(host, f"ip -o address show dev {name}; ip -o address show dev lo")
    assert f"10.50.0.{number}/24" in shown
    assert f"10.255.255.{number}/32" in shown
    assert f"from 10.50.0.{number} lookup 101" in inside(host, "ip rule")
    assert f"10.60.0.0/16 via 10.50.0.9 dev {name}" in inside(host, "ip route show table 101")
    assert inside(host, f"cat /sys/class/net/{name}/mtu /sys/class/net/eth1/mtu").split() == ["1400", "1400"]


def test_exact_does_not_take_what_nobody_declared(hosts: dict[str, Host], tmp_path: Path) -> None:
    for number, host in enumerate(hosts.values(), 1):
        holds(host, number, "eth1")
    before = {name: picture(host) for name, host in hosts.items()}
    found = applied(tmp_path, hosts, bare=True)
    assert {name: (one.failed, one.codes) for name, one in found.items()} == dict.fromkeys(
        BACKENDS, (1, {"undeclared_dropped"})
    )
    assert {name: picture(host) for name, host in hosts.items()} == before


def test_what_was_there_is_kept_and_outlives_a_reboot(hosts: dict[str, Host], tmp_path: Path) -> None:
    first = applied(tmp_path, hosts)
    assert {name: (one.changed, one.answers) for name, one in first.items() if one.failed} == {}
    for number, host in enumerate(hosts.values(), 1):
        holds(host, number, "cloudbr1")
        assert f"default via {gateway_of(host)} dev cloudbr0" in inside(host, "ip route")
    second = applied(tmp_path, hosts)
    assert {name: (one.changed, one.answers) for name, one in second.items()} == dict.fromkeys(BACKENDS, (0, []))
    for host in hosts.values():
        host.run("systemctl reboot", check=False)
    for number, host in enumerate(hosts.values(), 1):
        host.wait()
        holds(host, number, "cloudbr1")
