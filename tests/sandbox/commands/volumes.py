"""Root volumes, one for each VM (T7:183-195); and internal load balancers, of which there are none."""

from __future__ import annotations

import asyncio

from ..errors import failed, invalid
from ..paging import answer
from ..registry import Body, Call, Work, command
from ..rules import capacity, volumes
from ..world import World
from ..world.hypervisor_capabilities import DEFAULT
from ..world.settings import setting
from ..world.storage import StoragePool
from ..world.vms import CONSOLE_PROXY, STORAGE_VM, USER, Vm
from .guest_networks import account_view, in_project

USERS = "org.apache.cloudstack.api.command.user.volume"


def view(world: World, vm: Vm) -> Body:
    """`World.volume_marks` says what is special: a volume on the host's own disk, or one with something under way."""
    mark, pool, zone = world.volume_marks.get(vm.id, ""), volumes.pool_of(world, vm), world.zones[vm.zone_id]
    template, offering = world.templates[vm.template_id], world.service_offerings[vm.offering_id]
    body: Body = {
        "id": volumes.volume_id(vm),
        "name": f"ROOT-{vm.id}",
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "type": "ROOT",
        "deviceid": 0,
        "virtualmachineid": vm.uuid,
        "templateid": template.uuid,
        "templatename": template.name,
        "templatedisplaytext": template.display_text or template.name,
        "vmname": vm.name,
        "vmdisplayname": vm.display_name or vm.name,
        "vmstate": vm.state,
        "vmtype": vm.kind,
        "provisioningtype": "thin",
        "size": template.size,
        "created": vm.created,
        "state": "Ready" if mark in ("", "local") else mark,
        **account_view(world, vm.account_id),
        "storagetype": "local" if mark == "local" else "shared",
        "hypervisor": vm.hypervisor,
        "destroyed": False,
        # The number of its row, not its id (T7:183).
        "serviceofferingid": str(offering.id),
        "serviceofferingname": offering.name,
        "serviceofferingdisplaytext": offering.display_text,
        "isextractable": False,
        "displayvolume": True,
        "path": volumes.path(vm),
        "quiescevm": False,
        "supportsstoragesnapshot": False,
        "deleteprotection": False,
        "tags": [],
        "hasannotations": False,
    }
    if vm.host_id is not None:
        body.update(diskkbsread=0, diskkbswrite=0, diskioread=0, diskiowrite=0)
    if pool is not None:
        body.update(storage=pool.name, storageid=pool.uuid)
        cluster, pod = world.clusters.get(pool.cluster_id), world.pods.get(pool.pod_id)
        body.update({"clusterid": cluster.uuid, "clustername": cluster.name} if cluster else {})
        body.update({"podid": pod.uuid, "podname": pod.name} if pod else {})
    return body


def _passes(call: Call, vm: Vm) -> bool:
    world = call.world
    if vm.state in ("Destroyed", "Expunging") or not (call.get("listsystemvms") or vm.kind == USER):
        return False
    if vm.kind in (CONSOLE_PROXY, STORAGE_VM) and not call.get("listall"):
        # They are the system's own, not the caller's (T7:187).
        return False
    if call.get("type", "ROOT").upper() != "ROOT" or call.get("name", f"ROOT-{vm.id}") != f"ROOT-{vm.id}":
        return False
    if call.get("state") and world.volume_marks.get(vm.id, "Ready") not in (call["state"], "local"):
        return False
    pool = volumes.pool_of(world, vm) if call.get("storageid") else None
    return not call.get("storageid") or (pool is not None and pool.uuid == call["storageid"])


@command("listVolumes", USERS, id="volumes", ids="volumes")
def list_volumes(call: Call) -> Body:
    world, wanted = call.world, call.get("virtualmachineid")
    place = {"zone_id": call["zoneid"].id} if "zoneid" in call else {}
    rows = [wanted] if wanted is not None else world.vms.select(**place)
    for name in ("id", "ids"):
        if name in call:
            chosen = call[name] if name == "ids" else [call[name]]
            rows = [vm for vm in rows if vm in chosen]
    cluster = call.get("clusterid")
    # A volume is in the cluster of its pool, so that no cluster has one that is on a pool of the zone; the host asked
    # for is not looked at (source: QueryManagerImpl).
    inside = {pool.id for pool in world.storage_pools.select(cluster_id=cluster.id)} if cluster is not None else None
    rows = [
        vm
        for vm in rows
        if _passes(call, vm) and (inside is None or getattr(volumes.pool_of(world, vm), "id", None) in inside)
    ]
    return answer(call, "volume", rows, lambda vm: view(world, vm))


@command("findStoragePoolsForMigration", "org.apache.cloudstack.api.command.admin.storage", id="volumes")
def find_storage_pools_for_migration(_call: Call) -> Body:
    """None, though there is another pool in the cluster (T7:188)."""
    return {}


def _motion(world: World, vm: Vm) -> bool:
    """By the row of the host's hypervisor and version; of KVM and the simulator a root volume never moves live."""
    host = world.hosts.get(vm.host_id)
    if host is None or host.hypervisor in ("KVM", "Simulator"):
        return False
    rows = {row.version: row for row in world.hypervisor_capabilities.select(name=host.hypervisor)}
    row = rows.get(host.hypervisor_version or "") or rows.get(DEFAULT)
    return row is not None and row.motion


def _check_live(call: Call, vm: Vm) -> None:
    if not _motion(call.world, vm):
        raise invalid("Volume needs to be detached from VM")
    if not call.get("livemigrate"):
        raise invalid(
            f"The volume {volumes.volume_id(vm)} is attached to a vm and for migrating it the parameter livemigrate "
            "should be specified"
        )


def _check_pool(world: World, vm: Vm, pool: StoragePool) -> None:
    """Texts of 4.22's VolumeApiServiceImpl; only the first two refusals of the command are recorded."""
    if pool.state in ("Maintenance", "PrepareForMaintenance"):
        raise invalid(
            f"Cannot migrate volume {volumes.volume_id(vm)} to the destination storage pool {pool.name} as the storage "
            "pool is in maintenance mode."
        )
    capacity.recalculate_all(world)
    factor = capacity.pool_factor(world, pool)
    most = float(setting(world, "pool.storage.allocated.capacity.disablethreshold", "StoragePool", pool.id))
    if pool.allocated + world.templates[vm.template_id].size > pool.capacity * factor * most:
        raise failed(f"Storage pool {pool.name} does not have enough space to migrate volume {volumes.volume_id(vm)}")
    wanted = {tag for tag in world.service_offerings[vm.offering_id].storage_tags.split(",") if tag}
    if not wanted <= set(pool.tags):
        raise invalid(
            f"Migration target pool [{pool.name}, tags:{','.join(pool.tags)}] has no matching tags for volume "
            f"[ROOT-{vm.id}, uuid:{volumes.volume_id(vm)}, tags:{','.join(sorted(wanted))}]"
        )
    host = world.hosts.get(vm.host_id)
    if host is not None and pool.cluster_id not in (None, host.cluster_id):
        raise invalid("Cannot migrate a volume of a virtual machine to a storage pool in a different cluster")


@command("migrateVolume", f"{USERS}.MigrateVolumeCmdByAdmin", volumeid="volumes", newdiskofferingid="nothing")
def migrate_volume(call: Call) -> Work:
    """Of a stopped VM, or of a running one where the hypervisor moves storage: it keeps its id (T7:189-195)."""
    world, vm, pool = call.world, call["volumeid"], call["storageid"]
    uuid = volumes.volume_id(vm)

    async def run() -> Body:
        if volumes.pool_of(world, vm) is pool:
            known = f'"id":{vm.id},"instanceId":{vm.id},"name":"ROOT-{vm.id}"'
            what = f'Volume {{{known},"uuid":"{uuid}","volumeType":"ROOT"}}'
            raise invalid(f"Volume {what} is already on the destination storage pool")
        if vm.state != "Stopped":
            _check_live(call, vm)
        if vm.id in world.vm_snapshots:
            raise invalid(
                "Volume cannot be migrated, please remove all VM snapshots for VM to which this volume is attached"
            )
        _check_pool(world, vm, pool)

        def end() -> None:
            world.volume_marks.pop(vm.id, None)
            volumes.put(vm, pool)

        world.volume_marks[vm.id] = "Migrating"
        try:
            await world.pause("volume migration")
        except asyncio.CancelledError:
            # The server went away; the copy goes on.
            world.later("volume migration", end)
            raise
        end()
        return {"volume": view(world, vm)}

    return Work(run, instance=("Volume", uuid))


@command(
    "listVMSnapshot",
    "org.apache.cloudstack.api.command.user.vmsnapshot",
    vmsnapshotid="nothing",
    virtualmachineid="vms",
)
def list_vm_snapshots(call: Call) -> Body:
    """`World.vm_snapshots`: ids of VMs that have one."""
    rows = [vm for vm in call.world.vms if vm.id in call.world.vm_snapshots and in_project(call, vm.account_id)]
    return answer(call, "vmSnapshot", rows, lambda vm: {"id": volumes.path(vm), "virtualmachineid": vm.uuid})


@command("listInternalLoadBalancerVMs", "org.apache.cloudstack.api.command.admin.internallb", id="nothing")
def list_internal_load_balancer_vms(call: Call) -> Body:
    return {}
