# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capabilities of hypervisors on the wire (T7:336-350)."""

from __future__ import annotations

from ...core.zone.hypervisor_capabilities import KIND, HypervisorCapability
from .records import Record, Tell, Wire, unheard
from .resources import Resource


def capability(wire: Wire, tell: Tell = unheard) -> HypervisorCapability:
    read = Record(wire, KIND, tell)
    return HypervisorCapability(
        id=read.id(),
        hypervisor=read.text("hypervisor"),
        version=read.text("hypervisorversion"),
        max_guests=read.whole("maxguestslimit"),
        max_data_volumes=read.whole("maxdatavolumeslimit"),
        max_hosts_per_cluster=read.whole("maxhostspercluster"),
        security_groups=read.flag("securitygroupenabled"),
        storage_motion=read.flag("storagemotionenabled"),
        vm_snapshots=read.flag("vmsnapshotenabled"),
    )


HYPERVISOR_CAPABILITIES: Resource[HypervisorCapability] = Resource(
    kind=KIND,
    read=capability,
    list="listHypervisorCapabilities",
    list_key="hypervisorCapabilities",
    update="updateHypervisorCapabilities",
    keys=("hypervisorcapabilities",),
    names={
        "max_guests": "maxguestslimit",
        "max_data_volumes": "maxdatavolumeslimit",
        "max_hosts_per_cluster": "maxhostspercluster",
        "security_groups": "securitygroupenabled",
        "storage_motion": "storagemotionenabled",
        "vm_snapshots": "vmsnapshotenabled",
    },
)
