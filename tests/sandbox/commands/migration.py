"""findHostsForMigration, migrateVirtualMachine (T2:39, T2:50-51, T4:45, T4:57)."""

from __future__ import annotations

import asyncio
from typing import Any

from ..errors import failed, invalid
from ..paging import answer, keyword
from ..registry import Body, Call, Work, command
from ..rules import life, placement
from ..world import World
from ..world.hosts import Host
from ..world.vms import USER, Vm
from . import host_views
from .vms import ADMIN, view


@command("findHostsForMigration", f"{ADMIN.replace('.vm', '.host')}")
def find_hosts_for_migration(call: Call) -> Body:
    """The other hosts of the VM's cluster, and whether each takes it (T2:39, T4:45, T4:57)."""
    world, vm = call.world, call["virtualmachineid"]
    source = world.hosts.get(vm.host_id)
    if source is None:
        raise invalid(f"Unable to migrate VM {life.describe(vm)}: it is not running")
    others = [h for h in world.hosts.select(cluster_id=source.cluster_id) if h.id != source.id]

    def one(host: Host) -> Body:
        fit = placement.takes(world, host, vm)
        return {"requiresStorageMotion": False, **host_views.view(world, host), "suitableformigration": fit}

    return answer(call, "host", keyword(call, others), one)


def check_target(world: World, vm: Vm, target: Host) -> None:
    """ApiError for a destination that does not do (T2:51; the other texts are not recorded)."""
    if vm.state != "Running":
        raise invalid(f"VM is not Running, cannot migrate the vm {life.describe(vm)}")
    if target.id == vm.host_id:
        raise invalid(
            "Cannot migrate VM, VM is already present on this host, please specify valid destination host to "
            "migrate the VM"
        )
    source = world.hosts[vm.host_id or 0]
    if target.hypervisor != vm.hypervisor or target.cluster_id != source.cluster_id:
        raise invalid(f"Cannot migrate VM, host {target.name} is not in the cluster of {source.name}")
    if target.state != "Up" or target.resource_state != "Enabled":
        raise invalid(
            f"Cannot migrate VM, destination host is not in correct state, has status: {target.state}, state: "
            f"{target.resource_state}"
        )
    if not placement.has_tags(target, vm.tags):
        raise invalid(f"Cannot deploy VM, destination host: {target.name} is not compatible for the VM")
    if placement.is_full(world, target):
        raise failed(
            f"Destination host: {target.name} already has max Running VMs(count includes system VMs), cannot migrate "
            "to this host"
        )


def moving(call: Call, vm: Vm, key: str, render: Any) -> Work:
    """A migration to the host asked for, or to one of the cluster that the planner draws; it takes `migration`."""
    world = call.world

    async def run() -> Body:
        target = call.get("hostid")
        if vm.kind == USER and vm.hypervisor == "LXC":
            raise invalid("Unsupported Hypervisor Type for User VM migration, we support XenServer/VMware/KVM only")
        if target is None:
            if vm.state != "Running":
                raise invalid(f"VM is not Running, cannot migrate the vm {life.describe(vm)}")
            cluster = world.hosts[vm.host_id or 0].cluster_id
            target = placement.choose(world, vm, list(world.hosts.select(cluster_id=cluster)), (vm.host_id or 0,))
            if target is None and key == "systemvm":
                # T6:179.
                raise failed(f"Unable to find suitable destination to migrate VM {vm.name}")
            if target is None:
                raise life.no_room(f"Unable to find a destination for migrating {life.describe(vm)}")
        check_target(world, vm, target)
        source = life.begin_move(world, vm, target)
        try:
            await world.pause("migration")
        except asyncio.CancelledError:
            # The server went away; the hypervisors finish what they began.
            world.later("migration", lambda: life.end_move(world, vm, source, target))
            raise
        life.end_move(world, vm, source, target)
        return {key: render(world, vm)}

    return Work(run, instance=("VirtualMachine" if key == "virtualmachine" else "SystemVm", vm.uuid))


@command("migrateVirtualMachine", f"{ADMIN}.MigrateVMCmd")
def migrate_virtual_machine(call: Call) -> Work:
    """T2:50-51. Checks capacity and tags, not affinity; a VM that cannot go stays where it is (FIELD_FACTS)."""
    return moving(call, call["virtualmachineid"], "virtualmachine", view)
