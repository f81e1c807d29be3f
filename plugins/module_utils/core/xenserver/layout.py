# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a XenServer or XCP-ng pool is laid out: hosts, interfaces, networks, storage; and steps that change it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class XenHost:
    """ref: XAPI's reference. dom0: bytes of memory of the control domain. offset: seconds that its clock is ahead of
    the master's, as well as one call tells. running: guests on it. ntp: where it takes time from, "" where unknown.
    backend: "openvswitch" or "bridge". memory: bytes of the machine. dom0_next: dom0 after a restart. multipath: None
    where it was not told. hvm: whether it runs guests by hardware virtualization, None where it was not told.
    """

    ref: str
    uuid: str
    name: str
    address: str = ""
    master: bool = False
    enabled: bool = True
    live: bool = True
    brand: str = ""
    version: str = ""
    api: str = ""
    cpu: str = ""
    patches: tuple[str, ...] = ()
    dom0: t.Optional[int] = None
    offset: t.Optional[float] = None
    ntp: str = ""
    backend: str = ""
    tags: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    memory: t.Optional[int] = None
    dom0_next: t.Optional[int] = None
    ntp_servers: tuple[str, ...] = ()
    multipath: t.Optional[bool] = None
    hvm: t.Optional[bool] = None

    @property
    def release(self) -> tuple[int, ...]:
        """The version in numbers, to compare; () where it is not told."""
        return tuple(int(part) for part in self.version.split(".") if part.isdecimal())


@dataclass(frozen=True)
class XenInterface:
    """A card, a bond or a VLAN of one host. host: the host's ref. network: name of the network that it is in.

    vlan: tag, None for one that carries all. below: device that a VLAN is on. members: devices of a bond.
    member_of: device of the bond that it is in. addressed: it has an IP address of the host. management: the pool and
    CloudStack reach the host by it. address: IPv4 with prefix length ("10.3.0.11/24"), "" for none. kept: XAPI does
    not unplug it. dynamic: the address comes from DHCP.
    """

    ref: str
    host: str
    device: str
    network: str
    vlan: t.Optional[int] = None
    members: tuple[str, ...] = ()
    mode: str = ""
    member_of: str = ""
    addressed: bool = False
    link: bool = True
    management: bool = False
    address: str = ""
    kept: bool = False
    dynamic: bool = False


@dataclass(frozen=True)
class XenConnection:
    """A storage repository on one host. config: what its driver was told, secrets left out."""

    ref: str
    host: str
    plugged: bool
    config: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class XenRepository:
    ref: str
    uuid: str
    name: str
    type: str
    shared: bool
    description: str = ""
    connections: tuple[XenConnection, ...] = ()


@dataclass(frozen=True)
class XenNetwork:
    """used: a guest has it, running or not. hosts: refs of those on which guests with it run."""

    ref: str
    name: str
    used: bool = False
    hosts: tuple[str, ...] = ()
    uuid: str = ""


@dataclass(frozen=True)
class XenDisc:
    """A disc in the drive of a running guest. ref: that of the drive."""

    ref: str
    guest: str


@dataclass(frozen=True)
class XenLayout:
    """networks: names, one for each network, so that a name that two of them have is there twice."""

    hosts: tuple[XenHost, ...]
    interfaces: tuple[XenInterface, ...] = ()
    networks: tuple[str, ...] = ()
    repositories: tuple[XenRepository, ...] = ()
    # Of the pool; None where it was not told. ha_timeout: seconds. ha_guests: VMs that the pool itself restarts.
    ha: t.Optional[bool] = None
    ha_timeout: t.Optional[int] = None
    ha_guests: tuple[str, ...] = ()
    guest_networks: tuple[XenNetwork, ...] = ()
    # Dynamic memory control by the license; None where it was not told.
    dmc: t.Optional[bool] = None

    @property
    def ordered(self) -> tuple[XenHost, ...]:
        """The master first, then by name."""
        return tuple(sorted(self.hosts, key=lambda each: (not each.master, each.name)))

    def card(self, host: XenHost, device: str) -> t.Optional[XenInterface]:
        """The interface of that name that carries all VLANs."""
        for each in self.interfaces:
            if (each.host, each.device, each.vlan) == (host.ref, device, None):
                return each
        return None

    def management_vlan(self, host: XenHost) -> t.Optional[int]:
        """The tag of the VLAN that a host is managed by; None where it is managed without one."""
        tags = [each.vlan for each in self.interfaces if each.host == host.ref and each.management]
        return next((tag for tag in tags if tag is not None), None)


@dataclass(frozen=True)
class Step:
    """One change. what: a word of the adapter's table. text: for people. fields: what the call needs; references are
    of things that are there, networks go by name.
    """

    what: str
    text: str
    fields: t.Mapping[str, t.Any] = field(default_factory=dict, repr=False)
