# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What KVM hosts say that only libvirt knows: machines, CPUs, the CPU model that all can give, and what guests need of
them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..model import HypervisorHost

Version = tuple[int, int, int]
CpuAnswer = t.Literal["identical", "superset", "incompatible"]


@dataclass(frozen=True)
class KvmGuest:
    """A running guest and what it needs of a host.

    machine: canonical name ("pc-q35-7.2"). cpu: libvirt's definition as it runs, opaque text, "" for none. cpu_model:
    for people. bridges: names. sources: paths of disks that lie in files. blockers: why QEMU will not migrate it.
    """

    name: str
    arch: str
    virt: str
    machine: str
    emulator: str
    cpu: str = ""
    cpu_model: str = ""
    bridges: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()


@dataclass(frozen=True)
class KvmHost:
    """One host. name: CloudStack's. seen: what any hypervisor tells.

    virt: "kvm", or "qemu" where it has no hardware virtualisation. cpu: definition of the CPU that a guest with
    host-model would have, opaque. machines, emulators: of its architecture. pool_paths: folder of each active pool.
    tls, tcp: whether its ports 16514 and 16509 answered the machine that asks.
    """

    name: str
    seen: HypervisorHost
    arch: str
    virt: str
    libvirt: Version
    qemu: Version
    cpu: str
    cpu_model: str
    machines: frozenset[str]
    emulators: tuple[str, ...]
    tls: bool
    tcp: bool
    pool_paths: tuple[tuple[str, str], ...] = ()
    guests: tuple[KvmGuest, ...] = ()

    @property
    def bridges(self) -> frozenset[str]:
        return frozenset(each.name for each in self.seen.networks)


@dataclass(frozen=True)
class CpuBaseline:
    """A CPU that every host can give. features: those that its model does not have and all hosts do."""

    model: str
    vendor: str
    features: tuple[str, ...]


@dataclass(frozen=True)
class Cpu:
    """What a host is asked about. virt: "kvm" or "qemu", which give different CPUs. definition: libvirt's, opaque."""

    virt: str
    definition: str


@dataclass(frozen=True)
class Comparison:
    """What a host says of a CPU definition. message: its own words where it is incompatible."""

    answer: CpuAnswer
    message: str = ""
