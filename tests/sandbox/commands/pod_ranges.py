"""Management and storage addresses of pods beyond the first range (not recorded)."""

from __future__ import annotations

from ..errors import invalid, refused
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..rules.addresses import check_range, overlap, subnet
from ..world import World
from ..world.networks import StorageIpRange
from ..world.zones import IpRange, Pod
from . import pods

NETWORK = "org.apache.cloudstack.api.command.admin.network"
UNTAGGED = "vlan://untagged"


def _uri(text: str) -> str:
    bare = text.removeprefix("vlan://")
    return f"vlan://{bare}" if bare else UNTAGGED


def _check_free(pod: Pod, start: str, end: str, but: IpRange | None = None) -> None:
    """ApiError when the range is not of the pod's subnet or meets another one of it."""
    check_range(start, end, pods.cidr(pod))
    if overlap(pod.gateway, pod.gateway, start, end):
        raise invalid("The gateway shouldn't overlap start/end ip addresses")
    if any(r is not but and overlap(start, end, r.start, r.end) for r in pod.ranges):
        raise invalid("The IP range already has IPs that overlap with the new range")


def _find(pod: Pod, start: str, end: str) -> IpRange:
    for found in pod.ranges:
        if (found.start, found.end) == (start, end):
            return found
    raise invalid(f"Unable to find a range from {start} to {end} in pod {pod.name}")


def _taken(pod: Pod, start: str, end: str) -> bool:
    return any(overlap(ip, ip, start, end) for ip in pod.used_ips)


@command("createManagementNetworkIpRange", NETWORK)
def create_management_network_ip_range(call: Call) -> Work:
    """Of the pod's own subnet, free of its other ranges."""
    world, pod = call.world, call["podid"]
    if (call["gateway"], call["netmask"]) != (pod.gateway, pod.netmask):
        raise invalid("Multiple subnets for a pod are not allowed: gateway and netmask must be those of the pod")
    start = call["startip"]
    end = call.get("endip") or start

    def run() -> Body:
        _check_free(pod, start, end)
        pod.ranges.append(IpRange(start, end, bool(call.get("forsystemvms", False)), _uri(call.get("vlan", ""))))
        return {"pod": pods.view(world, pod)}

    return Work(run, instance=("Pod", pod.uuid))


def _rewrite(pod: Pod, start: str, end: str, new_start: str, new_end: str) -> None:
    """The server keeps a pod's ranges as one text and replaces both ends wherever they stand in it (source)."""
    text = ",".join(f"{r.start}-{r.end}" for r in pod.ranges)
    written = text.replace(f"{start}-", f"{new_start}-").replace(end, new_end)
    for held, both in zip(pod.ranges, written.split(","), strict=True):
        held.start, held.end = both.split("-")


@command("updatePodManagementNetworkIpRange", NETWORK)
def update_pod_management_network_ip_range(call: Call) -> Work:
    """Addresses in use must stay inside. Other ranges may suffer."""
    pod = call["podid"]
    held = _find(pod, call["currentstartip"], call["currentendip"])
    start, end = call.get("newstartip") or held.start, call.get("newendip") or held.end

    def run() -> Body:
        _check_free(pod, start, end, but=held)
        inside = [ip for ip in pod.used_ips if overlap(ip, ip, held.start, held.end)]
        if any(not overlap(ip, ip, start, end) for ip in inside):
            raise refused("The specified IP range would leave out addresses that are in use")
        _rewrite(pod, held.start, held.end, start, end)
        return {"success": True}

    return Work(run, instance=("Pod", pod.uuid))


@command("deleteManagementNetworkIpRange", NETWORK)
def delete_management_network_ip_range(call: Call) -> Work:
    """Refused while addresses of it are in use."""
    pod = call["podid"]
    held = _find(pod, call["startip"], call["endip"])

    def run() -> Body:
        if _taken(pod, held.start, held.end):
            raise refused("Some IPs of the range are in use: it cannot be deleted")
        pod.ranges.remove(held)
        return {"success": True}

    return Work(run, instance=("Pod", pod.uuid))


def view(world: World, row: StorageIpRange) -> Body:
    body: Body = {
        "id": row.uuid,
        "podid": world.pods[row.pod_id].uuid,
        "zoneid": world.zones[row.zone_id].uuid,
        "networkid": world.networks[row.network_id].uuid,
        "gateway": row.gateway,
        "netmask": row.netmask,
        "startip": row.start,
        "endip": row.end,
    }
    return body if row.vlan is None else {**body, "vlan": row.vlan}


@command("createStorageNetworkIpRange", NETWORK)
def create_storage_network_ip_range(call: Call) -> Work:
    """Only where a physical network of the zone carries storage traffic (source)."""
    world, pod = call.world, call["podid"]
    start = call["startip"]
    end = call.get("endip") or start
    check_range(start, end, subnet(call["gateway"], call["netmask"]))
    physical = world.physical_networks.select(zone_id=pod.zone_id)
    kinds = {t.traffic_type for p in physical for t in world.traffic_types.select(physical_network_id=p.id)}
    if "Storage" not in kinds:
        raise invalid(f"Cannot find storage network in zone {world.zones[pod.zone_id].name}")
    for other in world.storage_ranges.select(zone_id=pod.zone_id):
        if overlap(start, end, other.start, other.end):
            raise invalid(f"Storage IP range {start}-{end} conflicts with {other.start}-{other.end} of the zone")
    network = world.networks.select(zone_id=pod.zone_id, traffic_type="Storage", system=True)[0]
    row = StorageIpRange(
        world.storage_ranges.next_id(), world.new_uuid(), pod.zone_id, pod.id, network.id, call["gateway"],
        call["netmask"], start, end, call.get("vlan"),
    )  # fmt: skip
    world.storage_ranges.add(row)
    return Work(lambda: {"storagenetworkiprange": view(world, row)}, instance=("None", None))


@command("listStorageNetworkIpRange", NETWORK, id="storage_ranges")
def list_storage_network_ip_range(call: Call) -> Body:
    rows = call.world.storage_ranges.select(**filters(call, id="id", podid="pod_id", zoneid="zone_id"))
    return answer(call, "storagenetworkiprange", rows, lambda row: view(call.world, row))


@command("updateStorageNetworkIpRange", NETWORK, id="storage_ranges")
def update_storage_network_ip_range(call: Call) -> Work:
    world, row = call.world, call["id"]
    start, end = call.get("startip") or row.start, call.get("endip") or row.end
    netmask = call.get("netmask") or row.netmask
    check_range(start, end, subnet(row.gateway, netmask))

    def run() -> Body:
        row.start, row.end, row.netmask = start, end, netmask
        row.vlan = call.get("vlan", row.vlan)
        return {"storagenetworkiprange": view(world, row)}

    return Work(run, instance=("None", None))


@command("deleteStorageNetworkIpRange", NETWORK, id="storage_ranges")
def delete_storage_network_ip_range(call: Call) -> Work:
    world, row = call.world, call["id"]

    def run() -> Body:
        world.storage_ranges.remove(row)
        return {"success": True}

    return Work(run, instance=("None", None))
