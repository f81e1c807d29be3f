# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layout as keyfiles of NetworkManager, one connection an interface.

Source: nm-settings-keyfile(5), nm-settings(5) of NetworkManager 1.32 and newer.
"""

from __future__ import annotations

import typing as t
from uuid import UUID, uuid5

from ..change.model import NetworkFile
from ..files.own import OWN
from ..layout.findings import Finding, of
from ..layout.model import (
    Bond,
    Bridge,
    Device,
    Layout,
    Nic,
    Rule,
    Vlan,
    Vxlan,
)
from .common import Rendered, heading, sections

DIRECTORY = "/etc/NetworkManager/system-connections"
# Any fixed one: the same interface always gets the same connection.
NAMESPACE = UUID("7d8f2a0e-5c3b-5d64-9a41-6b1f0c2e9d37")
USUAL_PRIORITY = 32000
PRIORITY = 100  # above connections that others made for the same interface
VLAN_FLAGS = 1  # reorder headers, as the kernel does by default
Pairs = t.Iterable[tuple[str, object]]
TYPES: t.Mapping[type[Device], str] = {
    Nic: "ethernet",
    Bond: "bond",
    Vlan: "vlan",
    Vxlan: "vxlan",
    Bridge: "bridge",
}


def render(layout: Layout) -> Rendered:
    return Rendered(tuple(_file(layout, device) for device in layout.devices))


def limits(layout: Layout) -> t.Iterator[Finding]:
    """What NetworkManager has no settings for, or none that work without further plugins."""
    for vxlan in layout.vxlans:
        if len(vxlan.peers) > 1:
            message = "NetworkManager supports only one remote host for each VXLAN"
            yield of(vxlan, "not_in_backend", "peers", list(vxlan.peers), message, "use a group, or backend: networkd")
    for device in layout.devices:
        if isinstance(device, (Bond, Bridge)) and device.openvswitch:
            message = "NetworkManager does not support fake bridges of Open vSwitch"
            remedy = "use backend: networkd, netplan or ifupdown, or type: linux"
            yield of(device, "not_in_backend", "type", device.type, message, remedy)


def _file(layout: Layout, device: Device) -> NetworkFile:
    name = f"{OWN}-{device.name}"
    master = layout.master(device.name)
    connection: Pairs = [
        ("id", name),
        ("uuid", str(uuid5(NAMESPACE, device.name))),
        ("type", "loopback" if device.name == "lo" else TYPES[type(device)]),
        ("interface-name", device.name),
        ("autoconnect-priority", PRIORITY),
        ("master", master.name if master else None),
        ("slave-type", TYPES[type(master)] if master else None),
        # A master without its ports would be up and lead nowhere.
        ("autoconnect-slaves", 1 if device.ports else None),
    ]
    made = [device.name] if device in layout.virtual else []
    text = sections(
        ("connection", _words(connection)),
        ("ethernet", [("mtu", device.mtu), ("cloned-mac-address", device.mac or None)]),
        *_own(device),
        *([] if master else _addresses(device)),
    )
    return NetworkFile(f"{DIRECTORY}/{name}.nmconnection", heading(layout, made) + "\n" + text, 0o600)


def _words(pairs: Pairs) -> list[tuple[str, object]]:
    """A keyfile's truth values are true and false."""
    return [(key, str(value).lower() if isinstance(value, bool) else value) for key, value in pairs]


def _own(device: Device) -> list[tuple[str, Pairs]]:
    """The section of the interface's own type."""
    if isinstance(device, Bond):
        return [("bond", _bond(device))]
    if isinstance(device, Vlan):
        return [("vlan", [("flags", VLAN_FLAGS), ("id", device.id), ("parent", device.link)])]
    if isinstance(device, Vxlan):
        return [("vxlan", _words(_vxlan(device)))]
    if isinstance(device, Bridge):
        # Without spanning tree it sets no delay at all.
        delay = device.forward_delay if device.stp else None
        return [("bridge", _words([("stp", device.stp), ("forward-delay", delay)]))]
    return []


def _bond(bond: Bond) -> Pairs:
    return [
        ("mode", bond.mode),
        ("miimon", bond.miimon),
        ("lacp_rate", bond.lacp_rate or None),
        ("xmit_hash_policy", bond.hash_policy or None),
        ("primary", bond.primary or None),
        ("updelay", bond.up_delay),
        ("downdelay", bond.down_delay),
        ("min_links", bond.min_links),
    ]


def _vxlan(vxlan: Vxlan) -> Pairs:
    return [
        ("id", vxlan.vni),
        ("parent", vxlan.device or None),
        ("local", vxlan.local or None),
        ("remote", vxlan.group or "".join(vxlan.peers[:1])),
        ("destination-port", vxlan.port),
        ("learning", True),
        ("ttl", vxlan.ttl),
    ]


def _addresses(device: Device) -> list[tuple[str, Pairs]]:
    held, lease = device.address, device.address.lease
    four = _family(device, 4, "auto" if held.method == "dhcp" else None)
    if held.method == "dhcp":
        # A lease goes with the MAC address, which the bridge shares with its card.
        four += [("dhcp-client-id", "mac"), ("route-metric", lease.metric)]
        four += [] if lease.routes else [("never-default", "true"), ("ignore-auto-routes", "true")]
    six = _family(device, 6, "auto" if lease.ra or lease.dhcp6 else None)
    if lease.ra:
        # The host's part of the addresses stays what it is: out of the MAC address, or the one that is told.
        six += [("addr-gen-mode", "eui64"), ("token", lease.token or None)]
    return [("ipv4", four), ("ipv6", six)]


def _family(device: Device, version: int, method: t.Optional[str]) -> list[tuple[str, object]]:
    """One family's settings; what has the other one's mark in it belongs to that."""
    held = device.address
    foreign, gateway = {4: (":", held.gateway), 6: (".", held.gateway6)}[version]
    addresses = [address for address in held.addresses if foreign not in address]
    # lo always has both families.
    none = "auto" if device.name == "lo" else "disabled"
    pairs: list[tuple[str, object]] = [("method", method or ("manual" if addresses else none))]
    pairs += [(f"address{number}", address) for number, address in enumerate(addresses, 1)]
    pairs.append(("gateway", gateway or None))
    routes = [route for route in held.routes if foreign not in route.to]
    for number, route in enumerate(routes, 1):
        metric = "" if route.metric is None else str(route.metric)
        via = route.via or ("::" if foreign == "." else "0.0.0.0") if metric else route.via
        pairs.append((f"route{number}", ",".join(filter(None, (route.to, via, metric)))))
        options = {"table": route.table, "src": route.source}
        options["onlink"] = "true" if route.via and held.on_link(route.via) else ""
        pairs.append(
            (f"route{number}_options", ",".join(f"{key}={told}" for key, told in options.items() if told) or None)
        )
    for number, rule in enumerate((rule for rule in held.rules if rule.version == version), 1):
        pairs.append((f"routing-rule{number}", _rule(rule)))
    if addresses or method:
        servers = [server for server in held.dns if foreign not in server]
        pairs.append(("dns", "".join(f"{server};" for server in servers) or None))
        pairs.append(("dns-search", "".join(f"{domain};" for domain in held.search) or None))
    return pairs


def _rule(rule: Rule) -> str:
    """As ``ip rule`` says it; NetworkManager takes none without a priority."""
    words = ["priority", str(USUAL_PRIORITY if rule.priority is None else rule.priority)]
    for key, value in (("from", rule.source), ("to", rule.to), ("fwmark", rule.mark), ("table", rule.table)):
        words += [key, value] if value else []
    return " ".join(words)
