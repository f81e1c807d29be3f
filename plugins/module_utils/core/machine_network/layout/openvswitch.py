# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contradictions in bonds and bridges of Open vSwitch."""

from __future__ import annotations

import typing as t

from ...vlans.ranges import HIGHEST
from .findings import RIGHT_VLAN, Finding, of
from .model import Bond, Bridge, Layout

OVS_MODES = ("active-backup", "balance-slb", "balance-tcp")


def ovs_bond_findings(layout: Layout, bond: Bond) -> t.Iterator[Finding]:
    if bond.mode not in OVS_MODES:
        yield of(
            bond, "bad_mode", "mode", bond.mode, "is not a mode of Open vSwitch bonds", "use " + " or ".join(OVS_MODES)
        )
    if len(bond.ports) < 2:
        yield of(
            bond,
            "missing",
            "interfaces",
            list(bond.ports),
            "a bond of Open vSwitch requires two ports",
            "add network cards",
        )
    if bond.mode == "balance-tcp" and bond.lacp not in ("active", "passive"):
        yield of(bond, "lacp_needed", "lacp", bond.lacp, "mode balance-tcp requires LACP", "use active or passive")
    for key, value in (
        ("hash_policy", bond.hash_policy),
        ("primary", bond.primary),
        ("min_links", bond.min_links),
        ("lacp_partner", None if bond.lacp_partner else False),
    ):
        if value not in ("", None):
            yield of(bond, "option_of_other_type", key, value, "is an option of Linux bonds only", "omit it")
    if bond.lacp_rate and bond.lacp not in ("active", "passive"):
        yield of(
            bond, "option_of_other_mode", "lacp_rate", bond.lacp_rate, "has no effect without LACP", "use lacp: active"
        )
    master = layout.master(bond.name)
    if not (isinstance(master, Bridge) and master.openvswitch):
        message = "a bond of Open vSwitch requires a bridge of Open vSwitch"
        yield of(bond, "bond_without_bridge", "type", bond.type, message, "add it to the interfaces of such a bridge")
    if bond.address.method != "none" or any(vlan.link == bond.name for vlan in layout.vlans):
        message = "a bond of Open vSwitch is a port without addresses and VLANs"
        yield of(
            bond, "bond_no_interface", "type", bond.type, message, "use its bridge, or a fake bridge on that bridge"
        )


def ovs_bridge_findings(layout: Layout, bridge: Bridge) -> t.Iterator[Finding]:
    for vlan in bridge.trunks:
        if not 0 < vlan < HIGHEST:
            yield of(bridge, "bad_vlan", "trunks", vlan, "is not a valid VLAN", RIGHT_VLAN)
    for name in bridge.ports:
        port = layout.named(name)
        if isinstance(port, Bridge):
            yield of(
                bridge, "bridge_in_bridge", "interfaces", name, "is a bridge itself", "use a network card or a bond"
            )
    if not bridge.fake:
        if bridge.vlan is not None:
            yield of(
                bridge,
                "missing",
                "parent",
                "",
                "a bridge with a VLAN is a fake bridge and requires parent",
                "set parent to a bridge of Open vSwitch",
            )
        return
    if bridge.vlan is None or not 0 < bridge.vlan < HIGHEST:
        yield of(bridge, "bad_vlan", "vlan", bridge.vlan, "is not a valid VLAN of a fake bridge", RIGHT_VLAN)
    for key, value in (("interfaces", bridge.ports), ("trunks", bridge.trunks), ("mac", bridge.mac)):
        if value:
            message = f"a fake bridge uses those of {bridge.parent}"
            yield of(bridge, "fake_bridge", key, value, message, f"set it on {bridge.parent}")
    yield from _parent(layout, bridge)


def _parent(layout: Layout, bridge: Bridge) -> t.Iterator[Finding]:
    parent = layout.named(bridge.parent)
    if not isinstance(parent, Bridge) or not parent.openvswitch or parent.fake:
        right = "use a declared bridge with type: openvswitch that is not a fake bridge"
        yield of(bridge, "bad_parent", "parent", bridge.parent, "cannot have fake bridges", right)
        return
    if parent.trunks and bridge.vlan not in parent.trunks:
        message = f"it is not in the trunks of {parent.name}: {' '.join(map(str, parent.trunks))}"
        yield of(bridge, "vlan_not_trunked", "vlan", bridge.vlan, message, f"add {bridge.vlan} to the trunks")
    for other in layout.bridges:
        if other.parent == bridge.parent and other.vlan == bridge.vlan and other.name < bridge.name:
            message = f"{other.name} is also VLAN {bridge.vlan} of {parent.name}"
            yield of(bridge, "vlan_twice", "vlan", bridge.vlan, message, "remove one of the two")
