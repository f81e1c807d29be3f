"""CloudStack's own drain of a host, with its collisions (FIELD_FACTS "CloudStack's own drain, measured"; T2:40-44).

Every VM draws its destination at the same moment from the same picture of the cluster; whoever comes to a host that the
others have filled meanwhile fails and stays. One round only: a drain that leaves VMs behind ends in error.
"""

from __future__ import annotations

from ..errors import ApiError
from ..world import World
from ..world.hosts import Host
from ..world.vms import Vm
from . import host_states, life, log, placement


def _destinations(world: World, host: Host, vms: list[Vm]) -> list[tuple[Vm, Host]]:
    """Each VM's draw among the other hosts of the cluster, all before anything moves."""
    others = [h for h in world.hosts.select(cluster_id=host.cluster_id) if h.id != host.id]
    drawn = [(vm, placement.choose(world, vm, others, avoid=(host.id,))) for vm in vms]
    return [(vm, target) for vm, target in drawn if target is not None]


def _running(world: World, host: Host) -> list[Vm]:
    return [vm for vm in world.vms.select(host_id=host.id) if vm.state == "Running"]


def begin(world: World, host: Host) -> None:
    """Start all migrations of a host that is PrepareForMaintenance; the end comes by itself after `migration`."""
    moving = []
    for vm, target in _destinations(world, host, _running(world, host)):
        try:
            life.begin_move(world, vm, target)
        except ApiError:
            # The collision: another VM of this drain took the room first.
            continue
        moving.append((vm, target))
    world.later("migration", lambda: _finish(world, host, moving))


def _finish(world: World, host: Host, moving: list[tuple[Vm, Host]]) -> None:
    for vm, target in moving:
        life.end_move(world, vm, host, target)
    # Cancelled or deleted meanwhile: the migrations still end, the host's state is its own again.
    if host in world.hosts and host.resource_state == host_states.PREPARING:
        left = world.vms.select(host_id=host.id)
        if host.incoming or any(vm.state == "Migrating" for vm in left):
            # Begun before this drain: the host is not judged before they have arrived or left.
            world.later("migration", lambda: _finish(world, host, []))
            return
        host_states.move(world, host, "UnableToMigrate" if left else "InternalEnterMaintenance")
        log.drained(world, host, len(left))
