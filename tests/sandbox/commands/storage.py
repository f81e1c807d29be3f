"""Primary storage (T1:47-49, T1:56; life cycle from documents and source where no step is quoted)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..errors import bad_parameter, failed, invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..world import World
from ..world.hosts import Host
from ..world.settings import setting
from ..world.storage import StoragePool

JAVA = "org.apache.cloudstack.api.command.admin.storage"
# URL scheme → pool type as the API writes it.
TYPES = {
    "nfs": "NetworkFilesystem",
    "gluster": "Gluster",
    "rbd": "RBD",
    "sharedmountpoint": "SharedMountPoint",
    "clvm": "CLVM",
    "vmfs": "VMFS",
    "presetup": "PreSetup",
    "iscsi": "IscsiLUN",
}
# Size of every pool that does not say otherwise: 1 TiB, as the simulator's (T1:47).
CAPACITY = 1 << 40

PRIMARY_PROVIDERS = (
    "SolidFire", "StorPool", "Datera", "Flash Array", "PowerFlex", "SolidFireShared", "DefaultPrimary", "Primera",
    "CloudByte", "Linstor",
)  # fmt: skip


def view(world: World, pool: StoragePool, listed: bool = False) -> Body:
    """`listed` adds what only listings carry (T1:47 against T1:56)."""
    zone, pod, cluster = world.zones[pool.zone_id], world.pods.get(pool.pod_id), world.clusters.get(pool.cluster_id)
    body: dict[str, Any] = {"id": pool.uuid, "zoneid": zone.uuid, "zonename": zone.name}
    if pod is not None:
        body.update(podid=pod.uuid, podname=pod.name)
    if cluster is not None:
        body.update(clusterid=cluster.uuid, clustername=cluster.name)
    factor = float(setting(world, "storage.overprovisioning.factor", "StoragePool", pool.id))
    body.update(
        name=pool.name,
        ipaddress=pool.address,
        path=pool.path,
        created=pool.created,
        type=pool.type,
        capacitybytes=pool.capacity,
        disksizetotal=pool.capacity,
        disksizeallocated=pool.allocated,
        disksizeused=pool.used,
        istagarule=pool.tag_rule,
        state=pool.state,
        scope=pool.scope,
        overprovisionfactor=str(factor),
        hypervisor=pool.hypervisor,
        provider=pool.provider,
        managed=pool.managed,
        hasannotations=False,
    )
    if pool.tags:
        body["tags"] = ",".join(pool.tags)
    if listed:
        body.update(storagecapabilities={"VOLUME_SNAPSHOT_QUIESCEVM": "false"}, details=dict(pool.details))
    return body


def _scope(call: Call) -> str:
    """CLUSTER unless said otherwise; ApiError 431 when its place is missing."""
    scope: str = (call.get("scope") or ("CLUSTER" if "clusterid" in call else "ZONE")).upper()
    if scope not in ("CLUSTER", "ZONE", "HOST"):
        raise invalid(f"Invalid scope: {call['scope']}")
    if scope == "CLUSTER" and not ("clusterid" in call and "podid" in call):
        raise invalid("Pod id and cluster id need to be specified together")
    if scope == "ZONE" and not call.get("hypervisor"):
        raise invalid("Missing parameter hypervisor. Hypervisor type is required to create zone wide primary storage.")
    return scope


def details_of(call: Call) -> dict[str, str]:
    """`details[0].key=a&details[0].value=b` and `details[0].a=b` both mean {"a": "b"}."""
    found: dict[str, str] = {}
    for item in call.get("details", []):
        found.update({item["key"]: item.get("value", "")} if "key" in item else item)
    return found


def _provider(call: Call) -> str:
    """An unknown one is taken for the default one (measured)."""
    wanted = call.get("provider")
    return wanted if wanted in PRIMARY_PROVIDERS else "DefaultPrimary"


@command("createStoragePool", JAVA)
def create_storage_pool(call: Call) -> Body:
    """T1:47-49: the same address and path twice in a zone is refused."""
    world, zone, scope = call.world, call["zoneid"], _scope(call)
    url = urlsplit(call["url"])
    kind = TYPES.get(url.scheme.lower())
    if kind is None:
        raise invalid(f"Unsupported url scheme: {url.scheme}" if url.scheme else "Invalid url")
    if not url.hostname or not url.path.strip("/"):
        raise bad_parameter("host or path is null, should be nfs://hostname/path")
    pod, cluster = call.get("podid"), call.get("clusterid")
    # A pool of Ceph is named without a slash (T7:256).
    path = url.path.strip("/") if kind == "RBD" else url.path
    for pool in world.storage_pools.select(zone_id=zone.id):
        if (pool.address, pool.path) == (url.hostname, path):
            where = f"pod (id={pool.pod_id})" if pool.pod_id else f"zone (id={zone.id})"
            raise failed(f"Failed to add data store: Storage pool {path} already in use by another {where}")
    pool = StoragePool(
        world.storage_pools.next_id(), world.new_uuid(), call["name"], zone.id,
        pod.id if pod and scope == "CLUSTER" else None, cluster.id if cluster and scope == "CLUSTER" else None,
        url.hostname, path, kind, scope, call.get("hypervisor") or (cluster.hypervisor if cluster else "Any"),
        _provider(call), call.get("capacitybytes") or CAPACITY, world.now(),
    )  # fmt: skip
    pool.tags = [tag.strip() for tag in call.get("tags", "").split(",") if tag.strip()]
    pool.tag_rule, pool.managed = bool(call.get("istagarule", False)), bool(call.get("managed", False))
    pool.details = details_of(call)
    world.storage_pools.add(pool)
    world.later("statistics", lambda: setattr(pool, "measured", True))
    return {"storagepool": view(world, pool)}


def _reaches(pool: StoragePool, host: Host) -> bool:
    """Whether a host can use a pool by its place."""
    return pool.zone_id == host.zone_id and pool.cluster_id in (None, host.cluster_id)


@command("listStoragePools", JAVA, id="storage_pools")
def list_storage_pools(call: Call) -> Body:
    rows = call.world.storage_pools.select(
        lambda pool: "hostid" not in call or _reaches(pool, call["hostid"]),
        **filters(
            call,
            id="id",
            zoneid="zone_id",
            podid="pod_id",
            clusterid="cluster_id",
            name="name",
            path="path",
            ipaddress="address",
            scope="scope",
            status="state",
        ),
    )
    return answer(call, "storagepool", keyword(call, rows), lambda pool: view(call.world, pool, listed=True))


def _tags(text: str | list[str]) -> list[str]:
    items = text.split(",") if isinstance(text, str) else text
    return [tag.strip() for tag in items if tag.strip()]


@command("updateStoragePool", JAVA, id="storage_pools")
def update_storage_pool(call: Call) -> Body:
    """`enabled` moves between Up and Disabled and is refused in any other state; `tags` replace all (not recorded)."""
    world, pool = call.world, call["id"]
    if call.get("name") and any(other.name == call["name"] for other in world.storage_pools if other is not pool):
        raise invalid(f"Storage pool with name {call['name']} is there already")
    if "enabled" in call:
        _switch(pool, call["enabled"])
    if "tags" in call.raw:
        pool.tags = _tags(call.get("tags", ""))
    if "istagarule" in call:
        pool.tag_rule = call["istagarule"]
    if call.get("url"):
        url = urlsplit(call["url"])
        pool.address, pool.path = url.hostname or pool.address, url.path or pool.path
    if "capacitybytes" in call:
        if call["capacitybytes"] < pool.allocated:
            raise invalid("Cannot reduce the capacity of the storage pool below what its volumes hold")
        pool.capacity = call["capacitybytes"]
    pool.details.update(details_of(call))
    world.storage_pools.update(pool, name=call.get("name") or pool.name)
    return {"storagepool": view(world, pool, listed=True)}


def _switch(pool: StoragePool, enabled: bool) -> None:
    wanted, other = ("Up", "Disabled") if enabled else ("Disabled", "Up")
    if pool.state not in (wanted, other):
        raise invalid(f"Storage pool in state {pool.state} cannot be {'enabled' if enabled else 'disabled'}")
    pool.state = wanted


@command("enableStorageMaintenance", JAVA, id="storage_pools")
def enable_storage_maintenance(call: Call) -> Work:
    """Only an Up or failed pool is taken out of use (source; not recorded)."""
    world, pool = call.world, call["id"]
    if pool.state not in ("Up", "ErrorInMaintenance"):
        raise invalid(f"Primary storage with id {pool.id} is not ready for migration, as the status is:{pool.state}")

    def run() -> Body:
        pool.state = "Maintenance"
        return {"storagepool": view(world, pool, listed=True)}

    pool.state = "PrepareForMaintenance"
    return Work(run, instance=("StoragePool", pool.uuid))


@command("cancelStorageMaintenance", JAVA, id="storage_pools")
def cancel_storage_maintenance(call: Call) -> Work:
    """Not recorded."""
    world, pool = call.world, call["id"]
    if pool.state in ("Up", "PrepareForMaintenance"):
        raise refused(
            f"StoragePool with primary storage id {pool.id} is not ready to complete migration, as the status is:"
            f"{pool.state}"
        )

    def run() -> Body:
        pool.state = "Up"
        return {"storagepool": view(world, pool, listed=True)}

    return Work(run, instance=("StoragePool", pool.uuid))


@command("deleteStoragePool", JAVA, id="storage_pools")
def delete_storage_pool(call: Call) -> Body:
    """Only in maintenance (source; texts not recorded), and without volumes unless forced."""
    pool = call["id"]
    if pool.state not in ("Maintenance", "Disabled", "Initial"):
        raise invalid(f"Unable to delete storage due to it is not in Maintenance state, pool: {pool.id}")
    if pool.allocated and not call.get("forced"):
        raise refused(f"Cannot delete storage pool {pool.name} as there are associated volumes on it")
    call.world.storage_pools.remove(pool)
    return {"success": True}


@command("syncStoragePool", JAVA, id="storage_pools")
def sync_storage_pool(call: Call) -> Work:
    """Only for pools of several datastores, which this server has none of (source)."""
    raise invalid("SyncStoragePool API is currently supported only for storage type of datastore cluster")


@command("listStorageProviders", JAVA)
def list_storage_providers(call: Call) -> Body:
    """T7:246-248."""
    known = {
        "primary": PRIMARY_PROVIDERS,
        "image": ("S3", "NFS", "Swift"),
        "object": ("Simulator",),
    }
    kind = call["type"].lower()
    if kind not in known:
        raise invalid(f"Invalid parameter: {call['type']}")
    return answer(call, "dataStoreProvider", known[kind], lambda name: {"name": name, "type": kind.upper()})
