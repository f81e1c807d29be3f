# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layout as files of systemd-networkd: NAME.netdev makes an interface, NAME.network says what it carries.

Source: systemd.netdev(5), systemd.network(5) of systemd 247 and newer.
"""

from __future__ import annotations

import typing as t

from ..change.model import NetworkFile
from ..files.own import OWN
from ..layout.model import (
    Addressing,
    Bond,
    Bridge,
    Device,
    Layout,
    Route,
    Rule,
    Vlan,
    Vxlan,
)
from .common import Rendered, heading, sections
from .openvswitch import ovs_commands, ovs_packages

DIRECTORY = "/etc/systemd/network"
Pairs = t.Iterable[tuple[str, object]]
Section = tuple[str, Pairs]


def render(layout: Layout) -> Rendered:
    files: list[NetworkFile] = []
    for device in layout.devices:
        if isinstance(device, Bond) and device.openvswitch:
            continue
        netdev = _netdev(device)
        if netdev:
            files.append(_file(layout, device, "netdev", netdev))
        files.append(_file(layout, device, "network", _network(layout, device)))
    return Rendered(tuple(files), ovs_commands(layout), ovs_packages(layout))


def _file(layout: Layout, device: Device, kind: str, parts: t.Iterable[Section]) -> NetworkFile:
    made = [device.name] if device in layout.virtual else []
    return NetworkFile(f"{DIRECTORY}/10-{OWN}-{device.name}.{kind}", heading(layout, made) + "\n" + sections(*parts))


def _netdev(device: Device) -> list[Section]:
    if isinstance(device, Bond):
        return [("NetDev", _netdev_pairs(device, "bond")), ("Bond", _bond(device))]
    if isinstance(device, Vlan):
        return [("NetDev", _netdev_pairs(device, "vlan")), ("VLAN", [("Id", device.id)])]
    if isinstance(device, Vxlan):
        return [("NetDev", _netdev_pairs(device, "vxlan")), ("VXLAN", _vxlan(device))]
    if isinstance(device, Bridge) and not device.openvswitch:
        return [
            ("NetDev", _netdev_pairs(device, "bridge")),
            ("Bridge", [("STP", device.stp), ("ForwardDelaySec", device.forward_delay)]),
        ]
    return []


def _netdev_pairs(device: Device, kind: str) -> Pairs:
    return [("Name", device.name), ("Kind", kind), ("MACAddress", device.mac or None)]


def _bond(bond: Bond) -> Pairs:
    return [
        ("Mode", bond.mode),
        ("MIIMonitorSec", f"{bond.miimon}ms"),
        ("LACPTransmitRate", bond.lacp_rate or None),
        ("TransmitHashPolicy", bond.hash_policy or None),
        ("UpDelaySec", None if bond.up_delay is None else f"{bond.up_delay}ms"),
        ("DownDelaySec", None if bond.down_delay is None else f"{bond.down_delay}ms"),
        ("MinLinks", bond.min_links),
    ]


def _vxlan(vxlan: Vxlan) -> Pairs:
    return [
        ("VNI", vxlan.vni),
        ("Group", vxlan.group or None),
        ("Local", vxlan.local or None),
        ("DestinationPort", vxlan.port),
        ("MacLearning", True),
        ("TTL", vxlan.ttl),
        ("Independent", None if vxlan.device else True),
    ]


def _network(layout: Layout, device: Device) -> list[Section]:
    if device.name == "lo":
        return [("Match", [("Name", "lo")]), ("Network", [("Address", one) for one in device.address.addresses])]
    lease = device.address.lease
    link: Pairs = [
        ("MTUBytes", device.mtu),
        ("MACAddress", None if isinstance(device, Bridge) and device.openvswitch else device.mac or None),
        ("RequiredForOnline", False if device.address.method == "none" else None),
    ]
    parts: list[Section] = [("Match", [("Name", device.name)]), ("Link", link), ("Network", _carried(layout, device))]
    if device.address.method == "dhcp":
        # A lease goes with the MAC address, which the bridge shares with its card; the default is one per interface.
        quiet = None if lease.routes else False
        asked = [("ClientIdentifier", "mac"), ("RouteMetric", lease.metric), ("UseRoutes", quiet)]
        parts.append(("DHCPv4", asked))
    if lease.token:
        parts.append(("IPv6AcceptRA", [("Token", f"static:{lease.token}")]))
    parts += [("Route", _route(device.address, route)) for route in _routes(device.address)]
    parts += [("RoutingPolicyRule", _rule(rule)) for rule in device.address.rules]
    if isinstance(device, Vxlan):
        for peer in device.peers:
            parts.append(("BridgeFDB", [("MACAddress", "00:00:00:00:00:00"), ("Destination", peer)]))
    return parts


def _routes(held: Addressing) -> t.Iterator[Route]:
    """Those that need a section of their own."""
    for to, via in (("0.0.0.0/0", held.gateway), ("::/0", held.gateway6)):
        if via and held.on_link(via):
            yield Route(to, via)
    yield from held.routes


def _route(held: Addressing, route: Route) -> Pairs:
    return [
        ("Destination", route.to),
        ("Gateway", route.via or None),
        ("GatewayOnLink", True if route.via and held.on_link(route.via) else None),
        ("Metric", route.metric),
        ("Table", route.table or None),
        ("PreferredSource", route.source or None),
    ]


def _rule(rule: Rule) -> Pairs:
    return [
        ("Family", None if rule.source or rule.to else f"ipv{rule.version}"),
        ("From", rule.source or None),
        ("To", rule.to or None),
        ("FirewallMark", rule.mark or None),
        ("Table", rule.table),
        ("Priority", rule.priority),
    ]


def _carried(layout: Layout, device: Device) -> Pairs:
    held = device.address
    quiet = held.method == "none"
    pairs: list[tuple[str, object]] = []
    master = layout.master(device.name)
    if isinstance(master, Bridge) and not master.openvswitch:
        pairs.append(("Bridge", master.name))
    if isinstance(master, Bond) and not master.openvswitch:
        pairs += [("Bond", master.name), ("PrimarySlave", True if master.primary == device.name else None)]
    pairs += [("VLAN", vlan.name) for vlan in layout.vlans if vlan.link == device.name]
    pairs += [("VXLAN", vxlan.name) for vxlan in layout.vxlans if vxlan.device == device.name]
    asks = (held.method == "dhcp", held.lease.dhcp6)
    pairs.append(("DHCP", {(True, True): "yes", (True, False): "ipv4", (False, True): "ipv6"}.get(asks, "no")))
    pairs += [("LinkLocalAddressing", "no" if quiet else None), ("IPv6AcceptRA", held.lease.ra)]
    pairs += [("Address", address) for address in held.addresses]
    gateways = (held.gateway, held.gateway6)
    pairs += [("Gateway", gateway) for gateway in gateways if gateway and not held.on_link(gateway)]
    pairs += [("DNS", server) for server in held.dns]
    pairs.append(("Domains", " ".join(held.search) or None))
    return pairs
