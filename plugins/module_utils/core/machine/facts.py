# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was seen on a KVM host. Everywhere ``None`` means that it could not be seen, never that it is not there."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Identity:
    """fqdn: what ``hostname --fqdn`` says. addresses: what fqdn resolves to. uuid: the machine's own (SMBIOS)."""

    hostname: t.Optional[str] = None
    fqdn: t.Optional[str] = None
    addresses: t.Optional[tuple[str, ...]] = None
    uuid: t.Optional[str] = None


@dataclass(frozen=True)
class Clock:
    """offset: seconds that this clock is away from its sources; seen_at: seconds since 1970."""

    seen_at: float = 0.0
    synchronised: t.Optional[bool] = None
    offset: t.Optional[float] = None


ANY_DEVICE = "*"


def device_like(device: str, pattern: str) -> bool:
    """Whether a pattern of devices is for one. A device may itself be a pattern, for which one as wide is."""
    return device.startswith(pattern[:-1]) if pattern.endswith("*") else device == pattern


@dataclass(frozen=True)
class Forwarding:
    """What firewalls do with packets that they pass on. dropped: chains that drop all that no rule lets through.

    excepted: devices whose packets each of these chains lets through as a whole, ANY_DEVICE for all; "cloudbr*" stands
    for all that begin so.
    """

    dropped: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Machine:
    """distribution: ID of os-release. Sizes in bytes. kvm: whether /dev/kvm is there. cgroup: 1 or 2."""

    architecture: t.Optional[str] = None
    distribution: t.Optional[str] = None
    distribution_version: t.Optional[str] = None
    kernel: t.Optional[str] = None
    cpu_vendor: t.Optional[str] = None
    cpu_model: t.Optional[str] = None
    cpu_count: t.Optional[int] = None
    cpu_flags: t.Optional[tuple[str, ...]] = None
    kvm: t.Optional[bool] = None
    memory: t.Optional[int] = None
    swap: t.Optional[int] = None
    swap_used: t.Optional[int] = None
    huge_pages: t.Optional[int] = None
    cgroup: t.Optional[int] = None
    selinux: t.Optional[str] = None
    apparmor_enforced: t.Optional[tuple[str, ...]] = None
    bridge_netfilter: t.Optional[bool] = None
    forwarding: t.Optional[Forwarding] = None
    igmp_memberships: t.Optional[int] = None


@dataclass(frozen=True)
class FileSystem:
    """Of the file system that a path is on: size and free space in bytes, its inodes (0: it counts none)."""

    path: str
    size: int
    free: int
    inodes: int = 0
    inodes_free: int = 0


@dataclass(frozen=True)
class System:
    """What the machine's system offers and what its package manager knows. disk: bytes of its drives.

    kernels: releases that are installed, the one that the boot loader starts first. reboot_required: the
    distribution says so. updates: packages with pending updates. vxlan, vxlan_tool: the kernel's module, and iproute2
    knows it. openvswitch: its version, "" where it is not installed. openvswitch_built: its kernel module is not the
    kernel's own. bridge_module: the kernel's own bridges are loaded. logs_rotated: logrotate runs every day.
    shared_mounts: where file systems are mounted that several hosts share, without those that libvirt mounts.
    """

    disk: t.Optional[int] = None
    file_systems: t.Optional[tuple[FileSystem, ...]] = None
    logs_rotated: t.Optional[bool] = None
    kernels: t.Optional[tuple[str, ...]] = None
    reboot_required: t.Optional[bool] = None
    updates: t.Optional[tuple[str, ...]] = None
    vxlan: t.Optional[bool] = None
    vxlan_tool: t.Optional[bool] = None
    openvswitch: t.Optional[str] = None
    openvswitch_built: t.Optional[bool] = None
    bridge_module: t.Optional[bool] = None
    shared_mounts: t.Optional[tuple[str, ...]] = None


@dataclass(frozen=True)
class GuestCpu:
    """What agent.properties gives to guests, and what libvirt can give on this host.

    features: as written, "-NAME" for one that guests must not have. models, offered: what the host can provide.
    """

    mode: str = ""
    model: str = ""
    features: tuple[str, ...] = ()
    models: t.Optional[tuple[str, ...]] = None
    offered: t.Optional[tuple[str, ...]] = None


@dataclass(frozen=True)
class Nic:
    """kind: what the kernel calls it ("bridge", "bond", "openvswitch", "tun"), "" for a card. up: has a carrier."""

    name: str
    kind: str = ""
    master: t.Optional[str] = None
    up: bool = True
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listener:
    """One listening TCP socket; program: None where the socket's owner could not be seen."""

    port: int
    address: str = "0.0.0.0"
    program: t.Optional[str] = None


@dataclass(frozen=True)
class Unit:
    """A systemd unit: load "masked", "loaded", "not-found"; active "active", "inactive", …"""

    name: str
    load: str
    active: str


@dataclass(frozen=True)
class Libvirt:
    """installed: a daemon's program is there. args: every active LIBVIRTD_ARGS line as "file: value".

    domains: running ones. settings: of libvirtd.conf, as written. reachable: its system socket answers.
    """

    installed: t.Optional[bool] = None
    reachable: t.Optional[bool] = None
    error: str = ""
    libvirt_version: t.Optional[str] = None
    qemu_version: t.Optional[str] = None
    args: t.Optional[tuple[str, ...]] = None
    sockets: t.Optional[tuple[Unit, ...]] = None
    settings: t.Optional[t.Mapping[str, str]] = None
    domains: t.Optional[tuple[str, ...]] = None


@dataclass(frozen=True)
class Agent:
    """keystores: files of an identity that are there. guid, management: of agent.properties; no secret is read."""

    installed: t.Optional[bool] = None
    running: t.Optional[bool] = None
    guid: t.Optional[str] = None
    management: t.Optional[str] = None
    keystores: t.Optional[tuple[str, ...]] = None


@dataclass(frozen=True)
class Access:
    """How the management server comes in. sudo: whether ``user`` runs everything without a prompt.

    sshd: the server's effective settings by lower-case name (``sshd -T``).
    """

    user: str = "root"
    sudo: t.Optional[bool] = None
    sshd: t.Optional[t.Mapping[str, str]] = None


@dataclass(frozen=True)
class Certificate:
    """not_before, not_after: seconds since 1970."""

    path: str
    not_before: float
    not_after: float
    subject: str = ""


@dataclass(frozen=True)
class Probe:
    """A TCP connection that was tried. purpose: "management", "storage", "site" or "peer".

    error: "" where it succeeded.
    """

    purpose: str
    address: str
    port: int
    error: str = ""


@dataclass(frozen=True)
class Mount:
    """A trial mount of secondary storage, undone at once."""

    url: str
    error: str = ""


@dataclass(frozen=True)
class HostFacts:
    """Everything that was seen on one host at one moment."""

    name: str
    identity: Identity = field(default_factory=Identity)
    clock: Clock = field(default_factory=Clock)
    machine: Machine = field(default_factory=Machine)
    system: System = field(default_factory=System)
    guest_cpu: GuestCpu = field(default_factory=GuestCpu)
    libvirt: Libvirt = field(default_factory=Libvirt)
    agent: Agent = field(default_factory=Agent)
    access: Access = field(default_factory=Access)
    nics: t.Optional[tuple[Nic, ...]] = None
    listeners: t.Optional[tuple[Listener, ...]] = None
    certificates: t.Optional[tuple[Certificate, ...]] = None
    nfs_client: t.Optional[bool] = None
    aria2: t.Optional[bool] = None
    probes: tuple[Probe, ...] = ()
    mounts: tuple[Mount, ...] = ()


@dataclass(frozen=True)
class Expectations:
    """What the host is to be judged by.

    joined: it is in CloudStack already, so that its identity and CloudStack's VMs belong there. traffic_labels: KVM
    traffic labels of its zone. max_offset: seconds. memory, disk: bytes that it needs at least. days_left: below it a
    certificate counts as expiring. security_groups, vxlan: what the zone uses. updates: whether pending ones count.
    memory_factor: over-provisioning of the cluster. direct_download: hosts fetch templates themselves. programs: those
    of the operator that may listen besides.
    """

    joined: bool = False
    traffic_labels: tuple[str, ...] = ()
    max_offset: float = 0.5
    memory: int = 4 * 1024**3
    disk: int = 36 * 1024**3
    updates: bool = False
    days_left: int = 30
    ssh_port: int = 22
    security_groups: bool = False
    vxlan: bool = False
    vxlan_networks: int = 200
    memory_factor: float = 1.0
    direct_download: bool = False
    programs: tuple[str, ...] = ()
