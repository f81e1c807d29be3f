# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contradictions among declared interfaces: names, masters, VLANs, bonds, VXLANs, Open vSwitch, MTUs."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from collections import Counter

from ...vlans.ranges import HIGHEST, HIGHEST_VNI
from ..change.model import LINK_NAME
from .findings import Finding, of
from .model import (
    Bond,
    Bridge,
    Device,
    Layout,
    Nic,
    Vxlan,
    overhead,
)

# What the agent, libvirt, Open vSwitch and the kernel name so themselves.
TAKEN = re.compile(r"lo|all|default|cloud0|ovs-system|bonding_masters|vnet\d+|brvx-\d+|\.{1,2}")
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.IGNORECASE)
LINUX_MODES = (
    "balance-rr",
    "active-backup",
    "balance-xor",
    "broadcast",
    "802.3ad",
    "balance-tlb",
    "balance-alb",
)
OVS_MODES = ("active-backup", "balance-slb", "balance-tcp")
# Modes that read an option (kernel: Documentation/networking/bonding).
HASHING = ("balance-xor", "802.3ad", "balance-tlb")
WITH_PRIMARY = ("active-backup", "balance-tlb", "balance-alb")
# They send guests' frames with the bond's own or changing MAC addresses, which no switch behind a bridge can follow.
NOT_UNDER_BRIDGES = ("balance-tlb", "balance-alb")
FORWARD_DELAYS = range(2, 31)  # seconds, where spanning tree runs (kernel: BR_MIN_FORWARD_DELAY)
MTUS = range(68, 65536)
RIGHT_VLAN = f"1 to {HIGHEST - 1}"
RIGHT_NAME = "at most 15 characters without blanks, / and :, and no name that the agent or the kernel uses"


def link_findings(layout: Layout) -> t.Iterator[Finding]:
    """All contradictions that need no look at the host."""
    yield from _names(layout)
    yield from _masters(layout)
    for device in layout.devices:
        yield from _mtu(layout, device)
        if device.mac and not MAC.fullmatch(device.mac):
            yield of(device, "bad_mac", "mac", device.mac, "is no MAC address", "six pairs: 52:54:00:12:34:56")
        elif device.mac and int(device.mac[:2], 16) & 1:
            yield of(device, "bad_mac", "mac", device.mac, "is a group's", "an even first pair: 52:54:00:12:34:56")
    yield from _vlans(layout)
    for bond in layout.bonds:
        yield from (_ovs_bond(layout, bond) if bond.openvswitch else _bond(layout, bond))
    yield from _vxlans(layout)
    for bridge in layout.bridges:
        yield from (_ovs_bridge(layout, bridge) if bridge.openvswitch else _bridge(layout, bridge))


def _names(layout: Layout) -> t.Iterator[Finding]:
    count = Counter(device.name for device in layout.devices)
    for device in layout.devices:
        loopback = device.name == "lo" and isinstance(device, Nic) and not device.implied
        if loopback:
            yield from _loopback(layout, device)
        elif not LINK_NAME.match(device.name) or TAKEN.fullmatch(device.name):
            yield of(device, "bad_name", "name", device.name, "cannot be the name of an interface", RIGHT_NAME)
        if count[device.name] > 1:
            yield of(device, "declared_twice", "name", device.name, "is declared more than once", "one declaration")
    for device in layout.devices:
        if _above(layout, device.name, device.name, frozenset()):
            yield of(device, "circle", "name", device.name, "lies on itself in the end", "interfaces that end on cards")


def _loopback(layout: Layout, device: Device) -> t.Iterator[Finding]:
    """lo carries addresses of the host as a whole, such as that of a VXLAN's end; nothing else of it is set."""
    held = device.address
    more = {"mtu": device.mtu, "mac": device.mac, "gateway": held.gateway, "gateway6": held.gateway6}
    for key, value in {**more, "routes": held.routes, "dns": held.dns, "search": held.search}.items():
        if value:
            yield of(device, "not_on_loopback", key, str(value), "the loopback interface has none", "addresses alone")
    if held.method == "dhcp":
        yield of(device, "not_on_loopback", "method", "dhcp", "nobody answers there", "addresses, keep or none")
    if any(device.name in other.lower for other in layout.devices):
        yield of(device, "not_on_loopback", "name", "lo", "nothing can lie on it", "a card")


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
                yield of(master, "port_twice", "interfaces", name, "is named twice", "each port once")
            if name in held:
                message = f"{name} is a port of {held[name].name} already"
                yield of(master, "two_masters", "interfaces", name, message, "one bridge or bond for each interface")
            held.setdefault(name, master)
            if port is not None and port.address.method != "none":
                message = f"is a port of {master.name} and carries nothing of its own"
                remedy = f"the addresses at {master.name}"
                yield of(port, "address_on_port", "method", port.address.method, message, remedy)
    for vlan in layout.vlans:
        bond = held.get(vlan.link)
        if isinstance(bond, Bond):
            message = f"{vlan.link} is a port of {bond.name}, whose frames the VLAN never sees"
            yield of(vlan, "vlan_under_bond", "link", vlan.link, message, f"link: {bond.name}")


def _mtu(layout: Layout, device: Device) -> t.Iterator[Finding]:
    if device.mtu is None or device.implied:
        return
    if device.mtu not in MTUS:
        yield of(device, "bad_mtu", "mtu", device.mtu, "is no MTU", f"{MTUS[0]} to {MTUS[-1]} bytes")
    extra = overhead(device) if isinstance(device, Vxlan) else 0
    for below in _declared_below(layout, device, frozenset()):
        if below.mtu is None:
            continue
        if device.mtu + extra > below.mtu:
            message = f"{below.name} carries {below.mtu} only" + (f", less {extra} for VXLAN" if extra else "")
            remedy = f"at most {below.mtu - extra}, or more for {below.name}"
            yield of(device, "mtu_too_large", "mtu", device.mtu, message, remedy)
        elif isinstance(device, Bond) and device.mtu != below.mtu:
            message = f"the bond gives its ports its own MTU, and {below.name} is declared with {below.mtu}"
            yield of(device, "mtu_differs", "mtu", device.mtu, message, "the same MTU, or none for the port")


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
            yield of(vlan, "bad_vlan", "id", vlan.id, "is no VLAN that a frame can be tagged with", RIGHT_VLAN)
        if not vlan.link:
            yield of(
                vlan, "missing", "link", "", "nothing says which interface is tagged", "link, or a name like eth0.7"
            )
        other = seen.setdefault((vlan.link, vlan.id), vlan.name)
        if other != vlan.name:
            yield of(vlan, "vlan_twice", "id", vlan.id, f"{other} is VLAN {vlan.id} on {vlan.link}", "one of the two")
        link = layout.named(vlan.link)
        if isinstance(link, Bridge) and link.openvswitch:
            message = f"{link.name} is a bridge of Open vSwitch, which tags by itself"
            remedy = f"a bridge with parent: {link.name} and vlan: {vlan.id}"
            yield of(vlan, "vlan_on_openvswitch", "link", vlan.link, message, remedy)


def _bond(layout: Layout, bond: Bond) -> t.Iterator[Finding]:
    if bond.mode not in LINUX_MODES:
        yield of(bond, "bad_mode", "mode", bond.mode, "Linux bonds have no such mode", " ".join(LINUX_MODES))
        return
    yield from _bond_ports(layout, bond)
    lacp = bond.mode == "802.3ad"
    rules: tuple[tuple[str, object, bool, str], ...] = (
        ("lacp_rate", bond.lacp_rate, lacp, "802.3ad"),
        ("min_links", bond.min_links, lacp, "802.3ad"),
        ("hash_policy", bond.hash_policy, bond.mode in HASHING, " ".join(HASHING)),
        ("primary", bond.primary, bond.mode in WITH_PRIMARY, " ".join(WITH_PRIMARY)),
        ("lacp", bond.lacp, False, "none: type: openvswitch has it, a Linux bond speaks LACP by mode: 802.3ad"),
    )
    for key, value, read, right in rules:
        if value not in ("", None) and not read:
            yield of(bond, "option_of_other_mode", key, value, f"mode {bond.mode} does not read it", f"modes: {right}")
    if bond.primary and bond.primary not in bond.ports:
        yield of(bond, "primary_no_port", "primary", bond.primary, "is no port of it", "one of " + " ".join(bond.ports))
    if bond.min_links is not None and not 0 <= bond.min_links <= len(bond.ports):
        message = f"it has {len(bond.ports)} ports"
        yield of(bond, "bad_min_links", "min_links", bond.min_links, message, f"0 to {len(bond.ports)}")
    yield from _link_monitoring(bond)
    master = layout.master(bond.name)
    under = isinstance(master, Bridge) or any(layout.master(v.name) for v in layout.vlans if v.link == bond.name)
    if under and bond.mode in NOT_UNDER_BRIDGES:
        message = "under a bridge it sends guests' frames with MAC addresses that are not theirs"
        yield of(bond, "mode_under_bridge", "mode", bond.mode, message, "active-backup, balance-xor or 802.3ad")
    elif under and bond.mode in ("balance-rr", "broadcast"):
        message = "under a bridge frames come out of order or twice, and back to the bridge"
        yield of(bond, "mode_under_bridge", "mode", bond.mode, message, "active-backup, balance-xor, 802.3ad", False)


def _link_monitoring(bond: Bond) -> t.Iterator[Finding]:
    if bond.miimon < 0 or (bond.miimon == 0 and bond.mode in ("802.3ad", "balance-tlb", "balance-alb")):
        message = "without it a dead link is never noticed"
        yield of(bond, "no_link_monitoring", "miimon", bond.miimon, message, "milliseconds: 100")
    elif bond.miimon == 0:
        message = "without it a dead link is never noticed"
        yield of(bond, "no_link_monitoring", "miimon", 0, message, "milliseconds: 100", False)
    for key, value in (("up_delay", bond.up_delay), ("down_delay", bond.down_delay)):
        if value is not None and (bond.miimon <= 0 or value < 0 or value % bond.miimon):
            message = f"links are looked at every {bond.miimon} ms"
            yield of(bond, "bad_delay", key, value, message, "a multiple of miimon")


def _bond_ports(layout: Layout, bond: Bond) -> t.Iterator[Finding]:
    if not bond.ports:
        yield of(bond, "missing", "interfaces", [], "a bond needs ports", "at least one card")
    elif len(bond.ports) == 1:
        yield of(bond, "single_port", "interfaces", list(bond.ports), "one port can fail", "two cards", False)
    for name in bond.ports:
        port = layout.named(name)
        if port is not None and not isinstance(port, Nic):
            message = f"{name} is declared under {port.section}"
            yield of(bond, "port_no_card", "interfaces", name, message, "cards: VLANs and bridges go on top of a bond")


def _ovs_bond(layout: Layout, bond: Bond) -> t.Iterator[Finding]:
    if bond.mode not in OVS_MODES:
        yield of(bond, "bad_mode", "mode", bond.mode, "Open vSwitch has no such mode", " ".join(OVS_MODES))
    if len(bond.ports) < 2:
        yield of(bond, "missing", "interfaces", list(bond.ports), "Open vSwitch bonds two ports or more", "two cards")
    if bond.mode == "balance-tcp" and bond.lacp not in ("active", "passive"):
        yield of(bond, "lacp_needed", "lacp", bond.lacp, "balance-tcp works by LACP only", "active or passive")
    for key, value in (
        ("hash_policy", bond.hash_policy),
        ("primary", bond.primary),
        ("min_links", bond.min_links),
    ):
        if value not in ("", None):
            yield of(bond, "option_of_other_type", key, value, "only Linux bonds have it", "leave it out")
    if bond.lacp_rate and bond.lacp not in ("active", "passive"):
        yield of(bond, "option_of_other_mode", "lacp_rate", bond.lacp_rate, "without LACP", "lacp: active")
    master = layout.master(bond.name)
    if not (isinstance(master, Bridge) and master.openvswitch):
        message = "only a bridge of Open vSwitch can have it"
        yield of(bond, "bond_without_bridge", "type", bond.type, message, "name it among such a bridge's interfaces")
    if bond.address.method != "none" or any(vlan.link == bond.name for vlan in layout.vlans):
        message = "a bond of Open vSwitch is a port, no interface: it carries neither addresses nor VLANs"
        yield of(bond, "bond_no_interface", "type", bond.type, message, "its bridge, or a fake bridge on that")


def _vxlans(layout: Layout) -> t.Iterator[Finding]:
    seen: dict[tuple[int, int], str] = {}
    for vxlan in layout.vxlans:
        if not 0 < vxlan.vni <= HIGHEST_VNI:
            yield of(vxlan, "bad_vni", "vni", vxlan.vni, "is no VXLAN network identifier", f"1 to {HIGHEST_VNI}")
        other = seen.setdefault((vxlan.vni, vxlan.port), vxlan.name)
        if other != vxlan.name:
            yield of(vxlan, "vni_twice", "vni", vxlan.vni, f"{other} has it on the same port", "one of the two")
        if vxlan.port not in range(1, 65536):
            yield of(vxlan, "bad_port", "port", vxlan.port, "is no UDP port", "1 to 65535; CloudStack's is 8472")
        if vxlan.group and vxlan.peers:
            message = "frames for all go to a multicast group or to each peer"
            yield of(vxlan, "group_and_peers", "peers", list(vxlan.peers), message, "either group or peers")
        if not vxlan.group and not vxlan.peers:
            message = "nothing says where frames for all go"
            yield of(vxlan, "missing", "group", "", message, "a multicast group, or peers")
        if vxlan.group and not vxlan.device:
            yield of(vxlan, "missing", "device", "", "a group is joined on an interface", "device: cloudbr1")
        yield from _vxlan_addresses(layout, vxlan)


def _vxlan_addresses(layout: Layout, vxlan: Vxlan) -> t.Iterator[Finding]:
    for key, value in (("group", vxlan.group), ("local", vxlan.local), *(("peers", peer) for peer in vxlan.peers)):
        address = _ip(value)
        if not value:
            continue
        if address is None or address.is_multicast != (key == "group"):
            right = "a multicast group such as 239.1.1.1" if key == "group" else "the address of a host"
            yield of(vxlan, "bad_address", key, value, f"is not {right.partition(' such')[0]}", right)
    versions = {ip.version for ip in map(_ip, (vxlan.group, vxlan.local, *vxlan.peers)) if ip is not None}
    if len(versions) > 1:
        yield of(vxlan, "two_families", "local", vxlan.local, "IPv4 and IPv6 in one tunnel", "one of the two")
    device = layout.named(vxlan.device) if vxlan.device else None
    if device is not None and device.address.method == "none" and not device.implied:
        message = f"{device.name} carries no address to send from (7.4.3)"
        yield of(vxlan, "device_without_address", "device", vxlan.device, message, f"an address at {device.name}")
    own = {one.partition("/")[0] for one in (device.address.addresses if device else ())}
    if vxlan.local and own and vxlan.local not in own:
        message = f"{vxlan.device} carries {' '.join(sorted(own))}"
        yield of(vxlan, "local_elsewhere", "local", vxlan.local, message, "an address of its device")


def _ip(text: str) -> t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address, None]:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _bridge(layout: Layout, bridge: Bridge) -> t.Iterator[Finding]:
    for key, value in (("vlan", bridge.vlan), ("trunks", bridge.trunks)):
        if value not in (None, ()):
            message = "only bridges of Open vSwitch have it"
            yield of(bridge, "option_of_other_type", key, value, message, "type: openvswitch, or a VLAN as its port")
    for name in bridge.ports:
        port = layout.named(name)
        if isinstance(port, Bridge):
            yield of(bridge, "bridge_in_bridge", "interfaces", name, "is a bridge itself", "a card, bond, VLAN, VXLAN")
    if bridge.stp and bridge.forward_delay not in FORWARD_DELAYS:
        right = f"{FORWARD_DELAYS[0]} to {FORWARD_DELAYS[-1]} seconds with stp"
        yield of(bridge, "bad_forward_delay", "forward_delay", bridge.forward_delay, "the kernel refuses it", right)
    elif bridge.forward_delay < 0 or bridge.forward_delay > FORWARD_DELAYS[-1]:
        yield of(bridge, "bad_forward_delay", "forward_delay", bridge.forward_delay, "is no delay", "0 to 30 seconds")
    elif bridge.stp:
        message = f"each port is silent for {2 * bridge.forward_delay} s after it comes up"
        yield of(bridge, "spanning_tree", "stp", True, message, "stp: false, unless hosts are cabled in a ring", False)


def _ovs_bridge(layout: Layout, bridge: Bridge) -> t.Iterator[Finding]:
    for vlan in bridge.trunks:
        if not 0 < vlan < HIGHEST:
            yield of(bridge, "bad_vlan", "trunks", vlan, "is no VLAN", RIGHT_VLAN)
    for name in bridge.ports:
        port = layout.named(name)
        if isinstance(port, Bridge):
            yield of(bridge, "bridge_in_bridge", "interfaces", name, "is a bridge itself", "a card or a bond")
    if not bridge.fake:
        if bridge.vlan is not None:
            yield of(
                bridge, "missing", "parent", "", "a VLAN makes it a fake bridge", "parent: the bridge it is part of"
            )
        return
    if bridge.vlan is None or not 0 < bridge.vlan < HIGHEST:
        yield of(bridge, "bad_vlan", "vlan", bridge.vlan, "a fake bridge is one VLAN of its parent", RIGHT_VLAN)
    for key, value in (("interfaces", bridge.ports), ("trunks", bridge.trunks), ("mac", bridge.mac)):
        if value:
            message = f"a fake bridge has those of {bridge.parent}"
            yield of(bridge, "fake_bridge", key, value, message, f"at {bridge.parent}")
    yield from _parent(layout, bridge)


def _parent(layout: Layout, bridge: Bridge) -> t.Iterator[Finding]:
    parent = layout.named(bridge.parent)
    if not isinstance(parent, Bridge) or not parent.openvswitch or parent.fake:
        right = "a declared bridge with type: openvswitch that is no fake one"
        yield of(bridge, "bad_parent", "parent", bridge.parent, "cannot have fake bridges", right)
        return
    if parent.trunks and bridge.vlan not in parent.trunks:
        message = f"the ports of {parent.name} do not carry it: trunks are {' '.join(map(str, parent.trunks))}"
        yield of(bridge, "vlan_not_trunked", "vlan", bridge.vlan, message, f"{bridge.vlan} among its trunks too")
    for other in layout.bridges:
        if other.parent == bridge.parent and other.vlan == bridge.vlan and other.name < bridge.name:
            message = f"{other.name} is VLAN {bridge.vlan} of {parent.name}"
            yield of(bridge, "vlan_twice", "vlan", bridge.vlan, message, "one of the two")
