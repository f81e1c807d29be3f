# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clusters of a vCenter, and the hosts of one."""

from __future__ import annotations

import typing as t

from ..core.hypervisors.model import HypervisorHost, Obstacle
from ..core.vsphere.cluster import ClusterHeld, Examined, NewHost
from ..core.vsphere.model import PortGroup, Vsphere, VsphereHost, VsphereSwitch


class VsphereHosts(t.Protocol):
    """ESXi hosts of one cluster of a vCenter; errors as those of Hypervisor. Hosts are told as ``read`` gave them."""

    def read(self) -> Vsphere:
        """The cluster with all that its requirements are judged by; the round trips do not grow with it."""

    def set_ntp(self, host: VsphereHost, servers: t.Sequence[str]) -> None: ...

    def start_ntp(self, host: VsphereHost) -> None:
        """Now and with the host."""

    def enable_ruleset(self, host: VsphereHost, name: str) -> None: ...

    def set_switch(self, host: VsphereHost, switch: VsphereSwitch, there: bool) -> None:
        """A standard switch as it is to be as a whole, with what is not told of it as it was."""

    def enable_service(self, host: VsphereHost, service: str, device: str) -> None:
        """Of a VMkernel port."""

    def add_iscsi_targets(self, host: VsphereHost, targets: t.Sequence[str]) -> None:
        """With software iSCSI enabled; disks are looked for."""

    def remove_unused_group(self, name: str) -> None:
        """A name of ``Vsphere.unused_groups``."""

    def set_port_group(self, host: VsphereHost, group: PortGroup, there: bool) -> None:
        """``there``: it is there with other values, of which its own policies stay."""

    def obstacles(self, host: HypervisorHost) -> t.Sequence[Obstacle]:
        """This and the next two as in Hypervisor."""

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None: ...

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None: ...

    def close(self) -> None: ...


class VsphereClusters(t.Protocol):
    """One cluster of a vCenter, which may not be there yet."""

    def read(self) -> ClusterHeld: ...

    def examine(self, host: NewHost) -> Examined:
        """A host that the vCenter does not have, as the vCenter reaches it; its password is tried once."""

    def create(self) -> None:
        """At the top of its datacenter, where CloudStack looks for it."""

    def configure(self, ha: t.Optional[bool], drs: t.Optional[str], timeout: float) -> None: ...

    def add(self, host: NewHost, timeout: float) -> None: ...

    def close(self) -> None: ...
