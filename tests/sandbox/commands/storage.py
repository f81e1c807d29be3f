"""createStoragePool, listStoragePools, addImageStore."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..errors import bad_parameter, failed, invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world import World
from ..world.storage import ImageStore, StoragePool

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


def view(world: World, pool: StoragePool, listed: bool = False) -> Body:
    """`listed` adds what only listings carry (T1:47 against T1:56)."""
    zone, pod, cluster = world.zones[pool.zone_id], world.pods.get(pool.pod_id), world.clusters.get(pool.cluster_id)
    body: dict[str, Any] = {"id": pool.uuid, "zoneid": zone.uuid, "zonename": zone.name}
    if pod is not None:
        body.update(podid=pod.uuid, podname=pod.name)
    if cluster is not None:
        body.update(clusterid=cluster.uuid, clustername=cluster.name)
    factor = float(world.settings.value("storage.overprovisioning.factor", "StoragePool", pool.id))
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
    for pool in world.storage_pools.select(zone_id=zone.id):
        if (pool.address, pool.path) == (url.hostname, url.path):
            where = f"pod (id={pool.pod_id})" if pool.pod_id else f"zone (id={zone.id})"
            raise failed(f"Failed to add data store: Storage pool {url.path} already in use by another {where}")
    pool = StoragePool(
        world.storage_pools.next_id(), world.new_uuid(), call["name"], zone.id,
        pod.id if pod and scope == "CLUSTER" else None, cluster.id if cluster and scope == "CLUSTER" else None,
        url.hostname, url.path, kind, scope, call.get("hypervisor") or (cluster.hypervisor if cluster else "Any"),
        call.get("provider") or "DefaultPrimary", call.get("capacitybytes") or CAPACITY, world.now(),
    )  # fmt: skip
    pool.tags = [tag.strip() for tag in call.get("tags", "").split(",") if tag.strip()]
    pool.tag_rule, pool.managed = bool(call.get("istagarule", False)), bool(call.get("managed", False))
    pool.details = details_of(call)
    world.storage_pools.add(pool)
    return {"storagepool": view(world, pool)}


@command("listStoragePools", JAVA, id="storage_pools")
def list_storage_pools(call: Call) -> Body:
    rows = call.world.storage_pools.select(
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
        )
    )
    return answer(call, "storagepool", keyword(call, rows), lambda pool: view(call.world, pool, listed=True))


def image_view(world: World, store: ImageStore) -> Body:
    body: Body = {"id": store.uuid}
    if store.zone_id is not None:
        zone = world.zones[store.zone_id]
        body.update(zoneid=zone.uuid, zonename=zone.name)
    return {
        **body,
        "name": store.name,
        "url": store.url,
        "protocol": store.protocol,
        "providername": store.provider,
        "scope": store.scope,
        "readonly": store.readonly,
        "hasannotations": False,
    }


@command("addImageStore", JAVA)
def add_image_store(call: Call) -> Body:
    """T1:50."""
    world, zone, url = call.world, call.get("zoneid"), call.get("url", "")
    provider = call["provider"]
    if provider.upper() == "NFS" and (zone is None or urlsplit(url).scheme != "nfs"):
        raise invalid("An NFS image store needs a zone and an nfs:// url")
    if any(s.url == url and s.zone_id == (zone.id if zone else None) for s in world.image_stores if url):
        raise failed(f"Failed to add data store: an image store of {url} is there already")
    store = ImageStore(
        world.image_stores.next_id(), world.new_uuid(), call.get("name") or url, url, urlsplit(url).scheme, provider,
        zone.id if zone else None, "ZONE" if zone else "REGION",
    )  # fmt: skip
    return {"imagestore": image_view(world, world.image_stores.add(store))}
