# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator wants of the hosts of a vSphere cluster, and one thing to set on one of them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .model import PortGroup, SwitchPolicy

NTP_SERVERS, NTP, RULESET, PORT_GROUP = "ntp_servers", "ntp", "firewall_ruleset", "port_group"
VSWITCH, VMKERNEL, ISCSI, UNUSED = "vswitch", "vmkernel", "iscsi", "unused_port_group"
MAINTENANCE = "maintenance"


@dataclass(frozen=True)
class SwitchWanted:
    """A standard switch that is to be there. nics: cards that become uplinks; no uplink is removed."""

    name: str
    ports: t.Optional[int] = None
    mtu: t.Optional[int] = None
    nics: tuple[str, ...] = ()
    policy: SwitchPolicy = field(default_factory=SwitchPolicy)


@dataclass(frozen=True)
class KernelWanted:
    """Services that the VMkernel port of a port group is to be enabled for."""

    port_group: str
    services: tuple[str, ...]


@dataclass(frozen=True)
class VsphereWanted:
    """hosts: names, () for all. Unset (None, ()) means leave alone. ntp_servers: in order. rulesets: to be enabled.

    iscsi_targets: addresses. unused_groups: whether distributed port groups that nothing uses are removed.
    maintenance: vCenter's own mode; timeout: seconds of one host's change of it.
    """

    hosts: tuple[str, ...] = ()
    ntp_servers: t.Optional[tuple[str, ...]] = None
    rulesets: tuple[str, ...] = ()
    switches: tuple[SwitchWanted, ...] = ()
    port_groups: tuple[PortGroup, ...] = ()
    kernel: tuple[KernelWanted, ...] = ()
    iscsi_targets: tuple[str, ...] = ()
    unused_groups: bool = False
    maintenance: t.Optional[bool] = None
    timeout: float = 1800.0


@dataclass(frozen=True)
class VsphereChange:
    """One thing to set on one host. kind: a constant above; held is None where it is not there yet.

    host: "" for what is set on the cluster. target: what a switch is to be as a whole.
    """

    host: str
    kind: str
    name: str
    held: t.Optional[object]
    wanted: object
    target: t.Optional[object] = None
