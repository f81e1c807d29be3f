# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real KVM hosts with a planted truth, for the contract of adapters."""

from __future__ import annotations

import os
from pathlib import Path

from counterparts.contract import PASSWORD as WRONG
from counterparts.contract import PlantedGuest, PlantedHost, Truth
from counterparts.libvirt import PASSWORD, USER, Daemon, Libvirt

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.kvm.gateway import open_kvm
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    PAUSED,
    RUNNING,
    HypervisorAccess,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import Hypervisor

MIB = 1024**2
SASL_START = 68  # libvirt, src/remote/remote_protocol.x: a login begins
NOWHERE = "127.0.0.1"  # nobody listens there on the port of libvirt
POOL = "9d1f3c1e-7a51-3f5c-8a87-9b1a7d4f5c10"  # CloudStack names a pool by its id
# A device whose memory other processes share; QEMU will not migrate a guest that has one.
STUCK = "<shmem name='shared'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>"


def host(name: str, address: str) -> Host:
    return Host(id=f"id-of-{name}", name=name, ip_address=address, hypervisor="KVM")


def memory() -> int:
    """Of this machine, on which all hosts are."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("MemTotal")).split()[1]) * 1024


class KvmBed:
    """Implements ``contract.Bed``. Its connections go over Unix sockets that ask for a password, in the clear."""

    def __init__(self, libvirt: Libvirt) -> None:
        self.libvirt = libvirt
        for name in libvirt.daemons:
            libvirt.make_pool(name, POOL)
        one, other = libvirt.daemons
        self.guests = [
            self._plant("i-2-3-VM", one, 1, 32),
            self._plant("i-2-4-VM", one, 2, 48),
            self._plant("s-1-VM", other, 1, 32, power=PAUSED),
            self._plant("i-2-5-VM", other, 1, 32, devices=STUCK),
        ]
        self.stuck = (self.guests[-1], "migration_blocked")

    @property
    def truth(self) -> Truth:
        hosts = (
            PlantedHost(each, self.libvirt.address(each), os.cpu_count() or 0, memory(), {"cloudbr0": None}, (POOL,))
            for each in self.libvirt.daemons
        )
        return Truth(tuple(hosts), tuple(self.guests))

    def open(self) -> Hypervisor:
        return self._open(HypervisorAccess(self.libvirt.sockets, USER, PASSWORD))

    def open_denied(self) -> Hypervisor:
        return self._open(HypervisorAccess(self.libvirt.sockets, USER, WRONG))

    def open_unreachable(self) -> Hypervisor:
        url = "qemu+tcp://{address}/system"
        return open_kvm(HypervisorAccess(url, timeout=10.0), [host(name, NOWHERE) for name in self.libvirt.daemons])

    def logins(self) -> int:
        return self.libvirt.calls(SASL_START)

    def round_trips(self) -> int:
        return self.libvirt.calls()

    def add_guests(self, number: int) -> None:
        names = list(self.libvirt.daemons)
        self.guests += [self._plant(f"i-3-{at}-VM", names[at % 2], 1, 32) for at in range(number)]

    def empty(self, host: str) -> None:
        self.libvirt.stop_guests(host)
        self.guests = [each for each in self.guests if each.host != host]

    def in_maintenance(self, host: str) -> bool:
        return False

    def _plant(
        self, name: str, host: str, cpus: int, mib: int, power: str = RUNNING, devices: str = ""
    ) -> PlantedGuest:
        self.libvirt.start_guest(host, name, cpus, mib, devices=devices, paused=power == PAUSED)
        return PlantedGuest(name, host, cpus, mib * MIB, power)

    def _open(self, access: HypervisorAccess) -> Hypervisor:
        return open_kvm(access, [host(name, self.libvirt.address(name)) for name in self.libvirt.daemons])


def two_hosts() -> Libvirt:
    """One secured by certificates, and one that is not."""
    return Libvirt(Daemon("kvm1", 1, secured=True), Daemon("kvm2", 2))
