"""createPod, listPods."""

from __future__ import annotations

import ipaddress

from ..errors import invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules.addresses import check_range, is_ip, overlap, subnet
from ..world import World
from ..world.zones import IpRange, Pod
from .capacity import OF_POD, Scope, of_place
from .zones import describe

JAVA = "org.apache.cloudstack.api.command.admin.pod"


def view(world: World, pod: Pod) -> Body:
    zone = world.zones[pod.zone_id]
    flags = ["1" if r.for_system_vms else "0" for r in pod.ranges]
    return {
        "id": pod.uuid,
        "name": pod.name,
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "gateway": pod.gateway,
        "netmask": pod.netmask,
        "ipranges": [
            {"startip": r.start, "endip": r.end, "forsystemvms": flag, "vlanid": r.vlan}
            for r, flag in zip(pod.ranges, flags, strict=True)
        ],
        "startip": [r.start for r in pod.ranges],
        "endip": [r.end for r in pod.ranges],
        "forsystemvms": flags,
        "vlanid": [r.vlan for r in pod.ranges],
        "allocationstate": pod.allocation_state,
        "hasannotations": False,
    }


def cidr(pod: Pod) -> ipaddress.IPv4Network:
    return subnet(pod.gateway, pod.netmask)


@command("createPod", JAVA)
def create_pod(call: Call) -> Body:
    """T1:28-30: the name is judged first, then gateway, netmask and range, then other pods' subnets (source)."""
    world, zone, name = call.world, call["zoneid"], call["name"]
    others = world.pods.select(zone_id=zone.id)
    if any(pod.name == name for pod in others):
        raise invalid(
            f"A pod with name: {name} already exists in zone {describe(zone)}. Please specify a different pod name. "
        )
    gateway, netmask = call.get("gateway", ""), call.get("netmask", "")
    net = subnet(gateway, netmask)
    start = call.get("startip", "")
    if not is_ip(start):
        raise invalid("Please specify a valid start IP")
    # Without an end the range goes up to the last address of the subnet.
    end = call.get("endip") or str(net.broadcast_address - 1)
    check_range(start, end, net)
    if overlap(gateway, gateway, start, end):
        raise invalid("The gateway shouldn't overlap start/end ip addresses")
    for pod in others:
        if cidr(pod).overlaps(net):
            raise invalid(
                f"The subnet of the pod you are adding conflicts with the subnet of the Pod: {pod.name} in "
                f"{describe(zone)}. Please specify a different CIDR."
            )
    state = call.get("allocationstate") or "Enabled"
    pod = Pod(world.pods.next_id(), world.new_uuid(), name, zone.id, gateway, netmask, [IpRange(start, end)], state)
    return {"pod": view(world, world.pods.add(pod))}


@command("listPods", JAVA, id="pods")
def list_pods(call: Call) -> Body:
    rows = call.world.pods.select(
        **filters(call, id="id", zoneid="zone_id", name="name", allocationstate="allocation_state")
    )
    world = call.world

    def one(pod: Pod) -> Body:
        body = view(world, pod)
        if call.get("showcapacities"):
            body["capacity"] = of_place(world, Scope(world.zones[pod.zone_id], pod), OF_POD)
        return body

    return answer(call, "pod", keyword(call, rows), one)


@command("updatePod", JAVA, id="pods")
def update_pod(call: Call) -> Body:
    """T2:66-67; gateway and netmask may only widen what is there (texts not recorded)."""
    world, pod, name = call.world, call["id"], call.get("name")
    if name and any(p.name == name and p is not pod for p in world.pods.select(zone_id=pod.zone_id)):
        raise invalid(
            f"A pod with name: {name} already exists in zone {describe(world.zones[pod.zone_id])}. Please specify a "
            "different pod name. "
        )
    state = call.get("allocationstate")
    if state and state.lower() not in ("enabled", "disabled"):
        raise invalid(f"Unable to resolve Allocation State '{state}' to a supported state")
    gateway, netmask = call.get("gateway") or pod.gateway, call.get("netmask") or pod.netmask
    net = subnet(gateway, netmask)
    first = pod.ranges[0] if pod.ranges else IpRange("", "")
    start, end = call.get("startip") or first.start, call.get("endip") or first.end
    if start:
        check_range(start, end, net)
        if overlap(gateway, gateway, start, end):
            raise invalid("The gateway shouldn't overlap start/end ip addresses")
        if any(ip_in_use(ip, first) and not overlap(ip, ip, start, end) for ip in pod.used_ips):
            raise invalid("The specified IP range doesn't include some IPs that are already allocated")
        if pod.ranges:
            first.start, first.end = start, end
        else:
            pod.ranges.append(IpRange(start, end))
    pod.gateway, pod.netmask, pod.name = gateway, netmask, name or pod.name
    if state:
        pod.allocation_state = state.capitalize()
    return {"pod": view(world, pod)}


def ip_in_use(ip: str, ip_range: IpRange) -> bool:
    return bool(ip_range.start) and overlap(ip, ip, ip_range.start, ip_range.end)


@command("deletePod", JAVA, id="pods")
def delete_pod(call: Call) -> Body:
    """T2:71: addresses in use are noticed before clusters are."""
    world, pod = call.world, call["id"]
    if pod.used_ips:
        raise refused("The pod cannot be deleted because there are private IP addresses allocated in this pod.")
    for table, words in (
        (world.hosts, "servers"),
        (world.clusters, "clusters"),
        (world.storage_pools, "storage pools"),
    ):
        if table.select(pod_id=pod.id):
            raise refused(f"The pod cannot be deleted because there are {words} in this pod.")
    world.pods.remove(pod)
    return {"success": True}
