"""Where a VM's root volume lies (T7:183-244): on a pool that its host reaches."""

from __future__ import annotations

import uuid

from ..world import World
from ..world.hosts import Host
from ..world.storage import StoragePool
from ..world.vms import Vm


def usable(world: World, vm: Vm, host: Host | None, but: StoragePool | None = None) -> StoragePool | None:
    """The first pool that is Up and that the host reaches; those of its cluster come before those of the zone."""
    near = list(world.storage_pools.select(cluster_id=host.cluster_id)) if host is not None else []
    wide = world.storage_pools.select(zone_id=vm.zone_id, cluster_id=None)
    found = [pool for pool in (*near, *wide) if pool.state == "Up" and pool is not but]
    return found[0] if found else None


def pool_of(world: World, vm: Vm) -> StoragePool | None:
    """Chosen when it is first asked for, or at a start."""
    pool = world.storage_pools.get(vm.pool_id)
    if pool is None:
        pool = usable(world, vm, world.hosts.get(vm.host_id or vm.last_host_id))
        vm.pool_id = None if pool is None else pool.id
    return pool


def started(world: World, vm: Vm, host: Host) -> None:
    """A volume on a pool in maintenance is on another one afterwards, with another path (T7:233-234)."""
    pool = world.storage_pools.get(vm.pool_id)
    if pool is None or pool.state in ("Maintenance", "PrepareForMaintenance"):
        put(vm, usable(world, vm, host) or pool)


def put(vm: Vm, pool: StoragePool | None) -> None:
    if pool is not None and pool.id != vm.pool_id:
        vm.volume_moves += vm.pool_id is not None
        vm.pool_id = pool.id


def volume_id(vm: Vm) -> str:
    return str(uuid.uuid5(uuid.UUID(vm.uuid), "root"))


def path(vm: Vm) -> str:
    return str(uuid.uuid5(uuid.UUID(vm.uuid), f"path {vm.volume_moves}"))


def on(world: World, pool: StoragePool) -> list[Vm]:
    gone = ("Destroyed", "Expunging", "Error")
    return [vm for vm in world.vms if vm.state not in gone and pool_of(world, vm) is pool]
