"""Primary storage changed, taken out of use and back, deleted (T7:198-245, T7:282-291)."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import failed, invalid, refused
from ..registry import Body, Call, Work, command
from ..rules import life, system_vms, volumes
from ..world import World
from ..world.storage import StoragePool
from ..world.vms import USER
from .storage import JAVA, details_of, tags_of, view

MAINTENANCE, PREPARING, FAILED = "Maintenance", "PrepareForMaintenance", "ErrorInMaintenance"


def _describe(pool: StoragePool) -> str:
    return f'StoragePool {{"id":{pool.id},"name":"{pool.name}","poolType":"{pool.type}","uuid":"{pool.uuid}"}}'


@command("updateStoragePool", JAVA, id="storage_pools")
def update_storage_pool(call: Call) -> Body:
    """A name in use and a capacity below what is used are taken; a url is kept beside the place (T7:198-205)."""
    world, pool = call.world, call["id"]
    if "enabled" in call:
        _switch(pool, call["enabled"])
    if "tags" in call.raw:
        pool.tags = tags_of(call.get("tags", ""))
    if "istagarule" in call:
        pool.tag_rule = call["istagarule"]
    if call.get("url"):
        pool.details["url"] = call["url"]
    if "capacitybytes" in call:
        pool.capacity = call["capacitybytes"]
        pool.details["capacityBytes"] = str(pool.capacity)
    if "capacityiops" in call:
        pool.iops = call["capacityiops"]
        pool.details["capacityIops"] = str(pool.iops)
    pool.details.update(details_of(call))
    world.storage_pools.update(pool, name=call.get("name") or pool.name)
    return {"storagepool": {**view(world, pool), "details": dict(pool.details)}}


def _switch(pool: StoragePool, enabled: bool) -> None:
    """Each way only once (T7:206, T7:237)."""
    wanted, now = ("Up", "Disabled") if enabled else ("Disabled", "Up")
    if pool.state != now:
        what = "enabled" if enabled else "disabled"
        raise invalid(f"Primary storage {_describe(pool)} cannot be {what}. Storage pool state : {pool.state}")
    pool.state = wanted


def _work(call: Call, pool: StoragePool, act: Callable[[World, StoragePool], None]) -> Work:
    def run() -> Body:
        act(call.world, pool)
        return {"storagepool": {**view(call.world, pool), "details": dict(pool.details)}}

    return Work(run, instance=("StoragePool", pool.uuid))


def _empty(world: World, pool: StoragePool) -> None:
    """VMs of users stop, HA or not; system VMs and routers run on another pool at the end (T7:225-232).

    One that does not stop ends it in ErrorInMaintenance (source: StoragePoolAutomationImpl.maintain).
    """
    if pool.state not in ("Up", FAILED, PREPARING):
        raise invalid(f"Primary storage {_describe(pool)} is not ready for migration, as the status is:{pool.state}")
    pool.state = PREPARING
    for vm in volumes.on(world, pool):
        if vm.state != "Running":
            continue
        if vm.id in pool.stuck:
            pool.state = FAILED
            raise failed(f"Failed to prepare primary storage {_describe(pool)} for maintenance")
        pool.stopped.add(vm.id)
        if vm.kind == USER:
            life.stop(world, vm)
            continue
        host = world.hosts.get(vm.host_id)
        system_vms.stop(world, vm)
        if volumes.usable(world, vm, host) is not None:
            system_vms.start(world, vm)
    pool.state = MAINTENANCE


def _return(world: World, pool: StoragePool) -> None:
    """What maintenance has stopped starts again, HA or not (T7:239-244).

    The pool is Up before the first start; a VM that does not start ends the job, and the rest stays down (source:
    StoragePoolAutomationImpl.cancelMaintain).
    """
    if pool.state in ("Up", PREPARING, "Disabled"):
        raise failed(
            f"Resource [StoragePool:{pool.id}] is unreachable: Primary storage {_describe(pool)} is not ready to "
            f"complete migration, as the status is:{pool.state}"
        )
    pool.state = "Up"
    for vm in [vm for vm in world.vms if vm.id in pool.stopped and vm.state == "Stopped"]:
        if vm.id in pool.stuck:
            raise failed(f"Failed to start VM {life.describe(vm)} after the maintenance of {_describe(pool)}")
        if vm.kind == USER:
            life.try_place(world, vm)
        else:
            system_vms.start(world, vm)
    pool.stopped.clear()


@command("enableStorageMaintenance", JAVA, envelope="prepareprimarystorageformaintenance", id="storage_pools")
def enable_storage_maintenance(call: Call) -> Work:
    """The pool prepares for it while the VMs stop."""
    pool, ready = call["id"], call["id"].state in ("Up", FAILED)

    def act(world: World, seen: StoragePool) -> None:
        if seen.state == PREPARING and not ready:
            raise invalid(f"Primary storage {_describe(seen)} is not ready for migration, as the status is:{PREPARING}")
        _empty(world, seen)

    if ready:
        pool.state = PREPARING
    return _work(call, pool, act)


@command("cancelStorageMaintenance", JAVA, envelope="cancelprimarystoragemaintenance", id="storage_pools")
def cancel_storage_maintenance(call: Call) -> Work:
    return _work(call, call["id"], _return)


@command("changeStoragePoolScope", JAVA, id="storage_pools")
def change_storage_pool_scope(call: Call) -> Work:
    """Of a disabled pool only (T7:211-218)."""
    world, pool, scope = call.world, call["id"], call["scope"].upper()

    def run() -> Body:
        if scope not in ("ZONE", "CLUSTER"):
            raise invalid(f"Invalid scope {call['scope']}for Primary storage")
        if pool.state != "Disabled":
            raise invalid(
                f"Scope of the Primary storage with id {pool.uuid} cannot be changed, as it is not in the Disabled "
                "state"
            )
        if pool.scope == scope:
            raise invalid("New scope must be different than the current scope")
        if scope == "CLUSTER" and "clusterid" not in call:
            raise invalid("Cluster ID not provided")
        cluster = call["clusterid"] if scope == "CLUSTER" else None
        pool.scope, pool.pod_id = scope, None if cluster is None else cluster.pod_id
        world.storage_pools.update(pool, cluster_id=None if cluster is None else cluster.id)
        return {"success": True}

    return Work(run, instance=("StoragePool", pool.uuid))


@command("deleteStoragePool", JAVA, id="storage_pools")
def delete_storage_pool(call: Call) -> Body:
    """Forced or not: only in maintenance, and not while volumes are there (T7:221-222, T7:235-236, T7:282-291)."""
    pool = call["id"]
    if pool.state != MAINTENANCE:
        raise invalid(f"Unable to delete storage due to it is not in Maintenance state, pool: {_describe(pool)}")
    if volumes.on(call.world, pool):
        raise refused(
            f"Cannot delete pool {_describe(pool)} as there are non-destroyed volumes associated to this pool."
        )
    call.world.storage_pools.forget(pool)
    return {"success": True}


@command("listStoragePoolObjects", f"{JAVA}.browser.ListDataStoreObjectsCmd", id="storage_pools")
def list_storage_pool_objects(_call: Call) -> Body:
    """The simulator has none to look at (T7:314)."""
    raise refused("Failed to list datastore objects")
