"""addHost, listHosts, updateHost, deleteHost and what else is done to one host (T1:41-46, T2:16-47)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ..errors import bad_parameter, failed, invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules import life, system_vms, templates
from ..rules.addresses import overlap
from ..rules.host_states import MAINTENANCE, NoTransition, describe, move
from ..world import World
from ..world.agents import Join, Joined, NotJoined
from ..world.hosts import Host
from ..world.hypervisors import (
    UNIQUE_ADDRESS,
    address_of,
    canonical,
    facts,
    name_of,
    place_of,
)
from ..world.os_types import NO_CATEGORY
from ..world.zones import Cluster, Pod, Zone
from . import clusters
from .annotations import add as add_annotation
from .host_views import DETAILS, view
from .pods import cidr

JAVA = "org.apache.cloudstack.api.command.admin.host"


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
    if hypervisor not in UNIQUE_ADDRESS:
        # Simulators of one URL share an address, inside the pod's range (T1:41-44).
        return address_of(url, cidr(pod), lambda address: not _reserved(pod, address))
    place = place_of(hypervisor, url)
    for host in world.hosts.select(zone_id=pod.zone_id):
        if place in (host.ip_address, place_of(host.hypervisor, host.url)):
            raise failed(f"Could not add host at [{url}] with zone [{pod.zone_id}]: Guid already exists")
    return address_of(
        place,
        cidr(pod),
        lambda address: (
            address == pod.gateway or _reserved(pod, address) or world.hosts.first(ip_address=address) is not None
        ),
    )


def _reserved(pod: Pod, address: str) -> bool:
    return any(overlap(address, address, r.start, r.end) for r in pod.ranges)


def _join(call: Call, zone: Zone, pod: Pod, cluster: Cluster) -> Joined | None:
    """Where hosts are machines, set this one up and meet its agent; None where they are rows."""
    if call.world.agents is None:
        return None
    try:
        return call.world.agents.join(Join(call["url"], call.get("username", ""), zone.id, pod.id, cluster.id))
    except NotJoined as error:
        raise failed(str(error)) from None


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
    joined = _join(call, zone, pod, cluster) if hypervisor == "KVM" else None
    name = joined.name if joined else name_of(hypervisor, url, world.new_uuid() if hypervisor == "Simulator" else uuid)
    address = joined.address if joined else _address(world, pod, hypervisor, url)
    known, now = facts(hypervisor, url, world.sizes), world.now()
    if joined:
        known = replace(known, cores=joined.cores, mhz=joined.mhz, memory=joined.memory)
    host = Host(
        world.hosts.next_id(), uuid, name, url, zone.id, pod.id, cluster.id, hypervisor, known.version, address,
        known.cores, known.mhz, known.memory, known.capabilities, now, now,
    )  # fmt: skip
    host.arch, host.guid = cluster.arch, joined.guid if joined else ""
    host.username, host.password = call.get("username", ""), call.get("password", "")
    host.tags = sorted(set(call.get("hosttags", [])))
    if call.get("allocationstate", "").lower() in ("disabled", "disable"):
        host.resource_state = "Disabled"
    world.hosts.add(host)
    if _reserved(pod, address):
        pod.used_ips.add(address)
    if world.agents and joined:
        world.agents.joined(host)
    world.later("statistics", lambda: setattr(host, "measured", True))
    templates.register(world, zone, hypervisor)
    system_vms.ensure_later(world, zone)
    return {"count": 1, "host": [view(world, host)]}


def listed(call: Call) -> Sequence[Host]:
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
    return keyword(call, rows)


def details_of(call: Call) -> list[str]:
    """The words of `details`; ApiError 431 for one that does not exist."""
    details = [word.lower() for word in call.get("details", [])]
    if not set(details) <= set(DETAILS):
        raise invalid(f"The details parameter contains a non permitted value. The allowed values are {list(DETAILS)}")
    return details


@command("listHosts", JAVA, id="hosts")
def list_hosts(call: Call) -> Body:
    details = details_of(call)
    return answer(call, "host", listed(call), lambda host: view(call.world, host, details))


@command("updateHost", JAVA, id="hosts")
def update_host(call: Call) -> Body:
    """T2:28-37, T2:45; what is refused changes nothing."""
    world, host = call.world, call["id"]
    wanted = call.get("allocationstate")
    if wanted:
        if wanted not in ("Enable", "Disable"):
            raise failed(
                f"Failed to update host: {describe(host)} with id {host.id}, Invalid allocation state: {wanted}, "
                "only Enable/Disable are allowed"
            )
        try:
            move(world, host, wanted)
        except NoTransition as error:
            raise failed(f"Failed to update host: {describe(host)} with id {host.id}, {error}") from None
    if "hosttags" in call:
        host.tags, host.tag_rule = sorted(set(call["hosttags"])), bool(call.get("istagarule", False))
    if "oscategoryid" in call:
        chosen = call["oscategoryid"]
        host.os_category = None if chosen.name == NO_CATEGORY else chosen.id
    if call.get("name"):
        world.hosts.update(host, name=call["name"])
    if call.get("url"):
        host.url = call["url"]
    if call.get("annotation"):
        add_annotation(world, "HOST", host.uuid, call["annotation"])
    return {"host": view(world, host)}


@command("deleteHost", JAVA, id="hosts")
def delete_host(call: Call) -> Body:
    """T2:47, T4:129; by force its VMs are given up: those of high availability start elsewhere."""
    world, host = call.world, call["id"]
    if not call.get("forced") and host.resource_state != MAINTENANCE:
        raise refused(f"Host with UUID [{host.uuid}] is not in maintenance mode and no forced deletion was requested.")
    for vm in list(world.vms.select(host_id=host.id)):
        life.stop(world, vm)
        if vm.ha:
            life.try_place(world, vm, avoid=(host.id,))
    for vm in list(world.vms.select(last_host_id=host.id)):
        vm.reserved = False
        world.vms.update(vm, last_host_id=None)
    world.hosts.remove(host)
    if world.agents:
        world.agents.deleted(host)
    if not world.hosts.first(ip_address=host.ip_address):
        world.pods[host.pod_id].used_ips.discard(host.ip_address)
    return {"success": True}


# Hypervisors whose agents can be given another password through the API.
PASSWORDS = frozenset({"KVM", "XenServer"})


@command("updateHostPassword", JAVA)
def update_host_password(call: Call) -> Body:
    """T2:84-85; the rest by ManagementServerImpl, ResourceManagerImpl and UpdateHostPasswordCmd."""
    world, host, cluster = call.world, call.get("hostid"), call.get("clusterid")
    if (host is None) == (cluster is None):
        raise invalid("Exactly one of hostId and clusterId is needed")
    if (host or cluster).hypervisor not in PASSWORDS:
        raise invalid("This operation is not supported for this hypervisor type")
    if host is not None and host.hypervisor == "XenServer":
        raise invalid(
            "Single host update is not supported by XenServer hypervisors. Please try again informing the Cluster ID."
        )
    hosts = [host] if host is not None else world.hosts.select(cluster_id=cluster.id)
    if any(each.username not in ("", call["username"]) for each in hosts):
        raise invalid("The username is not same for all hosts, please modify passwords for individual hosts.")
    # The record first, and it stays. Of a single host, the server drops whether the host has it.
    for each in hosts:
        each.username, each.password = call["username"], call["password"]
    for each in hosts:
        foreign = world.agent_servers.get(each.uuid, world.server.id) != world.server.id
        if not foreign and not call.get("update_passwd_on_host"):
            continue
        done = _set_password(world, each, call["username"], call["password"])
        if foreign:
            # The other server looks at no parameter, and with its answer this one ends.
            break
        if not done and host is None:
            raise failed(
                f"CloudStack failed to update the password of {describe(each)}. Please make sure you are still able to "
                "connect to your hosts."
            )
    return {"success": True}


def _set_password(world: World, host: Host, username: str, password: str) -> bool:
    """By the host's agent."""
    if host.state != "Up":
        return False
    try:
        if world.agents is not None:
            world.agents.set_password(host, username, password)
    except NotJoined:
        return False
    return True


@command("listHostTags", JAVA)
def list_host_tags(call: Call) -> Body:
    """Every tag of every host."""
    rows = [(host, tag) for host in call.world.hosts for tag in host.tags]
    return answer(call, "hosttag", rows, lambda row: {"name": row[1], "hostid": row[0].id})
