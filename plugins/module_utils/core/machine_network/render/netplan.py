# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layout as one file of netplan.

Source: netplan-yaml(5) of netplan 0.106. JSON strings are YAML strings, so that every text is quoted the same way.
"""

from __future__ import annotations

import json
import typing as t

from ..change.model import NetworkFile
from ..files.own import OWN
from ..layout.findings import Finding, of
from ..layout.model import (
    Addressing,
    Bond,
    Bridge,
    Device,
    Layout,
    Nic,
    Route,
    Rule,
    Vlan,
    Vxlan,
)
from .common import Rendered, heading
from .openvswitch import ovs_commands, ovs_packages

PATH = f"/etc/netplan/90-{OWN}.yaml"
Tree = dict[str, t.Any]


def render(layout: Layout, renderer: str = "") -> Rendered:
    """renderer: what hands the definitions on, where that is not the usual one."""
    kinds = ("ethernets", "bonds", "vlans", "tunnels", "bridges")
    network: Tree = {"version": 2, **({"renderer": renderer} if renderer else {}), **{kind: {} for kind in kinds}}
    for device in layout.devices:
        if isinstance(device, Bond) and device.openvswitch:
            continue
        network[_kind(device)][device.name] = _definition(device)
    tree = {"network": {key: value for key, value in network.items() if value != {}}}
    # 0600: netplan warns of files that others can read, for there may be keys in them.
    file = NetworkFile(PATH, heading(layout) + "".join(_lines(tree)), 0o600)
    return Rendered((file,), ovs_commands(layout), ovs_packages(layout))


def limits(layout: Layout) -> t.Iterator[Finding]:
    """What netplan has no words for."""
    for vxlan in layout.vxlans:
        if len(vxlan.peers) > 1:
            message = "netplan supports only one remote host for each VXLAN"
            yield of(vxlan, "not_in_backend", "peers", list(vxlan.peers), message, "use a group, or backend: networkd")
    for device in layout.devices:
        for rule in device.address.rules:
            if not rule.table.isdecimal() or "/" in rule.mark or not (rule.source or rule.to):
                message = f"netplan does not support the rule {rule.priority} into table {rule.table}"
                yield of(device, "not_in_backend", "method", "keep", message, "use backend: networkd, or omit the rule")


def _kind(device: Device) -> str:
    if isinstance(device, Bond):
        return "bonds"
    if isinstance(device, Vlan):
        return "vlans"
    if isinstance(device, Vxlan):
        return "tunnels"
    if isinstance(device, Bridge) and not device.openvswitch:
        return "bridges"
    return "ethernets"  # a bridge of Open vSwitch too: it is there without netplan, which gives it addresses only


def _definition(device: Device) -> Tree:
    if device.name == "lo":
        return {"match": {"name": "lo"}, "addresses": list(device.address.addresses)}
    lease = device.address.lease
    tree: Tree = {"dhcp4": device.address.method == "dhcp", "dhcp6": lease.dhcp6, "accept-ra": lease.ra}
    if isinstance(device, Nic) and device.named_by:
        tree.update({"match": {"macaddress": device.named_by}, "set-name": device.name})
    if isinstance(device, (Bond, Bridge)) and not device.openvswitch:
        tree["interfaces"] = list(device.ports)
        if device.mac:
            tree["macaddress"] = device.mac
    if isinstance(device, Nic) and device.mac:
        tree["macaddress"] = device.mac
    if isinstance(device, Bond):
        tree["parameters"] = _bond(device)
    elif isinstance(device, Bridge) and not device.openvswitch:
        tree["parameters"] = {"stp": device.stp, "forward-delay": device.forward_delay}
    elif isinstance(device, Vlan):
        tree.update({"id": device.id, "link": device.link})
        if device.mac:
            tree["macaddress"] = device.mac
    elif isinstance(device, Vxlan):
        tree.update(_vxlan(device))
    if device.mtu is not None:
        tree["mtu"] = device.mtu
    tree.update(_carried(device))
    return tree


def _bond(bond: Bond) -> Tree:
    pairs = {
        "mode": bond.mode,
        "mii-monitor-interval": bond.miimon,
        "lacp-rate": bond.lacp_rate or None,
        "transmit-hash-policy": bond.hash_policy or None,
        "primary": bond.primary or None,
        "up-delay": bond.up_delay,
        "down-delay": bond.down_delay,
        "min-links": bond.min_links,
    }
    return {key: value for key, value in pairs.items() if value is not None}


def _vxlan(vxlan: Vxlan) -> Tree:
    pairs = {
        "mode": "vxlan",
        "id": vxlan.vni,
        "link": vxlan.device or None,
        "local": vxlan.local or None,
        "remote": vxlan.group or "".join(vxlan.peers[:1]),
        "port": vxlan.port,
        "mac-learning": True,
        "ttl": vxlan.ttl,
    }
    return {key: value for key, value in pairs.items() if value is not None}


def _carried(device: Device) -> Tree:
    held = device.address
    tree: Tree = {}
    if held.method == "none":
        tree.update({"link-local": [], "optional": True})
    if held.method == "dhcp":
        # A lease goes with the MAC address, which the bridge shares with its card.
        tree["dhcp-identifier"] = "mac"
        told = {"route-metric": held.lease.metric, "use-routes": None if held.lease.routes else False}
        overrides = {key: value for key, value in told.items() if value is not None}
        if overrides:
            tree["dhcp4-overrides"] = overrides
    if held.lease.token:
        tree["ipv6-address-token"] = held.lease.token
    if held.addresses:
        tree["addresses"] = list(held.addresses)
    routes: list[Tree] = []
    for to, via in (("0.0.0.0/0", held.gateway), ("::/0", held.gateway6)):
        routes += [_route(held, Route(to, via))] if via else []
    routes += [_route(held, route) for route in held.routes]
    if routes:
        tree["routes"] = routes
    if held.rules:
        tree["routing-policy"] = [_rule(rule) for rule in held.rules]
    names = {"addresses": list(held.dns), "search": list(held.search)}
    if held.dns or held.search:
        tree["nameservers"] = {key: value for key, value in names.items() if value}
    return tree


def _route(held: Addressing, route: Route) -> Tree:
    tree: Tree = {"to": route.to, **({"via": route.via} if route.via else {"scope": "link"})}
    tree.update({"on-link": True} if route.via and held.on_link(route.via) else {})
    tree.update({} if route.metric is None else {"metric": route.metric})
    tree.update({"table": int(route.table)} if route.table.isdecimal() else {})
    tree.update({"from": route.source} if route.source else {})
    return tree


def _rule(rule: Rule) -> Tree:
    pairs = {"from": rule.source, "to": rule.to, "table": int(rule.table), "priority": rule.priority}
    mark = {"mark": int(rule.mark, 0)} if rule.mark else {}
    return {**{key: value for key, value in pairs.items() if value not in ("", None)}, **mark}


def _lines(tree: Tree, indent: int = 0) -> t.Iterator[str]:
    """The tree as YAML, a mapping in a block, a list of plain values in one line."""
    space = "  " * indent
    for key, value in tree.items():
        name = key if key.replace("-", "").replace("_", "").isalnum() and not key.isdecimal() else json.dumps(key)
        if isinstance(value, dict) and value:
            yield f"{space}{name}:\n"
            yield from _lines(value, indent + 1)
        elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
            yield f"{space}{name}:\n"
            for each in value:
                yield f"{space}  - {json.dumps(each)}\n"
        else:
            yield f"{space}{name}: {json.dumps(value)}\n"
