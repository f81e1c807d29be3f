# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way VLANs take out of a KVM host below each of its bridges, by what the kernel and Open vSwitch say.

The agent makes a VLAN on the card of the label's bridge, not in the bridge: on ``eth1`` of ``cloudbr1`` it adds
``eth1.175`` and a bridge for it; where the bridge's port is a VLAN itself (``eth1.20``) it goes down to its card
(BridgeVifDriver of the agent, 4.22). Such a VLAN passes a VLAN-aware bridge by: tried on Linux 6.1, frames of a VLAN
that ``bridge vlan`` does not list for eth1 reach eth1.175 all the same. They do not where the VLAN is on a VLAN-aware
bridge itself (``vlan20`` on ``br0``): there both the bridge's own entry and its port's have to list it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..hypervisors.model import HypervisorNetwork, HypervisorNic
from ..machine.check.network import FOR_GUESTS, RECOGNISED
from ..vlans import ranges as vlans
from ..vlans.ranges import Range

ALL: tuple[Range, ...] = ((1, 4094),)
BOND = ("bond", "team")
# Rather than to follow a knot of bridges and pairs for ever.
DEPTH = 8


@dataclass(frozen=True)
class Link:
    """A network interface. kind: as ``ip -details link`` says, "" for a card. up: has a carrier.

    parent: what a VLAN is on, or the other end of a veth pair, where it is on this host. vlan: the VLAN's own number.
    filtering: a VLAN-aware bridge. speed: Mbit/s.
    """

    name: str
    kind: str = ""
    master: str = ""
    parent: str = ""
    vlan: t.Optional[int] = None
    up: bool = True
    mtu: t.Optional[int] = None
    mac: str = ""
    speed: t.Optional[int] = None
    filtering: bool = False


@dataclass(frozen=True)
class SwitchPort:
    """A port of an Open vSwitch bridge. tag: its access VLAN. trunks: VLANs that pass, none meaning all.

    interfaces: several of a bond; internal: the bridge's own.
    """

    bridge: str
    name: str
    tag: t.Optional[int] = None
    trunks: tuple[Range, ...] = ()
    interfaces: tuple[str, ...] = ()
    internal: bool = False


@dataclass(frozen=True)
class HostLinks:
    """What was seen. port_vlans: VLANs by port and bridge, None where ``bridge vlan`` could not be asked."""

    links: tuple[Link, ...]
    port_vlans: t.Optional[t.Mapping[str, tuple[Range, ...]]] = None
    switch_ports: t.Optional[tuple[SwitchPort, ...]] = None


@dataclass(frozen=True)
class HostNetwork:
    """A KVM host's network as its trunks are judged by. devices: bridge by traffic type of agent.properties."""

    name: str
    addresses: tuple[str, ...] = ()
    nics: tuple[HypervisorNic, ...] = ()
    networks: tuple[HypervisorNetwork, ...] = ()
    devices: t.Mapping[str, str] = field(default_factory=dict)


def nics(seen: HostLinks) -> tuple[HypervisorNic, ...]:
    """Cards, bonds and whatever else a bridge can have for its way out."""
    masters = {link.name: link for link in seen.links}
    bonds = {name for name, link in masters.items() if link.kind in BOND}
    return tuple(
        HypervisorNic(each.name, each.mac, each.speed, each.up, each.mtu, each.master if each.master in bonds else None)
        for each in seen.links
        if each.name != "lo" and each.kind not in ("bridge", "openvswitch", "vlan")
    )


def networks(seen: HostLinks) -> tuple[HypervisorNetwork, ...]:
    """Every bridge, and every card that stands alone, since a traffic label may name that too."""
    by_name = {link.name: link for link in seen.links}
    found = []
    for link in seen.links:
        if link.kind == "bridge":
            found.append(_bridge(seen, by_name, link))
        elif link.kind == "openvswitch" and link.name != "ovs-system":
            found.append(_switch(seen, by_name, link))
        elif RECOGNISED.fullmatch(link.name) and not link.master and link.kind != "vlan":
            found.append(_way(seen, by_name, link.name, "nic", link))
    return tuple(found)


def ways(seen: HostLinks, label: str) -> tuple[str, ...]:
    """On which interfaces frames of a label's VLANs leave: where the agent makes the VLANs, or the switch's cards."""
    by_name = {link.name: link for link in seen.links}
    link = by_name.get(label)
    if link is None:
        return ()
    if link.kind == "openvswitch":
        return _switch(seen, by_name, link).nics
    port = _port(seen, link) if link.kind == "bridge" else link
    return () if port is None else (_carrier(by_name, port).name,)


def _port(seen: HostLinks, bridge: Link) -> t.Optional[Link]:
    """As the agent does: the first port with a name that it takes for a card's."""
    ports = [one for one in seen.links if one.master == bridge.name and RECOGNISED.fullmatch(one.name)]
    return min(ports, key=lambda one: one.name, default=None)


def _carrier(by_name: t.Mapping[str, Link], port: Link) -> Link:
    """Of a VLAN what it is on."""
    return by_name.get(port.parent, port) if port.kind == "vlan" else port


def _bridge(seen: HostLinks, by_name: t.Mapping[str, Link], bridge: Link) -> HypervisorNetwork:
    port = _port(seen, bridge)
    if port is None:
        return HypervisorNetwork(bridge.name, "bridge")
    return _way(seen, by_name, bridge.name, "bridge", port)


def _way(seen: HostLinks, by_name: t.Mapping[str, Link], name: str, kind: str, port: Link) -> HypervisorNetwork:
    carrier = _carrier(by_name, port)
    there = vlans.of(one.vlan for one in seen.links if one.vlan is not None and one.parent == carrier.name)
    passing = _passing(seen, by_name, carrier, DEPTH)
    return HypervisorNetwork(
        name,
        kind,
        vlan=port.vlan,
        trunk=None if passing is None else tuple(vlans.words(passing)),
        nics=_cards(seen, by_name, carrier, DEPTH),
        vlans=tuple(vlans.words(there)),
        mtu=carrier.mtu,
    )


def _passing(
    seen: HostLinks, by_name: t.Mapping[str, Link], carrier: Link, depth: int
) -> t.Optional[tuple[Range, ...]]:
    """VLANs that get from a VLAN interface on ``carrier`` out of the host; None where that cannot be told."""
    if depth == 0:
        return None
    if carrier.kind == "bridge":
        return _through(seen, by_name, carrier, depth)
    if carrier.kind == "veth" and carrier.parent in by_name:
        end = by_name[carrier.parent]
        bridge = by_name.get(end.master)
        return ALL if bridge is None else _through(seen, by_name, bridge, depth, end.name)
    return ALL


def _through(
    seen: HostLinks, by_name: t.Mapping[str, Link], bridge: Link, depth: int, entry: str = ""
) -> t.Optional[tuple[Range, ...]]:
    """VLANs that get from ``entry`` (the bridge itself, or a port) through a bridge and out by its other ports."""
    outs = [one for one in seen.links if one.master == bridge.name and one.name != entry and _leads_out(one)]
    found: list[tuple[Range, ...]] = []
    for port in outs:
        beyond = _passing(seen, by_name, port, depth - 1)
        if beyond is None or (bridge.filtering and seen.port_vlans is None):
            return None
        listed = (seen.port_vlans or {}).get(port.name, ()) if bridge.filtering else ALL
        found.append(vlans.intersection(beyond, listed))
    passing = vlans.union(*found)
    if bridge.filtering:
        passing = vlans.intersection(passing, (seen.port_vlans or {}).get(entry or bridge.name, ()))
    return passing


def _leads_out(port: Link) -> bool:
    return port.kind not in FOR_GUESTS or bool(RECOGNISED.fullmatch(port.name))


def _cards(seen: HostLinks, by_name: t.Mapping[str, Link], carrier: Link, depth: int) -> tuple[str, ...]:
    """The cards that frames leave by: members of bonds, ports of a bridge below."""
    if depth == 0:
        return ()
    below = [
        one
        for one in seen.links
        if one.master == carrier.name and carrier.kind in (*BOND, "bridge") and _leads_out(one)
    ]
    if carrier.kind == "vlan" and carrier.parent in by_name:
        below = [by_name[carrier.parent]]
    if not below:
        return () if carrier.kind == "bridge" else (carrier.name,)
    return tuple(dict.fromkeys(name for one in below for name in _cards(seen, by_name, one, depth - 1)))


def _switch(seen: HostLinks, by_name: t.Mapping[str, Link], bridge: Link) -> HypervisorNetwork:
    """The agent plugs a VM into the switch itself with the VLAN as its tag, so the ways out decide what passes."""
    if seen.switch_ports is None:
        return HypervisorNetwork(bridge.name, "openvswitch", mtu=bridge.mtu)
    mine = [port for port in seen.switch_ports if port.bridge == bridge.name and not port.internal]
    outs = [port for port in mine if any(name in by_name and _leads_out(by_name[name]) for name in port.interfaces)]
    passing = vlans.union(*(port.trunks or (((port.tag, port.tag),) if port.tag is not None else ALL) for port in outs))
    there = vlans.of(port.tag for port in mine if port.tag is not None and port not in outs)
    return HypervisorNetwork(
        bridge.name,
        "openvswitch",
        trunk=tuple(vlans.words(passing)),
        nics=tuple(name for port in outs for name in port.interfaces),
        vlans=tuple(vlans.words(there)),
        mtu=min((by_name[n].mtu or 0 for port in outs for n in port.interfaces if n in by_name), default=0) or None,
    )
