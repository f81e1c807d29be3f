"""Primary storage, made and listed (T1:47-49, T1:56, T7:174-182, T7:246-281)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..errors import failed, invalid
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
    "cifs": "SMB",
}
HYPERVISORS = ("KVM", "VMware", "Hyperv", "LXC", "XenServer", "Simulator", "Any")
STATES = (
    "Up",
    "Disabled",
    "Maintenance",
    "PrepareForMaintenance",
    "CancelMaintenance",
    "ErrorInMaintenance",
    "Removed",
)
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
    if pool.measured and pool.hypervisor == "Simulator":
        body.update(capacityiops=pool.iops, usediops=500_000)
    elif pool.provider == "SolidFire":
        body.update(capacityiops=pool.iops)
    if listed:
        body.update(storagecapabilities={"VOLUME_SNAPSHOT_QUIESCEVM": "false"}, details=dict(pool.details))
        # Source: QueryManagerImpl.setPoolResponseNFSMountOptions.
        if (pool.type, pool.hypervisor) == ("NetworkFilesystem", "KVM") and "nfsmountopts" in pool.details:
            body["nfsmountopts"] = pool.details["nfsmountopts"]
    return body


def _scope(call: Call) -> str:
    """CLUSTER unless said otherwise; refusals are all of status 530 (T7:271-276)."""
    scope: str = (call.get("scope") or "CLUSTER").upper()
    if scope not in ("CLUSTER", "ZONE", "HOST"):
        raise failed(f"invalid scope for pool {call['scope']}")
    if scope == "CLUSTER" and "clusterid" not in call:
        raise failed("cluster id can't be null, if scope is cluster")
    if scope == "ZONE" and not call.get("hypervisor"):
        raise failed("Missing parameter hypervisor. Hypervisor type is required to create zone wide primary storage.")
    if scope == "ZONE" and call["hypervisor"] not in HYPERVISORS:
        raise failed(f"Zone wide storage pool is not supported for hypervisor type {call['hypervisor']}")
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


ADDING = "Failed to add data store: "


class Place(NamedTuple):
    """What a url says: type, address and path as they are kept."""

    kind: str
    address: str
    path: str


def _plugin_place(call: Call) -> Place:
    """SolidFire reads keys and values (source: SolidFireUtil, SolidFirePrimaryDataStoreLifeCycle)."""
    pairs = dict(each.split("=", 1) for each in call["url"].split(";") if "=" in each)
    for name in ("MVIP", "SVIP", "clusterAdminUsername", "clusterAdminPassword"):
        if not pairs.get(name):
            raise failed(f"{ADDING}Key not found in URL: {name}")
    for name, words in (("capacitybytes", "capacityBytes"), ("capacityiops", "capacityIops")):
        if not call.get(name):
            raise failed(f"{ADDING}'{words}' must be present and greater than 0.")
    return Place("Iscsi", pairs["SVIP"].partition(":")[0], pairs["MVIP"])


def _place(text: str, details: dict[str, str]) -> Place:
    """T7:249-270: only what is read of a url is judged."""
    url = urlsplit(text)
    # As java.net.URI.getHost tells it: with capitals, and IPv6 in its brackets.
    place = url.netloc.rpartition("@")[2]
    scheme, host, path = url.scheme.lower(), re.sub(r":\d*$", "", place), url.path
    if not scheme:
        raise failed(
            f'{ADDING}Cannot invoke "Object.toString()" because the return value of "java.util.Map.get(Object)" is null'
        )
    if scheme == "cifs" and not (details.get("user") and details.get("password")):
        raise failed(f"{ADDING}Missing cifs user and password details. Add them as details parameter.")
    if scheme not in TYPES:
        raise failed(f"{ADDING}No enum constant com.cloud.storage.Storage.StoragePoolType.{url.scheme}")
    if scheme in ("nfs", "gluster") and not (host and path.strip("/")):
        raise failed("host or path is null, should be nfs://hostname/path")
    if scheme == "iscsi" and len(path.strip("/").split("/")) < 2:
        raise failed(f"{ADDING}iSCSI needs to have LUN number")
    # Pools of Ceph and volume groups are named without a slash (T7:256, T7:263).
    bare = path.strip("/") if scheme in ("rbd", "clvm") else path
    return Place(TYPES[scheme], f"VMFS datastore: {path}" if scheme == "vmfs" else host, bare)


@command("createStoragePool", JAVA)
def create_storage_pool(call: Call) -> Body:
    """T1:47-49: the same address and path twice in a zone is refused."""
    world, zone, scope = call.world, call["zoneid"], _scope(call)
    place = _plugin_place(call) if call.get("provider") == "SolidFire" else _place(call["url"], details_of(call))
    pod, cluster = call.get("podid"), call.get("clusterid")
    if scope == "CLUSTER" and pod is None:
        raise failed(f"{ADDING}Cluster id requires pod id")
    for pool in world.storage_pools.select(zone_id=zone.id):
        if (pool.address, pool.path) == (place.address, place.path) and place.kind == "RBD":
            raise failed(f"{ADDING}Another active pool with the same uuid already exists")
        if (pool.address, pool.path) == (place.address, place.path):
            where = f"pod (id={pool.pod_id})" if pool.pod_id else f"zone (id={zone.id})"
            raise failed(f"{ADDING}Storage pool {place.path} already in use by another {where}")
    # A PreSetup pool's id is its path (T7:258).
    uuid = place.path.strip("/") if place.kind == "PreSetup" else world.new_uuid()
    pool = StoragePool(
        world.storage_pools.next_id(), uuid, call["name"], zone.id,
        pod.id if pod and scope == "CLUSTER" else None, cluster.id if cluster and scope == "CLUSTER" else None,
        place.address, place.path, place.kind, scope,
        call.get("hypervisor") or (cluster.hypervisor if cluster else "Any"),
        _provider(call), call.get("capacitybytes") or CAPACITY, world.now(),
    )  # fmt: skip
    pool.tags = tags_of(call.get("tags", ""))
    pool.tag_rule, pool.managed = bool(call.get("istagarule", False)), bool(call.get("managed", False))
    pool.details = details_of(call)
    if pool.provider == "SolidFire":
        pool.iops = call["capacityiops"]
    world.storage_pools.add(pool)
    world.later("statistics", lambda: setattr(pool, "measured", True))
    return {"storagepool": view(world, pool)}


def _reaches(pool: StoragePool, host: Host) -> bool:
    """Whether a host can use a pool by its place."""
    return pool.zone_id == host.zone_id and pool.cluster_id in (None, host.cluster_id)


@command("listStoragePools", JAVA, id="storage_pools")
def list_storage_pools(call: Call) -> Body:
    if call.get("scope", "CLUSTER").upper() not in ("CLUSTER", "ZONE", "HOST"):
        raise invalid(f"Invalid scope type: {call['scope']}")
    if call.get("status", "Up") not in STATES:
        raise invalid(f"Invalid status: {call['status']}")
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


def tags_of(text: str | list[str]) -> list[str]:
    items = text.split(",") if isinstance(text, str) else text
    return [tag.strip() for tag in items if tag.strip()]


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
