# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU sockets of each hypervisor, by which licences are counted."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.sockets import Sockets, sockets_of


def test_sockets_are_counted_by_hypervisor_and_hosts_that_do_not_tell_are_named() -> None:
    fleet = [
        Host("1", "kvm2", hypervisor="KVM", cpu_sockets=2),
        Host("2", "esx1", hypervisor="VMware", cpu_sockets=4),
        Host("3", "kvm9", hypervisor="KVM"),
        Host("4", "kvm1", hypervisor="KVM", cpu_sockets=1),
        Host("5", "kvm8", hypervisor="KVM", cpu_sockets=0),
    ]
    kvm, vmware = sockets_of(fleet)
    assert kvm == Sockets("KVM", hosts=4, sockets=3, not_told=("kvm8", "kvm9"))
    assert vmware == Sockets("VMware", hosts=1, sockets=4)
    assert sockets_of([]) == ()
