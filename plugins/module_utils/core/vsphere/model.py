# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vSphere cluster as CloudStack's requirements look at it, and VMware traffic labels.

Source: Hypervisor Installation, "VMware vSphere Installation and Configuration".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..hypervisors.model import HypervisorGuest, HypervisorHost

Range = tuple[int, int]
STANDARD, DISTRIBUTED, NEXUS = "vmwaresvs", "vmwaredvs", "nexusdvs"
# Kinds of switch in a label, with the switch that is meant where the label names none.
SWITCH_KINDS: t.Mapping[str, str] = {STANDARD: "vSwitch0", DISTRIBUTED: "dvSwitch0", NEXUS: "epp0"}
TRAFFIC = ("management", "storage", "public", "guest")
UNTAGGED = "untagged"
# How a switch spreads traffic over its network cards; the switches beyond need a port channel for IP_HASH.
IP_HASH = "loadbalance_ip"
TEAMING = ("loadbalance_srcid", "loadbalance_srcmac", IP_HASH, "failover_explicit")
# From this version on a standard switch gets its ports as they are needed, whatever is configured.
ELASTIC = (5, 5)


@dataclass(frozen=True)
class SwitchPolicy:
    """Teaming and security of a standard switch. None: not told, or to be left alone.

    teaming: a word of TEAMING. active, standby: network cards in the order of failover; any other is not used.
    """

    teaming: t.Optional[str] = None
    active: t.Optional[tuple[str, ...]] = None
    standby: t.Optional[tuple[str, ...]] = None
    promiscuous: t.Optional[bool] = None
    mac_changes: t.Optional[bool] = None
    forged_transmits: t.Optional[bool] = None


@dataclass(frozen=True)
class VsphereSwitch:
    """A switch on one host. kind: STANDARD or DISTRIBUTED. ports: as configured, None for a distributed one."""

    name: str
    kind: str
    ports: t.Optional[int] = None
    mtu: t.Optional[int] = None
    nics: tuple[str, ...] = ()
    policy: SwitchPolicy = SwitchPolicy()


@dataclass(frozen=True)
class KernelAdapter:
    """A VMkernel port. port_group: "" on a distributed switch. services: "management", "vmotion", …

    dynamic: its address comes from DHCP.
    """

    device: str
    port_group: str
    address: str = ""
    services: tuple[str, ...] = ()
    distributed: bool = False
    dynamic: bool = False


@dataclass(frozen=True)
class Ruleset:
    """Of a host's firewall. ports: inbound TCP ranges that it opens."""

    name: str
    enabled: bool
    ports: tuple[Range, ...] = ()


@dataclass(frozen=True)
class IscsiInitiator:
    """A software iSCSI adapter. targets: addresses asked for targets, and static ones."""

    device: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lun:
    """A disk behind several paths or one. local: of the host itself."""

    name: str
    paths: int
    dead: int = 0
    local: bool = False


@dataclass(frozen=True)
class VsphereHost:
    """A host with what its requirements need. hostname: by its own DNS configuration.

    ntp_policy: "on" starts it with the host. incoming_open: the firewall lets in what no ruleset names. iscsi: None
    where software iSCSI is off. hvm: whether the CPU runs guests by hardware virtualization, None where unknown.
    """

    host: HypervisorHost
    hostname: str = ""
    product_line: str = ""
    switches: tuple[VsphereSwitch, ...] = ()
    adapters: tuple[KernelAdapter, ...] = ()
    ntp_servers: tuple[str, ...] = ()
    ntp_running: bool = False
    ntp_policy: str = ""
    rulesets: tuple[Ruleset, ...] = ()
    incoming_open: bool = False
    iscsi: t.Optional[IscsiInitiator] = None
    luns: tuple[Lun, ...] = ()
    hvm: t.Optional[bool] = None

    @property
    def name(self) -> str:
        return self.host.name

    def switch(self, name: str) -> t.Optional[VsphereSwitch]:
        return next((each for each in self.switches if each.name == name), None)

    def port_group(self, name: str) -> t.Optional[PortGroup]:
        """A standard one."""
        for each in self.host.networks:
            if each.name == name and each.kind == "portgroup":
                vlan = each.vlan if each.vlan else (4095 if each.trunk else 0)
                return PortGroup(name, each.switch, vlan)
        return None

    @property
    def release(self) -> tuple[int, ...]:
        """The version in numbers, to compare."""
        return tuple(int(part) for part in self.host.version.split(".") if part.isdecimal())


@dataclass(frozen=True)
class PortGroup:
    """A port group of a standard switch. vlan: 0 for none, 4095 for all."""

    name: str
    switch: str
    vlan: int = 0


@dataclass(frozen=True)
class Vsphere:
    """A cluster whole. folders: between its datacenter and it. drs: its automation, evc: its mode; "" where off.

    others: the other clusters of its datacenter. unused_groups: distributed port groups of CloudStack's guest networks
    that no VM and no host uses.
    foreign_mounts: datastores that hosts outside of the cluster mount, with how many those are.
    lacking: privileges that the user of the connection does not have on the datacenter.
    """

    name: str
    datacenter: str
    hosts: tuple[VsphereHost, ...]
    guests: tuple[HypervisorGuest, ...] = ()
    folders: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    ha: bool = False
    drs: str = ""
    evc: str = ""
    foreign_mounts: tuple[tuple[str, int], ...] = ()
    unused_groups: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
