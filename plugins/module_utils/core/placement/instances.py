# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM of any kind and its service offering, as far as placement needs them."""

from __future__ import annotations

from dataclasses import dataclass

from ..accounting import Amount, Remembered

NOTHING_REMEMBERED = Remembered()


@dataclass(frozen=True)
class Instance:
    """A VM of any kind. kind: User, Router, ConsoleProxy, SecondaryStorageVm or InternalLb. RAM in bytes, speed in MHz.

    own: the factors that it remembers of its last start. pools: of its volumes on shared storage. local, busy:
    whether a volume is on the host's own disk, or has something done to it (a snapshot). owners:
    "account:NAME@DOMAIN-ID" or "project:ID", and "domain:PATH" up to the root. instance_name: what hypervisors call
    it ("i-2-10-VM"). iso: name of the ISO that is attached. config_drive: whether one of its networks gives it a
    config drive. host_device: whether it has a device of its host (details extraconfig-*). hypervisor: of what kind
    it is. alone_for: name of the network or VPC whose only router it is; "" for every other VM. beside: id of the
    network or VPC of a router that has a second one beside it. tags: host tags that its template asks for.
    """

    id: str
    name: str
    kind: str
    state: str
    host_id: str
    offering_id: str = ""
    cpu_number: int = 0
    cpu_speed: int = 0
    ram: int = 0
    own: Remembered = NOTHING_REMEMBERED
    arch: str = ""
    uefi: bool = False
    gpu: str = ""
    ha_enabled: bool = False
    pools: frozenset[str] = frozenset()
    local: bool = False
    busy: bool = False
    owners: frozenset[str] = frozenset()
    instance_name: str = ""
    iso: str = ""
    config_drive: bool = False
    host_device: bool = False
    hypervisor: str = ""
    alone_for: str = ""
    beside: str = ""
    tags: frozenset[str] = frozenset()

    @property
    def demand(self) -> Amount:
        return Amount(self.cpu_number * self.cpu_speed, self.ram)


@dataclass(frozen=True)
class Offering:
    """A service offering, as far as placement needs it. gpu: "", "gpu" or "vgpu".

    implicit: whether its VMs are for hosts of their account alone; strict: for no others.
    """

    id: str
    host_tags: frozenset[str] = frozenset()
    cpu_number: int = 0
    cpu_speed: int = 0
    ram: int = 0
    gpu: str = ""
    implicit: bool = False
    strict: bool = False
