# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts as an operator writes them: some by hand, and valid ones by Hypothesis; and a host to put them on."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.host import Purpose
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.model import layout_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.layout.seen import (
    SeenAddress,
    SeenLink,
    SeenNetwork,
    SeenRoute,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.plan import Plan, plan

Json = dict[str, Any]
CARDS = ("eth0", "eth1", "eth2", "eth3", "ens4f0", "enp5s0")
SOURCED = {"/etc/network/interfaces": "auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n"}


def card(number: int, name: str, *addresses: str) -> SeenLink:
    return SeenLink(name, mac=f"52:54:00:00:00:{number:02x}", addresses=tuple(map(SeenAddress, addresses)))


def host(*links: SeenLink, **more: Any) -> SeenNetwork:
    """A host with all CARDS, of which those given replace the ones of their names."""
    given = {link.name: link for link in links}
    cards = {name: card(number, name) for number, name in enumerate(CARDS, 1)}
    return SeenNetwork(links=tuple({**cards, **given}.values()), **{"files": SOURCED, **more})


MANAGED = host(
    card(1, "eth0", "192.0.2.10/24"),
    routes=(SeenRoute("default", "eth0", "192.0.2.1", protocol="static"),),
    dns=("192.0.2.53",),
    backends=("networkd",),
    connection="192.0.2.10",
)


def planned(
    layout: Json, seen: SeenNetwork | None = None, backend: str = "networkd", exact: bool = False, **purpose: Any
) -> Plan:
    """The plan of a layout as the role hands it over."""
    return plan(layout_of(layout), seen or host(), Purpose(**purpose), backend, exact, ())


MTUS = st.one_of(st.none(), st.integers(1400, 9000))
VLANS = st.integers(1, 4094)


def _set(**fields: Any) -> Json:
    return {key: value for key, value in fields.items() if value is not None}


@st.composite
def addressing(draw: st.DrawFn, number: int, gateway: bool) -> Json:
    """Nothing, a lease, or addresses in a subnet that only this interface has."""
    method = draw(st.sampled_from(("none", "dhcp", "static", "both")))
    if method in ("none", "dhcp"):
        return {"method": method}
    found: Json = {"addresses": [f"10.{number}.0.{draw(st.integers(2, 200))}/24"]}
    if method == "both":
        found["addresses"].append(f"2001:db8:{number}::{draw(st.integers(2, 4000)):x}/64")
    if gateway:
        found["gateway"] = f"10.{number}.0.1"
        if method == "both":
            found["gateway6"] = f"2001:db8:{number}::1"
    if draw(st.booleans()):
        metric = draw(st.one_of(st.none(), st.integers(1, 5000)))
        found["routes"] = [_set(to=f"172.{16 + number % 16}.0.0/16", via=f"10.{number}.0.254", metric=metric)]
    if draw(st.booleans()):
        found |= {"dns": ["192.0.2.53", "2001:db8::53"][: 1 + (method == "both")], "search": ["example.net"]}
    return found


@st.composite
def bonds(draw: st.DrawFn, name: str, ports: list[str]) -> Json:
    mode = draw(st.sampled_from(("active-backup", "balance-xor", "802.3ad")))
    bond: Json = {"name": name, "interfaces": ports, "mode": mode, "miimon": draw(st.sampled_from((50, 100)))}
    if mode == "active-backup":
        bond |= _set(primary=draw(st.sampled_from([None, *ports])))
    else:
        bond |= _set(hash_policy=draw(st.sampled_from((None, "layer2", "layer2+3", "layer3+4"))))
    if mode == "802.3ad":
        bond |= _set(
            lacp_rate=draw(st.sampled_from((None, "slow", "fast"))), min_links=draw(st.sampled_from((None, 1)))
        )
    if draw(st.booleans()):
        bond |= {"up_delay": 2 * bond["miimon"], "down_delay": bond["miimon"]}
    return bond


@st.composite
def layouts(draw: st.DrawFn, openvswitch: bool = False) -> Json:
    """A valid layout: cards alone or bonded, tagged or not, each under a bridge."""
    cards = list(draw(st.permutations(CARDS)))
    layout: Json = {"nics": [], "bonds": [], "vlans": [], "vxlans": [], "bridges": []}
    gateway_at = draw(st.integers(1, 4))
    for number in range(1, draw(st.integers(1, 3)) + 1):
        below = cards.pop()
        if cards and draw(st.booleans()):
            below, ports = f"bond{number}", [below, cards.pop()]
            layout["bonds"].append(draw(bonds(below, ports)))
        if draw(st.booleans()):
            vlan = draw(VLANS)
            name = draw(st.sampled_from((f"{below}.{vlan}", f"tagged{number}")))
            layout["vlans"].append(_set(name=name, id=vlan, link=below, mtu=draw(MTUS)))
            below = name
        bridge = _set(name=f"cloudbr{number}", interfaces=[below], mtu=draw(MTUS), stp=draw(st.booleans()))
        if bridge["stp"]:
            bridge |= _set(forward_delay=draw(st.sampled_from((None, 4, 15))))
        if layout["vlans"] and layout["vlans"][-1]["name"] == below and bridge.get("mtu"):
            layout["vlans"][-1].pop("mtu", None)
        layout["bridges"].append(bridge | draw(addressing(number, number == gateway_at)))
        if bridge.get("mtu", 1500) >= 1500 and layout["bridges"][-1].get("addresses") and draw(st.booleans()):
            where = draw(st.sampled_from(({"group": f"239.0.0.{number}"}, {"peers": ["198.51.100.7"]})))
            ttl = draw(st.sampled_from((None, 10)))
            layout["vxlans"].append(
                _set(name=f"vx{number}", vni=number * 1000, device=bridge["name"], ttl=ttl, **where)
            )
    if openvswitch and cards:
        tags = draw(st.lists(VLANS, unique=True, min_size=1, max_size=3))
        trunks = draw(st.sampled_from((None, tags)))
        layout["bridges"].append(_set(name="switch", type="openvswitch", interfaces=[cards.pop()], trunks=trunks))
        for number, tag in enumerate(tags, 5):
            fake = {"name": f"fake{number}", "parent": "switch", "vlan": tag}
            layout["bridges"].append(fake | draw(addressing(number, False)))
    return layout
