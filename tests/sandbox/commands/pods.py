"""createPod, listPods."""

from __future__ import annotations

import ipaddress

from ..errors import invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules.addresses import check_range, is_ip, overlap, subnet
from ..world import World
from ..world.zones import IpRange, Pod
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
    end = call.get("endip") or start
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
    return answer(call, "pod", keyword(call, rows), lambda pod: view(call.world, pod))
