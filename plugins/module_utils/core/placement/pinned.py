# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a running VM on its host: GPUs, local storage, devices of the host, containers, ISOs, snapshots."""

from __future__ import annotations

import typing as t

from .instances import Instance, Offering

# Hypervisors that migrate no VM with an ISO attached (cs#3027).
TIED_BY_ISO = frozenset(("vmware",))
# Hypervisors that migrate no VM of a user (UserVmManagerImpl.migrateVirtualMachine).
CONTAINERS = frozenset(("lxc",))
SHARED = "migrate its volumes to shared storage"
# host.maintenance.local.storage.strategy of the server (cs#4212) → what helps; only its own drain goes by it.
LOCAL: t.Mapping[str, str] = {
    "Error": f"{SHARED}, or allow it to be stopped (add its name to consent)",
    "ForceStop": f"{SHARED}, or allow it to be stopped, as the server's settings do (add its name to consent)",
    "Migration": (
        "let the server migrate its volumes, as its settings allow (cs_host "
        "allocation_state=maintenance), or allow it to be stopped (add its name to consent)"
    ),
}


def pinned(vm: Instance, offering: t.Optional[Offering]) -> str:
    """The code of what keeps a VM from being moved while it runs; "" when nothing does."""
    if vm.state != "Running":
        return "vm_state"
    if vm.gpu or (offering and offering.gpu):
        return vm.gpu or (offering.gpu if offering else "")
    if vm.kind == "User" and vm.hypervisor.casefold() in CONTAINERS:
        return "container"
    if vm.host_device:
        return "host_device"
    if vm.local:
        return "local_storage"
    if vm.iso and vm.hypervisor.casefold() in TIED_BY_ISO:
        return "iso"
    return "snapshot" if vm.busy else ""


def words(vm: Instance, local_strategy: str) -> dict[str, str]:
    """What is known of this VM beyond the code of what pins it."""
    if vm.kind == "User" and vm.hypervisor.casefold() in CONTAINERS:
        return {"why": f"VM {vm.name} is a container: CloudStack cannot migrate VMs on {vm.hypervisor}"}
    if vm.host_device:
        what = "a device, directory or memory of its host"
        return {"why": f"VM {vm.name} has {what} (details extraconfig-*), which cannot be migrated"}
    if vm.local:
        return {"why": f"VM {vm.name} has a volume on the local storage of its host", "remedy": LOCAL[local_strategy]}
    if vm.iso:
        return {"why": f"VM {vm.name} has the ISO {vm.iso} attached, which {vm.hypervisor} cannot migrate"}
    return {}
