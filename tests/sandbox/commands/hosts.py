"""addHost, listHosts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..errors import bad_parameter, failed, invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules import capacity
from ..rules.addresses import overlap
from ..world import World
from ..world.hosts import Host
from ..world.hypervisors import UNIQUE_ADDRESS, address_of, canonical, facts, name_of, place_of
from ..world.zones import Cluster, Pod, Zone
from . import clusters
from .pods import cidr

JAVA = "org.apache.cloudstack.api.command.admin.host"
# The events that an agent may bring; the server joins a set, so their order means nothing.
EVENTS = (
    "AgentDisconnected; ShutdownRequested; AgentConnected; StartAgentRebalance; PingTimeout; Ping; HostDown; "
    "ManagementServerDown; Remove"
)


def _capacity_view(world: World, host: Host) -> Body:
    """T1:41 and T2:16: `cpuallocated` counts without over-provisioning, the rest with it."""
    mhz, memory = capacity.host_mhz(world, host), capacity.host_memory(world, host)
    plain = f"{capacity.percent(host.used_mhz, host.cores * host.mhz):.2f}%"
    with_factor = f"{capacity.percent(host.used_mhz, mhz):.2f}%"
    return {
        "cpuallocated": plain,
        "cpuallocatedvalue": host.used_mhz,
        "cpuallocatedpercentage": plain,
        "cpuallocatedwithoverprovisioning": with_factor,
        "cpuwithoverprovisioning": str(mhz),
        "memorywithoverprovisioning": str(memory),
        "memoryallocated": host.used_memory,
        "memoryallocatedpercentage": f"{capacity.percent(host.used_memory, memory):.2f}%",
        "memoryallocatedbytes": host.used_memory,
    }


def _tags_view(host: Host) -> Body:
    """Tags come back sorted, not as written (T1:46); without tags there is no such field."""
    if not host.tags:
        return {}
    tags = ",".join(host.tags)
    return {"hosttags": tags, "explicithosttags": tags, "istagarule": host.tag_rule}


def view(world: World, host: Host) -> Body:
    zone, pod, cluster = world.zones[host.zone_id], world.pods[host.pod_id], world.clusters[host.cluster_id]
    body: dict[str, Any] = {
        "id": host.uuid,
        "name": host.name,
        "state": host.state,
        "type": host.type,
        "ipaddress": host.ip_address,
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "podid": pod.uuid,
        "podname": pod.name,
        "version": "4.22.0.0-SNAPSHOT",
        "hypervisor": host.hypervisor,
        "cpunumber": host.cores,
        "cpuspeed": host.mhz,
        "memorytotal": host.memory,
        **_capacity_view(world, host),
        "capabilities": host.capabilities,
        "lastpinged": host.last_pinged,
        "managementserverid": world.server.uuid,
        "managementservername": world.server.name,
        "clusterid": cluster.uuid,
        "clustername": cluster.name,
        "clustertype": cluster.cluster_type,
        "islocalstorageactive": False,
        "created": host.created,
        "events": EVENTS,
        **_tags_view(host),
        "hostha": {"haenable": False, "hastate": "Disabled"},
        "outofbandmanagement": {"powerstate": "Disabled", "enabled": False},
        "resourcestate": host.resource_state,
        "hypervisorversion": host.hypervisor_version,
        "hahost": False,
        "ueficapability": False,
        "arch": host.arch,
        "hasannotations": False,
    }
    return body


def _cluster_of(call: Call, zone: Zone, pod: Pod, hypervisor: str) -> Cluster:
    """The cluster by id or name; a name that the pod does not have makes one (T1:46)."""
    if "clusterid" in call and call.get("clustername"):
        raise invalid("Can't specify cluster by both id and name")
    if "clusterid" in call:
        found: Cluster = call["clusterid"]
        if found.pod_id != pod.id:
            raise invalid(f"Can't find cluster {found.uuid} in the pod {pod.uuid}")
        return found
    name = call.get("clustername")
    if not name:
        raise bad_parameter("Unable to execute API command addhost due to missing parameter clusterid")
    same = [c for c in call.world.clusters.select(pod_id=pod.id) if c.name == name]
    return same[0] if same else clusters.create(call.world, zone, pod, name, hypervisor)


def _address(world: World, pod: Pod, hypervisor: str, url: str) -> str:
    """The private address of a new host; ApiError 530 where the machine is there already (text not recorded)."""
    place = place_of(hypervisor, url)
    if hypervisor in UNIQUE_ADDRESS:
        for host in world.hosts.select(zone_id=pod.zone_id):
            if place in (host.ip_address, place_of(host.hypervisor, host.url)):
                raise failed(f"Could not add host at [{url}] with zone [{pod.zone_id}]: Guid already exists")
    else:
        # Simulators share the host part of their URLs.
        place = f"{url}#{len(world.hosts)}"

    def taken(address: str) -> bool:
        reserved = address == pod.gateway or any(overlap(address, address, r.start, r.end) for r in pod.ranges)
        return reserved or world.hosts.first(ip_address=address) is not None

    return address_of(place, cidr(pod), taken)


@command("addHost", JAVA)
def add_host(call: Call) -> Body:
    """T1:40-46: the simulator takes the same URL twice; the texts of the other refusals are not recorded."""
    world, zone, pod, url = call.world, call["zoneid"], call["podid"], call["url"]
    if pod.zone_id != zone.id:
        raise invalid(f"Can't find pod {pod.uuid} in the zone {zone.uuid}")
    hypervisor = canonical(call["hypervisor"])
    if not urlsplit(url).hostname:
        raise invalid(f"{url} is not a valid uri")
    cluster = _cluster_of(call, zone, pod, hypervisor)
    if cluster.hypervisor != hypervisor:
        raise failed(f"Cannot add host: cluster {cluster.name} is of hypervisor {cluster.hypervisor}, not {hypervisor}")
    uuid = world.new_uuid()
    name = name_of(hypervisor, url, world.new_uuid() if hypervisor == "Simulator" else uuid)
    address = _address(world, pod, hypervisor, url)
    known, now = facts(hypervisor, url, world.sizes), world.now()
    host = Host(
        world.hosts.next_id(), uuid, name, url, zone.id, pod.id, cluster.id, hypervisor, known.version, address,
        known.cores, known.mhz, known.memory, known.capabilities, now, now,
    )  # fmt: skip
    host.arch = cluster.arch
    host.tags = sorted(set(call.get("hosttags", [])))
    if call.get("allocationstate", "").lower() in ("disabled", "disable"):
        host.resource_state = "Disabled"
    world.hosts.add(host)
    return {"count": 1, "host": [view(world, host)]}


@command("listHosts", JAVA, id="hosts")
def list_hosts(call: Call) -> Body:
    """Exact filters (T2:16-27); a state that does not exist matches nothing."""
    rows = call.world.hosts.select(
        **filters(
            call,
            id="id",
            zoneid="zone_id",
            podid="pod_id",
            clusterid="cluster_id",
            name="name",
            type="type",
            state="state",
            resourcestate="resource_state",
            hypervisor="hypervisor",
            arch="arch",
        )
    )
    return answer(call, "host", keyword(call, rows), lambda host: view(call.world, host))
