"""addCluster, listClusters, deleteCluster."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from ..errors import failed, invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules import capacity
from ..rules.host_states import disconnect, reconnect_later
from ..world import World
from ..world.hypervisors import canonical
from ..world.zones import Cluster, Pod, Zone
from .capacity import OF_CLUSTER, Scope, of_place

JAVA = "org.apache.cloudstack.api.command.admin.cluster"
TYPES = ("CloudManaged", "ExternalManaged")


def view(world: World, cluster: Cluster) -> Body:
    pod, zone = world.pods[cluster.pod_id], world.zones[cluster.zone_id]
    return {
        "id": cluster.uuid,
        "name": cluster.name,
        "podid": pod.uuid,
        "podname": pod.name,
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "hypervisortype": cluster.hypervisor,
        "clustertype": cluster.cluster_type,
        "allocationstate": cluster.allocation_state,
        "managedstate": cluster.managed_state,
        "cpuovercommitratio": cluster.details["cpuOvercommitRatio"],
        "memoryovercommitratio": cluster.details["memoryOvercommitRatio"],
        "resourcedetails": dict(cluster.details),
        "arch": cluster.arch,
        "hasannotations": False,
    }


def create(world: World, zone: Zone, pod: Pod, name: str, hypervisor: str, kind: str = "CloudManaged") -> Cluster:
    """A new cluster with the global over-provisioning factors; ApiError 530 for a name that the pod has (T1:38)."""
    if any(c.name == name for c in world.clusters.select(pod_id=pod.id)):
        where = [{"uuid": pod.uuid, "description": "podId"}, {"uuid": zone.uuid, "description": "dcId"}]
        raise refused(f"Unable to create cluster {name} in pod and data center with specified ids", where)
    cluster = Cluster(world.clusters.next_id(), world.new_uuid(), name, zone.id, pod.id, hypervisor, kind)
    cluster.details = {
        "memoryOvercommitRatio": world.settings.value(capacity.MEMORY_FACTOR),
        "cpuOvercommitRatio": world.settings.value(capacity.CPU_FACTOR),
    }
    return world.clusters.add(cluster)


def _check_vmware(world: World, zone: Zone, kind: str, url: str) -> None:
    """ApiError unless the URL names a cluster of the zone's own datacenter (not recorded)."""
    if kind != "ExternalManaged":
        raise invalid("A VMware cluster is managed by its vCenter: the cluster type must be ExternalManaged")
    datacenter = world.vmware_datacenters.first(zone_id=zone.id)
    if datacenter is None:
        raise failed("Failed to add cluster: the zone is not associated with a VMware datacenter")
    parts = urlsplit(url)
    path = [unquote(part) for part in parts.path.split("/") if part]
    if (parts.hostname or "").lower() != datacenter.vcenter.lower() or len(path) < 2 or path[0] != datacenter.name:
        raise failed(
            f"Failed to add cluster: {url} names no cluster of datacenter {datacenter.name} of {datacenter.vcenter}"
        )


@command("addCluster", JAVA)
def add_cluster(call: Call) -> Body:
    """T1:35-39; the server takes hypervisor names that it does not know."""
    world, zone, pod = call.world, call["zoneid"], call["podid"]
    if pod.zone_id != zone.id:
        raise invalid(f"Can't find pod {pod.uuid} in the zone {zone.uuid}")
    kind = next((t for t in TYPES if t.lower() == call["clustertype"].lower()), None)
    if kind is None:
        raise invalid(f"Unable to resolve {call['clustertype']} to a supported cluster type")
    if kind == "ExternalManaged" and not call.get("url"):
        raise invalid("Invalid url (null), should be like http://hostname or http://ipaddress")
    hypervisor = canonical(call["hypervisor"])
    if hypervisor == "VMware":
        _check_vmware(world, zone, kind, call.get("url", ""))
    cluster = create(world, zone, pod, call["clustername"], hypervisor, kind)
    if call.get("allocationstate"):
        cluster.allocation_state = call["allocationstate"]
    if call.get("arch"):
        cluster.arch = call["arch"]
    return {"count": 1, "cluster": [view(world, cluster)]}


def _state(text: str, kind: str, known: tuple[str, ...]) -> str:
    """ "disabled" → "Disabled"; ApiError 431 otherwise (T2:63-64)."""
    for state in known:
        if state.lower() == text.lower():
            return state
    raise invalid(f"Unable to resolve {kind} State '{text}' to a supported state")


def _manage(world: World, cluster: Cluster, state: str) -> None:
    """Let go of the hosts of a cluster, or take them back: their agents return after a while (T2:58-62)."""
    if state == cluster.managed_state:
        return
    cluster.managed_state = state
    for host in world.hosts.select(cluster_id=cluster.id):
        if state == "Unmanaged":
            disconnect(world, host)
        else:
            reconnect_later(world, host)


@command("updateCluster", JAVA, id="clusters")
def update_cluster(call: Call) -> Body:
    """T2:55-65."""
    world, cluster, name = call.world, call["id"], call.get("clustername")
    allocation, managed = call.get("allocationstate"), call.get("managedstate")
    if name and any(c.name == name and c is not cluster for c in world.clusters.select(pod_id=cluster.pod_id)):
        raise invalid(f"A cluster with name {name} already exists in the pod. Please specify a different name.")
    if call.get("hypervisor") and canonical(call["hypervisor"]) != cluster.hypervisor:
        if world.hosts.select(cluster_id=cluster.id):
            raise invalid(f"Cannot change the hypervisor of cluster {cluster.name}: it has hosts")
        cluster.hypervisor = canonical(call["hypervisor"])
    if call.get("clustertype"):
        kind = next((t for t in TYPES if t.lower() == call["clustertype"].lower()), None)
        if kind is None:
            raise invalid(f"Unable to resolve {call['clustertype']} to a supported type")
        cluster.cluster_type = kind
    new_allocation = _state(allocation, "Allocation", ("Enabled", "Disabled")) if allocation else ""
    new_managed = _state(managed, "Managed", ("Managed", "Unmanaged")) if managed else ""
    cluster.name = name or cluster.name
    cluster.arch = call.get("arch") or cluster.arch
    cluster.allocation_state = new_allocation or cluster.allocation_state
    if new_managed:
        _manage(world, cluster, new_managed)
    return {"cluster": view(world, cluster)}


def listed(call: Call) -> Sequence[Cluster]:
    rows = call.world.clusters.select(
        **filters(
            call,
            id="id",
            zoneid="zone_id",
            podid="pod_id",
            name="name",
            hypervisor="hypervisor",
            clustertype="cluster_type",
            allocationstate="allocation_state",
            managedstate="managed_state",
            arch="arch",
        )
    )
    return keyword(call, rows)


@command("listClusters", JAVA, id="clusters")
def list_clusters(call: Call) -> Body:
    """With showcapacities also what is used of it (T3:97)."""
    world = call.world

    def one(cluster: Cluster) -> Body:
        body = view(world, cluster)
        if call.get("showcapacities"):
            scope = Scope(world.zones[cluster.zone_id], world.pods[cluster.pod_id], cluster)
            body["capacity"] = of_place(world, scope, OF_CLUSTER)
        return body

    return answer(call, "cluster", listed(call), one)


@command("deleteCluster", JAVA, id="clusters")
def delete_cluster(call: Call) -> Body:
    """T1:36; T2:70."""
    world, cluster = call.world, call["id"]
    if world.hosts.select(cluster_id=cluster.id):
        raise refused(f"Cluster: {cluster.id} cannot be removed. Cluster still has hosts")
    if world.storage_pools.select(cluster_id=cluster.id):
        raise refused(f"Cluster: {cluster.id} cannot be removed. Cluster still has storage pools")
    world.clusters.remove(cluster)
    return {"success": True}
