# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layout as stanzas of ifupdown and ifupdown2.

Source: interfaces(5), bridge-utils-interfaces(5), README.Debian of ifenslave, vlan and openvswitch-switch.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ..change.model import NetworkFile
from ..files.own import OWN, WRITTEN
from ..layout.findings import Finding, of
from ..layout.model import (
    Addressing,
    Bond,
    Bridge,
    Device,
    Layout,
    Rule,
    Vlan,
    Vxlan,
)
from .common import Rendered, heading
from .openvswitch import bond_settings, bridge_settings, ovs_packages, port_settings

MAIN = "/etc/network/interfaces"
PATH = f"/etc/network/interfaces.d/{OWN}"
LOOPBACK = f"lo:{OWN}"
Options = list[tuple[str, str]]


def render(layout: Layout) -> Rendered:
    return _rendered(layout, _loopback)


def render2(layout: Layout) -> Rendered:
    """For ifupdown2, which merges stanzas of one interface."""
    return _rendered(layout, _loopback2)


def _rendered(layout: Layout, loopback: t.Callable[[Device], str]) -> Rendered:
    stanzas = [loopback(one) if one.name == "lo" else _stanza(layout, one) for one in _in_order(layout)]
    packages = (
        *(("bridge-utils",) if any(not bridge.openvswitch for bridge in layout.bridges) else ()),
        *(("ifenslave",) if any(not bond.openvswitch for bond in layout.bonds) else ()),
        *ovs_packages(layout),
        *(("vlan",) if layout.vlans else ()),
    )
    file = NetworkFile(PATH, heading(layout) + "\n" + "\n".join(stanzas))
    return Rendered((file,), (), packages)


def main_file() -> NetworkFile:
    """The file that names the others, where nothing but what is declared shall be there."""
    text = "\nauto lo\niface lo inet loopback\n\nsource /etc/network/interfaces.d/*\n"
    return NetworkFile(MAIN, WRITTEN + text)


def limits_of_ifupdown2(layout: Layout) -> t.Iterator[Finding]:
    """ifupdown2 reads no stanzas of Open vSwitch as Debian ships it."""
    for device in layout.devices:
        if isinstance(device, (Bond, Bridge)) and device.openvswitch:
            message = "ifupdown2 does not support Open vSwitch"
            yield of(device, "not_in_backend", "type", device.type, message, "use backend: ifupdown or type: linux")


def _in_order(layout: Layout) -> list[Device]:
    """What lies under an interface before it: ifup goes from top to bottom."""
    done: list[Device] = []

    def take(device: Device, above: frozenset[str]) -> None:
        for name in device.lower:
            below = layout.named(name)
            if below is not None and name not in above:
                take(below, above | {device.name})
        if device not in done:
            done.append(device)

    for device in layout.devices:
        take(device, frozenset())
    return done


def _stanza(layout: Layout, device: Device) -> str:
    options = [*_common(device), *_own(layout, device)]
    parts = _addresses(device, options)
    bridge = _ovs_bridge_of(layout, device)
    # A port of Open vSwitch comes up with its bridge, by the class of that name.
    texts = [f"allow-{bridge.name} {device.name}" if bridge else f"auto {device.name}"]
    for family, method, lines in parts:
        texts.append(f"iface {device.name} {family} {method}")
        texts += [f"    {key} {value}" for key, value in lines]
    return "\n".join(texts) + "\n"


def _loopback(device: Device) -> str:
    """Beside the host's own stanza: taking lo itself down would end what runs on it."""
    lines = [f"auto {LOOPBACK}", f"iface {LOOPBACK} inet manual"]
    for address in device.address.addresses:
        lines.append(f"    up ip address replace {address} dev lo")
        lines.append(f"    down ip address delete {address} dev lo || true")
    return "\n".join(lines) + "\n"


def _loopback2(device: Device) -> str:
    return (
        "\n".join(["auto lo", "iface lo inet loopback", *(f"    address {one}" for one in device.address.addresses)])
        + "\n"
    )


def _common(device: Device) -> Options:
    options: Options = []
    if device.mac and not isinstance(device, Bond) and not (isinstance(device, Bridge) and device.openvswitch):
        options.append(("hwaddress", device.mac))
    if device.mtu is not None and not (isinstance(device, (Bond, Bridge)) and device.openvswitch):
        # Leases have no option of that name.
        dhcp = device.address.method == "dhcp"
        options.append(("up", f"ip link set dev {device.name} mtu {device.mtu}") if dhcp else ("mtu", str(device.mtu)))
    return options


def _ovs_bridge_of(layout: Layout, device: Device) -> t.Optional[Bridge]:
    master = layout.master(device.name)
    return master if isinstance(master, Bridge) and master.openvswitch else None


def _own(layout: Layout, device: Device) -> Options:
    if isinstance(device, Vlan):
        return [("vlan-raw-device", device.link), ("vlan-id", str(device.id))]
    if isinstance(device, Vxlan):
        return _vxlan(device)
    bridge = _ovs_bridge_of(layout, device)
    port: Options = []
    if bridge:
        kind = "OVSBond" if isinstance(device, Bond) and device.openvswitch else "OVSPort"
        port = [("ovs_type", kind), ("ovs_bridge", bridge.name)]
    if isinstance(device, Bond):
        return port + _bond(device, bridge)
    if isinstance(device, Bridge):
        return _ovs_bridge(device) if device.openvswitch else _bridge(device)
    return port + ([("ovs_extra", _extra(port_settings(bridge, device.name)))] if bridge else [])


def _extra(words: tuple[str, ...]) -> str:
    """Further ovs-vsctl commands; the script puts the first "--" itself and lets a shell read the rest once."""
    return " ".join(word.replace('"', '\\"') for word in words[1:])


def _bond(bond: Bond, bridge: t.Optional[Bridge]) -> Options:
    if bond.openvswitch:
        extra = bond_settings(bond) + (port_settings(bridge, bond.name) if bridge else ())
        return [("ovs_bonds", " ".join(bond.ports)), ("ovs_extra", _extra(extra))]
    options: list[tuple[str, object]] = [
        ("bond-slaves", " ".join(bond.ports)),
        ("bond-mode", bond.mode),
        ("bond-miimon", bond.miimon),
        ("bond-lacp-rate", bond.lacp_rate or None),
        ("bond-xmit-hash-policy", bond.hash_policy or None),
        ("bond-primary", bond.primary or None),
        ("bond-updelay", bond.up_delay),
        ("bond-downdelay", bond.down_delay),
        ("bond-min-links", bond.min_links),
    ]
    own: Options = [(key, str(value)) for key, value in options if value is not None]
    if bond.mac:
        # hwaddress acts when the ports are up, which drivers without a live change of it refuse. Made here with the
        # address, the bond gives it to ports while they are down.
        made = f"ip link add {bond.name} address {bond.mac} type bond"
        own.insert(0, ("pre-up", f"test -e /sys/class/net/{bond.name} || {made}"))
    # ifenslave takes ports down first, and brings up only those that are not its already.
    own += [("up", f"ip link set dev {port} up") for port in bond.ports]
    return own + ([("ovs_type", "OVSPort"), ("ovs_bridge", bridge.name)] if bridge else [])


def _bridge(bridge: Bridge) -> Options:
    return [
        ("bridge_ports", " ".join(bridge.ports) or "none"),
        ("bridge_stp", "on" if bridge.stp else "off"),
        ("bridge_fd", str(bridge.forward_delay)),
        ("bridge_maxwait", "0"),
    ]


def _ovs_bridge(bridge: Bridge) -> Options:
    options: Options = [("ovs_type", "OVSBridge")]
    if bridge.fake:
        options.append(("ovs_options", f"{bridge.parent} {bridge.vlan}"))
        if bridge.mtu is not None:
            options.append(("ovs_extra", f"set Interface {bridge.name} mtu_request={bridge.mtu}"))
        return options
    if bridge.ports:
        options.append(("ovs_ports", " ".join(bridge.ports)))
    return [*options, ("ovs_extra", _extra(bridge_settings(bridge)))]


def _vxlan(vxlan: Vxlan) -> Options:
    words = ["ip link add", vxlan.name, "type vxlan id", str(vxlan.vni), "dstport", str(vxlan.port)]
    for key, value in (("group", vxlan.group), ("local", vxlan.local), ("dev", vxlan.device), ("ttl", vxlan.ttl)):
        if value:
            words += [key, str(value)]
    made = f"test -e /sys/class/net/{vxlan.name} || {' '.join(words)}"
    options = [("pre-up", made)]
    for peer in vxlan.peers:
        options.append(("up", f"bridge fdb replace 00:00:00:00:00:00 dev {vxlan.name} dst {peer} self"))
    return [*options, ("post-down", f"ip link delete {vxlan.name} || true")]


def _addresses(device: Device, options: Options) -> list[tuple[str, str, Options]]:
    """One stanza an address; the first one makes the interface, too."""
    held = device.address
    parts: list[tuple[str, str, Options]] = []
    if held.method == "dhcp":
        metric = [] if held.lease.metric in (None, 0) else [("metric", str(held.lease.metric))]
        parts.append(("inet", "dhcp", [*options, *metric, *_names(held)]))
    # ifenslave and bridge-utils act at every stanza that names their options: only the first one does.
    for address in sorted(held.addresses, key=lambda text: ":" in text):
        network = ipaddress.ip_interface(address).network
        family = "inet6" if network.version == 6 else "inet"
        lines: Options = [] if parts else list(options)
        if family == "inet6" and held.lease.ra and not any(part[0] == family for part in parts):
            lines += _advertised(held)
        lines.append(("address", address))
        gateway = held.gateway6 if network.version == 6 else held.gateway
        first = not any(key == "gateway" for part in parts if part[0] == family for key, _value in part[2])
        if gateway and first and _reaches(network, gateway, held):
            lines.append(("gateway", gateway))
        if not parts:
            lines += _names(held)
        parts.append((family, "static", lines))
    if not parts:
        parts.append(("inet", "manual", options))
    if (held.lease.ra or held.lease.dhcp6) and not any(part[0] == "inet6" for part in parts):
        # The kernel takes a token only where it hears routers.
        heard = ("pre-up", f"echo 2 > /proc/sys/net/ipv6/conf/{device.name}/accept_ra")
        token = [heard, ("pre-up", f"ip token set {held.lease.token} dev {device.name}")] if held.lease.token else []
        parts.append(("inet6", "auto", [("accept_ra", "2"), *([("dhcp", "1")] if held.lease.dhcp6 else []), *token]))
    for gateway in (held.gateway, held.gateway6):
        # That of a lease is the server's to tell: one that was set beside it has no address to stand with.
        if gateway and not any(("gateway", gateway) in lines for _family, _method, lines in parts):
            family = "-6 " if ":" in gateway else ""
            parts[-1][2].append(("up", f"ip {family}route replace default via {gateway} dev {device.name}"))
    parts[-1][2].extend(_routes(device))
    return parts


def _advertised(held: Addressing) -> Options:
    """Routers are heard beside addresses that are written down; forwarding between interfaces does not end that."""
    made = any(":" in address for address in held.lease.expected)
    return [("accept_ra", "2"), ("autoconf", "1" if made else "0")]


def _reaches(network: t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network], gateway: str, held: Addressing) -> bool:
    """Whether a gateway belongs to this address; one that is in no subnet belongs to the first of its family."""
    router = ipaddress.ip_address(gateway)
    own = [ipaddress.ip_interface(address).network for address in held.addresses]
    return router in network or not any(router in one for one in own)


def _names(held: Addressing) -> Options:
    options: Options = []
    if held.dns:
        options.append(("dns-nameservers", " ".join(held.dns)))
    if held.search:
        options.append(("dns-search", " ".join(held.search)))
    return options


def _routes(device: Device) -> Options:
    options: Options = []
    for route in device.address.routes:
        words = [f"ip {'-6 ' if ':' in route.to else ''}route replace", route.to]
        words += ["via", route.via] if route.via else []
        words += ["dev", device.name]
        words += ["metric", str(route.metric)] if route.metric is not None else []
        words += ["table", route.table] if route.table else []
        words += ["src", route.source] if route.source else []
        words += ["onlink"] if route.via and device.address.on_link(route.via) else []
        options.append(("up", " ".join(words)))
    for rule in device.address.rules:
        told = _rule(rule)
        # A rule is there twice when it is added twice, and outlives its interface.
        options.append(("up", f"ip {told.replace(' rule ', ' rule delete ', 1)} 2>/dev/null || true"))
        options.append(("up", f"ip {told.replace(' rule ', ' rule add ', 1)}"))
        options.append(("down", f"ip {told.replace(' rule ', ' rule delete ', 1)} || true"))
    return options


def _rule(rule: Rule) -> str:
    words = ["-6" if rule.version == 6 else "-4", "rule"]
    words += ["priority", str(rule.priority)] if rule.priority is not None else []
    for key, value in (("from", rule.source), ("to", rule.to), ("fwmark", rule.mark), ("table", rule.table)):
        words += [key, value] if value else []
    return " ".join(words)
