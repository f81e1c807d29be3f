# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contradictions among declared interfaces: names, masters, VLANs, VXLANs, bridges, MTUs."""

from __future__ import annotations

import re
import typing as t
from collections import Counter

from ...vlans.ranges import HIGHEST, HIGHEST_VNI
from ..change.model import LINK_NAME
from .addresses import ip
from .bonds import bond_findings
from .findings import RIGHT_VLAN, Finding, of
from .model import (
    Bond,
    Bridge,
    Device,
    Layout,
    Nic,
    Vxlan,
    overhead,
)
from .openvswitch import ovs_bond_findings, ovs_bridge_findings

# What the agent, libvirt, Open vSwitch and the kernel name so themselves.
TAKEN = re.compile(r"lo|all|default|cloud0|ovs-system|bonding_masters|vnet\d+|brvx-\d+|\.{1,2}")
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.IGNORECASE)
FORWARD_DELAYS = range(2, 31)  # seconds, where spanning tree runs (kernel: BR_MIN_FORWARD_DELAY)
MTUS = range(68, 65536)
RIGHT_NAME = "use at most 15 characters without spaces, / and :, and no name that the agent or the kernel uses"


def link_findings(layout: Layout) -> t.Iterator[Finding]:
    """All contradictions that need no look at the host."""
    yield from _names(layout)
    yield from _masters(layout)
    for device in layout.devices:
        yield from _mtu(layout, device)
        if device.mac and not MAC.fullmatch(device.mac):
            yield of(
                device,
                "bad_mac",
                "mac",
                device.mac,
                "is not a MAC address",
                "use six pairs of hexadecimal digits, such as 52:54:00:12:34:56",
            )
        elif device.mac and int(device.mac[:2], 16) & 1:
            yield of(
                device,
                "bad_mac",
                "mac",
                device.mac,
                "is a multicast address",
                "use an even first pair, such as 52:54:00:12:34:56",
            )
    yield from _vlans(layout)
    for bond in layout.bonds:
        yield from (ovs_bond_findings(layout, bond) if bond.openvswitch else bond_findings(layout, bond))
    yield from _vxlans(layout)
    for bridge in layout.bridges:
        yield from (ovs_bridge_findings(layout, bridge) if bridge.openvswitch else _bridge(layout, bridge))


def _names(layout: Layout) -> t.Iterator[Finding]:
    count = Counter(device.name for device in layout.devices)
    for device in layout.devices:
        loopback = device.name == "lo" and isinstance(device, Nic) and not device.implied
        if loopback:
            yield from _loopback(layout, device)
        elif not LINK_NAME.match(device.name) or TAKEN.fullmatch(device.name):
            yield of(device, "bad_name", "name", device.name, "cannot be the name of an interface", RIGHT_NAME)
        if count[device.name] > 1:
            yield of(device, "declared_twice", "name", device.name, "is declared more than once", "use one declaration")
    for device in layout.devices:
        if _above(layout, device.name, device.name, frozenset()):
            yield of(
                device,
                "circle",
                "name",
                device.name,
                "is part of a loop of interfaces",
                "base each interface on a network card",
            )


def _loopback(layout: Layout, device: Device) -> t.Iterator[Finding]:
    """lo carries addresses of the host as a whole, such as that of a VXLAN's end; nothing else of it is set."""
    held = device.address
    more = {"mtu": device.mtu, "mac": device.mac, "gateway": held.gateway, "gateway6": held.gateway6}
    lists = {"routes": [route.to for route in held.routes], "dns": held.dns, "search": held.search}
    for key, value in {**more, **{key: " ".join(one) for key, one in lists.items()}}.items():
        if value:
            yield of(
                device,
                "not_on_loopback",
                key,
                str(value),
                "cannot be set on the loopback interface",
                "set only addresses",
            )
    if held.method == "dhcp":
        yield of(
            device,
            "not_on_loopback",
            "method",
            "dhcp",
            "cannot be used on the loopback interface",
            "set addresses, or use method: keep or none",
        )
    if any(device.name in other.lower for other in layout.devices):
        yield of(
            device,
            "not_on_loopback",
            "name",
            "lo",
            "other interfaces cannot use the loopback interface",
            "use a network card",
        )


def _above(layout: Layout, name: str, target: str, seen: frozenset[str]) -> bool:
    """Whether ``target`` is among what ``name`` lies on."""
    device = layout.named(name)
    if device is None or name in seen:
        return False
    return target in device.lower or any(_above(layout, lower, target, seen | {name}) for lower in device.lower)


def _masters(layout: Layout) -> t.Iterator[Finding]:
    held: dict[str, Device] = {}
    for master in layout.devices:
        for name, count in Counter(master.ports).items():
            port = layout.named(name)
            if count > 1:
                yield of(master, "port_twice", "interfaces", name, "is listed twice", "list each port once")
            if name in held:
                message = f"{name} is already a port of {held[name].name}"
                yield of(
                    master, "two_masters", "interfaces", name, message, "use each interface in one bridge or bond only"
                )
            held.setdefault(name, master)
            if port is not None and port.address.method != "none":
                message = f"is a port of {master.name}, so it cannot have addresses"
                remedy = f"set the addresses on {master.name}"
                yield of(port, "address_on_port", "method", port.address.method, message, remedy)
    for vlan in layout.vlans:
        bond = held.get(vlan.link)
        if isinstance(bond, Bond):
            message = f"{vlan.link} is a port of {bond.name}, so the VLAN receives no frames"
            yield of(vlan, "vlan_under_bond", "link", vlan.link, message, f"use link: {bond.name}")


def _mtu(layout: Layout, device: Device) -> t.Iterator[Finding]:
    if device.mtu is None or device.implied:
        return
    if device.mtu not in MTUS:
        yield of(device, "bad_mtu", "mtu", device.mtu, "is not a valid MTU", f"use {MTUS[0]} to {MTUS[-1]} bytes")
    extra = overhead(device) if isinstance(device, Vxlan) else 0
    for below in _declared_below(layout, device, frozenset()):
        if below.mtu is None:
            continue
        if device.mtu + extra > below.mtu:
            message = f"{below.name} has an MTU of {below.mtu}" + (f", less {extra} for VXLAN" if extra else "")
            remedy = f"use at most {below.mtu - extra}, or a larger MTU on {below.name}"
            yield of(device, "mtu_too_large", "mtu", device.mtu, message, remedy)
        elif isinstance(device, Bond) and device.mtu != below.mtu:
            message = f"the bond sets its MTU on its ports, but {below.name} is declared with {below.mtu}"
            yield of(device, "mtu_differs", "mtu", device.mtu, message, "use the same MTU, or omit the port's MTU")


def _declared_below(layout: Layout, device: Device, above: frozenset[str]) -> t.Iterator[Device]:
    """What an interface lies on, past what is only implied: an operator knows nothing of that."""
    for name in device.lower:
        below = layout.named(name)
        if below is not None and below.implied and name not in above:
            yield from _declared_below(layout, below, above | {device.name})
        elif below is not None:
            yield below


def _vlans(layout: Layout) -> t.Iterator[Finding]:
    seen: dict[tuple[str, int], str] = {}
    for vlan in layout.vlans:
        if not 0 < vlan.id < HIGHEST:
            yield of(vlan, "bad_vlan", "id", vlan.id, "is not a valid VLAN", RIGHT_VLAN)
        if not vlan.link:
            yield of(
                vlan,
                "missing",
                "link",
                "",
                "the interface below the VLAN is not set",
                "set link, or use a name such as eth0.7",
            )
        other = seen.setdefault((vlan.link, vlan.id), vlan.name)
        if other != vlan.name:
            yield of(
                vlan,
                "vlan_twice",
                "id",
                vlan.id,
                f"{other} is also VLAN {vlan.id} on {vlan.link}",
                "remove one of the two",
            )
        link = layout.named(vlan.link)
        if isinstance(link, Bridge) and link.openvswitch:
            message = f"{link.name} is a bridge of Open vSwitch, which needs no VLAN interface"
            remedy = f"use a bridge with parent: {link.name} and vlan: {vlan.id}"
            yield of(vlan, "vlan_on_openvswitch", "link", vlan.link, message, remedy)


def _vxlans(layout: Layout) -> t.Iterator[Finding]:
    seen: dict[tuple[int, int], str] = {}
    for vxlan in layout.vxlans:
        if not 0 < vxlan.vni <= HIGHEST_VNI:
            yield of(vxlan, "bad_vni", "vni", vxlan.vni, "is not a VXLAN network identifier", f"use 1 to {HIGHEST_VNI}")
        other = seen.setdefault((vxlan.vni, vxlan.port), vxlan.name)
        if other != vxlan.name:
            yield of(vxlan, "vni_twice", "vni", vxlan.vni, f"{other} uses it on the same port", "remove one of the two")
        if vxlan.port not in range(1, 65536):
            yield of(vxlan, "bad_port", "port", vxlan.port, "is not a UDP port", "use 1 to 65535; CloudStack uses 8472")
        if vxlan.group and vxlan.peers:
            message = "group and peers are mutually exclusive"
            yield of(vxlan, "group_and_peers", "peers", list(vxlan.peers), message, "use either group or peers")
        if not vxlan.group and not vxlan.peers:
            message = "the destination of broadcast frames is not set"
            yield of(vxlan, "missing", "group", "", message, "set group to a multicast group, or set peers")
        if vxlan.group and not vxlan.device:
            yield of(
                vxlan,
                "missing",
                "device",
                "",
                "group requires the interface that joins it",
                "set device, such as cloudbr1",
            )
        yield from _vxlan_addresses(layout, vxlan)


def _vxlan_addresses(layout: Layout, vxlan: Vxlan) -> t.Iterator[Finding]:
    for key, value in (("group", vxlan.group), ("local", vxlan.local), *(("peers", peer) for peer in vxlan.peers)):
        address = ip(value)
        if not value:
            continue
        if address is None or address.is_multicast != (key == "group"):
            right = "a multicast group such as 239.1.1.1" if key == "group" else "the address of a host"
            yield of(vxlan, "bad_address", key, value, f"is not {right.partition(' such')[0]}", f"use {right}")
    versions = {each.version for each in map(ip, (vxlan.group, vxlan.local, *vxlan.peers)) if each is not None}
    if len(versions) > 1:
        yield of(
            vxlan, "two_families", "local", vxlan.local, "the tunnel has IPv4 and IPv6 addresses", "use one of the two"
        )
    device = layout.named(vxlan.device) if vxlan.device else None
    if device is not None and device.address.method == "none" and not device.implied:
        message = f"{device.name} has no source address for the VXLAN (7.4.3)"
        yield of(vxlan, "device_without_address", "device", vxlan.device, message, f"set an address on {device.name}")
    own = {one.partition("/")[0] for one in (device.address.addresses if device else ())}
    if vxlan.local and own and vxlan.local not in own:
        message = f"{vxlan.device} has the addresses {' '.join(sorted(own))}"
        yield of(vxlan, "local_elsewhere", "local", vxlan.local, message, "use an address of its device")


def _bridge(layout: Layout, bridge: Bridge) -> t.Iterator[Finding]:
    for key, value in (("vlan", bridge.vlan), ("trunks", bridge.trunks)):
        if value not in (None, ()):
            message = "is an option of Open vSwitch bridges only"
            yield of(bridge, "option_of_other_type", key, value, message, "use type: openvswitch, or a VLAN as a port")
    for name in bridge.ports:
        port = layout.named(name)
        if isinstance(port, Bridge):
            yield of(
                bridge,
                "bridge_in_bridge",
                "interfaces",
                name,
                "is a bridge itself",
                "use a network card, bond, VLAN or VXLAN",
            )
    if bridge.stp and bridge.forward_delay not in FORWARD_DELAYS:
        right = f"use {FORWARD_DELAYS[0]} to {FORWARD_DELAYS[-1]} seconds with stp"
        yield of(bridge, "bad_forward_delay", "forward_delay", bridge.forward_delay, "is refused by the kernel", right)
    elif bridge.forward_delay < 0 or bridge.forward_delay > FORWARD_DELAYS[-1]:
        yield of(
            bridge,
            "bad_forward_delay",
            "forward_delay",
            bridge.forward_delay,
            "is not a valid delay",
            "use 0 to 30 seconds",
        )
    elif bridge.stp:
        message = f"each port forwards nothing for {2 * bridge.forward_delay} s after it is activated"
        yield of(bridge, "spanning_tree", "stp", True, message, "use stp: false, unless the cabling has loops", False)
