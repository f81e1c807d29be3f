# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layout as files of systemd-networkd: NAME.netdev makes an interface, NAME.network says what it carries.

Source: systemd.netdev(5), systemd.network(5) of systemd 247 and newer.
"""

from __future__ import annotations

import typing as t

from ..change.model import NetworkFile
from ..layout.model import (
    Bond,
    Bridge,
    Device,
    Layout,
    Vlan,
    Vxlan,
)
from .common import OWN, Rendered, heading, sections
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
    link: Pairs = [
        ("MTUBytes", device.mtu),
        ("MACAddress", None if isinstance(device, Bridge) and device.openvswitch else device.mac or None),
        ("RequiredForOnline", False if device.address.method == "none" else None),
    ]
    parts: list[Section] = [("Match", [("Name", device.name)]), ("Link", link), ("Network", _carried(layout, device))]
    if device.address.method == "dhcp":
        # A lease goes with the MAC address, which the bridge shares with its card; the default is one per interface.
        parts.append(("DHCPv4", [("ClientIdentifier", "mac")]))
    for route in device.address.routes:
        pairs = [("Destination", route.to), ("Gateway", route.via or None), ("Metric", route.metric)]
        parts.append(("Route", pairs))
    if isinstance(device, Vxlan):
        for peer in device.peers:
            parts.append(("BridgeFDB", [("MACAddress", "00:00:00:00:00:00"), ("Destination", peer)]))
    return parts


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
    pairs.append(("DHCP", "ipv4" if held.method == "dhcp" else "no"))
    pairs += [("LinkLocalAddressing", "no" if quiet else None), ("IPv6AcceptRA", False)]
    pairs += [("Address", address) for address in held.addresses]
    pairs += [("Gateway", gateway or None) for gateway in (held.gateway, held.gateway6)]
    pairs += [("DNS", server) for server in held.dns]
    pairs.append(("Domains", " ".join(held.search) or None))
    return pairs
