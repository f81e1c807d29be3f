# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a layout that Open vSwitch keeps in its own database: commands that can be repeated.

Source: ovs-vsctl(8); KVM: Configure the network using Open vSwitch. The database outlives a restart.
"""

from __future__ import annotations

from ..change.model import Command
from ..layout.model import Bond, Bridge, Layout

OVS = ("ovs-vsctl", "--timeout=10", "--")


def ovs_packages(layout: Layout) -> tuple[str, ...]:
    return ("openvswitch-switch",) if layout.uses_openvswitch else ()


def ovs_commands(layout: Layout) -> tuple[Command, ...]:
    """Bridges, then their ports, then the fake bridges; each command makes one thing so, whatever there was."""
    bridges = [bridge for bridge in layout.bridges if bridge.openvswitch]
    commands: list[Command] = []
    for bridge in bridges:
        if not bridge.fake:
            commands.append(_bridge(bridge))
            commands += [_port(layout, bridge, name) for name in bridge.ports]
    for bridge in bridges:
        if bridge.fake:
            commands.append((*OVS, "--may-exist", "add-br", bridge.name, bridge.parent, str(bridge.vlan)))
            if bridge.mtu is not None:
                commands.append(_mtu(bridge.name, bridge.mtu))
    return tuple(commands)


def bridge_settings(bridge: Bridge) -> tuple[str, ...]:
    """Arguments of one transaction, after those that make the bridge."""
    words = ["--", "set", "Bridge", bridge.name, f"stp_enable={str(bridge.stp).lower()}"]
    if bridge.stp:
        words.append(f"other_config:stp-forward-delay={bridge.forward_delay}")
    if bridge.mac:
        # Colons separate keys from values unless they are quoted.
        words.append(f'other_config:hwaddr="{bridge.mac}"')
    if bridge.mtu is not None:
        words += ["--", "set", "Interface", bridge.name, f"mtu_request={bridge.mtu}"]
    return tuple(words)


def port_settings(bridge: Bridge, port: str) -> tuple[str, ...]:
    if bridge.trunks:
        return ("--", "set", "Port", port, "trunks=" + ",".join(map(str, sorted(bridge.trunks))))
    return ("--", "clear", "Port", port, "trunks")


def bond_settings(bond: Bond) -> tuple[str, ...]:
    words = [
        "--",
        "set",
        "Port",
        bond.name,
        f"bond_mode={bond.mode}",
        f"lacp={bond.lacp or 'off'}",
        f"other_config:bond-miimon-interval={bond.miimon}",
        "other_config:bond-detect-mode=miimon",
    ]
    if bond.lacp_rate:
        words.append(f"other_config:lacp-time={bond.lacp_rate}")
    if bond.up_delay is not None:
        words.append(f"bond_updelay={bond.up_delay}")
    if bond.down_delay is not None:
        words.append(f"bond_downdelay={bond.down_delay}")
    return tuple(words)


def _bridge(bridge: Bridge) -> Command:
    return (*OVS, "--may-exist", "add-br", bridge.name, *bridge_settings(bridge))


def _mtu(name: str, mtu: int) -> Command:
    return (*OVS, "set", "Interface", name, f"mtu_request={mtu}")


def _port(layout: Layout, bridge: Bridge, name: str) -> Command:
    device = layout.named(name)
    if isinstance(device, Bond) and device.openvswitch:
        made = ("--may-exist", "add-bond", bridge.name, name, *device.ports, *bond_settings(device))
    else:
        made = ("--may-exist", "add-port", bridge.name, name)
    return (*OVS, *made, *port_settings(bridge, name))
