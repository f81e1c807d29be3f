"""A host as the API tells it (T1:41, T2:16-18, T3:95, T4:57)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..registry import Body
from ..rules import capacity, out_of_band
from ..world import World
from ..world.hosts import Host

# The events that an agent may bring; the server joins a set, so their order means nothing.
EVENTS = (
    "AgentDisconnected; ShutdownRequested; AgentConnected; StartAgentRebalance; PingTimeout; Ping; HostDown; "
    "ManagementServerDown; Remove"
)


def _gpu(name: str, memory: int, heads: int, width: int, height: int, per_card: int, left: int) -> Body:
    return {
        "vgputype": name,
        "videoram": memory,
        "maxheads": heads,
        "maxresolutionx": width,
        "maxresolutiony": height,
        "maxvgpuperpgpu": per_card,
        "remainingcapacity": left,
        "maxcapacity": left,
    }


# The simulator's graphics cards (T4:57); none is ever in use.
GPU_GROUPS: list[Body] = [
    {"gpugroupname": "Simulator Graphics Card Basic", "vgpu": [_gpu("passthrough", 8192, 1, 4096, 2160, 1, 4)]},
    {
        "gpugroupname": "Simulator Graphics Card Pro",
        "vgpu": [
            _gpu("sim-2q", 2048, 1, 1920, 1080, 8, 8),
            _gpu("sim-4q", 4096, 2, 1920, 1080, 4, 4),
            _gpu("passthrough", 16384, 1, 4096, 2160, 1, 0),
            _gpu("sim-8q", 8192, 4, 4096, 2160, 2, 4),
        ],
    },
]
EVENTS_APART = (
    "ShutdownRequested; AgentDisconnected; AgentConnected; WaitedTooLong; PingTimeout; Ping; HostDown; "
    "ManagementServerDown; Remove"
)


# What each word of `details` adds to the least that is told of a host (T2:16-18, T3:96).
DETAILS = ("all", "capacity", "events", "stats", "min")


def _capacity_view(world: World, host: Host) -> Body:
    """T1:41, T2:16, T3:95: all of it with over-provisioning, `memorytotal` too; kept capacity counts as allocated."""
    mhz, memory = capacity.host_mhz(world, host), capacity.host_memory(world, host)
    cpu = capacity.share(host.held_mhz, mhz)
    category = world.os_categories.get(host.os_category)
    preferred = {} if category is None else {"oscategoryid": category.uuid, "oscategoryname": category.name}
    return {
        **preferred,
        "cpuallocated": cpu,
        "cpuallocatedvalue": host.held_mhz,
        "cpuallocatedpercentage": cpu,
        "cpuallocatedwithoverprovisioning": cpu,
        "cpuwithoverprovisioning": str(mhz),
        "memorytotal": memory,
        "memorywithoverprovisioning": str(memory),
        "memoryallocated": host.held_memory,
        "memoryallocatedpercentage": capacity.share(host.held_memory, memory),
        "memoryallocatedbytes": host.held_memory,
    }


def _statistics_view(host: Host) -> Body:
    """What the agent tells; absent until it was asked for the first time."""
    if not host.measured:
        return {}
    return {
        "cpuused": "0%",
        "cpuloadaverage": 0.0,
        "networkkbsread": 32768,
        "networkkbswrite": 16384,
        "memoryused": 0,
    }


def _tags_view(host: Host) -> Body:
    """Tags come back sorted, not as written (T1:46); without tags there is no such field."""
    if not host.tags:
        return {}
    tags = ",".join(host.tags)
    return {"hosttags": tags, "explicithosttags": tags, "istagarule": host.tag_rule}


def _place_view(world: World, host: Host) -> Body:
    cluster = world.clusters[host.cluster_id]
    return {
        "zonename": world.zones[host.zone_id].name,
        "podname": world.pods[host.pod_id].name,
        "clustername": cluster.name,
        "clustertype": cluster.cluster_type,
        "hypervisorversion": host.hypervisor_version,
        "hahost": False,
        "arch": host.arch,
    }


def _annotation_view(host: Host) -> Body:
    """T2:36."""
    if not host.annotation:
        return {"hasannotations": False}
    told = {"annotation": host.annotation, "lastannotated": host.annotated, "username": "admin"}
    return {**told, "hasannotations": True}


def _local(world: World, host: Host) -> bool:
    """Whether a volume lies on the host's own disks (not recorded)."""
    rows = (*world.vms.select(host_id=host.id), *world.vms.select(last_host_id=host.id))
    return any(world.volume_marks.get(vm.id) == "local" for vm in rows)


def view(world: World, host: Host, details: Collection[str] = ("all",)) -> Body:
    """A host as listings with that `details` tell it; `min` alone leaves most of it out (T2:17)."""
    body: dict[str, Any] = {
        "id": host.uuid,
        "name": host.name,
        "state": host.state,
        "type": host.type,
        "ipaddress": host.ip_address,
        "zoneid": world.zones[host.zone_id].uuid,
        "podid": world.pods[host.pod_id].uuid,
        "version": host.version or world.version,
        "hypervisor": host.hypervisor,
        "cpunumber": host.cores,
        "cpuspeed": host.mhz,
        "memoryallocated": 0,
        "capabilities": host.capabilities,
        "lastpinged": host.last_pinged,
        "clusterid": world.clusters[host.cluster_id].uuid,
        "islocalstorageactive": _local(world, host),
        "created": host.created,
        "hostha": out_of_band.ha_view(world, host),
        "outofbandmanagement": out_of_band.view(world, host),
        "resourcestate": host.resource_state,
        "ueficapability": False,
        **_tags_view(host),
        **_annotation_view(host),
    }
    if host.sockets is not None:
        body["cpusockets"] = host.sockets
    if host.state == "Up":
        body.update(managementserverid=world.server.uuid, managementservername=world.server.name)
    if details and set(details) <= {"min"}:
        return body
    everything = not details or "all" in details
    body.update(_place_view(world, host))
    if everything or "capacity" in details:
        body.update(_capacity_view(world, host))
    if everything and host.gpus:
        body.update(gputotal=20, gpuused=0, gpugroup=GPU_GROUPS)
    # Only of KVM hosts (not recorded: the simulator's have none).
    if everything and host.hypervisor == "KVM" and host.details:
        body["details"] = dict(host.details)
    if everything or "stats" in details:
        body.update(_statistics_view(host))
    if everything or "events" in details:
        body["events"] = EVENTS if host.state == "Up" else EVENTS_APART
    return body
