"""createVlanIpRange, listVlanIpRanges."""

from __future__ import annotations

from ..errors import invalid
from ..paging import answer, filters
from ..registry import Body, Call, command
from ..rules.addresses import check_range, overlap, subnet
from ..rules.vlans import covers
from ..world import World
from ..world.networks import PhysicalNetwork, VlanRange
from ..world.zones import Zone

JAVA = "org.apache.cloudstack.api.command.admin.vlan"
PREFIX, UNTAGGED = "vlan://", "vlan://untagged"


def view(world: World, row: VlanRange) -> Body:
    body: Body = {
        "id": row.uuid,
        "forvirtualnetwork": row.virtual,
        "zoneid": world.zones[row.zone_id].uuid,
        "vlan": row.vlan,
        "gateway": row.gateway,
        "netmask": row.netmask,
        "cidr": str(subnet(row.gateway, row.netmask)),
        "startip": row.start,
        "endip": row.end,
        "networkid": world.networks[row.network_id].uuid,
        "physicalnetworkid": world.physical_networks[row.physical_network_id].uuid,
        "forsystemvms": row.for_system_vms,
    }
    if row.pod_id is not None:
        pod = world.pods[row.pod_id]
        body.update(podid=pod.uuid, podname=pod.name)
    return body


def _place(call: Call) -> tuple[Zone, PhysicalNetwork]:
    """Zone and physical network; the latter is found by its public traffic when the call leaves it out."""
    world = call.world
    physical = call.get("physicalnetworkid")
    zone = call.get("zoneid") or (world.zones[physical.zone_id] if physical else None)
    if zone is None:
        raise invalid("Please specify a valid zone.")
    if physical is None:
        for network in world.physical_networks.select(zone_id=zone.id):
            kinds = {t.traffic_type for t in world.traffic_types.select(physical_network_id=network.id)}
            if "Public" in kinds:
                return zone, network
        raise invalid(f"Unable to find a physical network with public traffic in the zone {zone.name}")
    return zone, physical


def _uri(text: str) -> str:
    """`"50"`, `"vlan://50"` → `"vlan://50"`; nothing → untagged."""
    bare = text.removeprefix(PREFIX)
    return f"{PREFIX}{bare}" if bare else UNTAGGED


@command("createVlanIpRange", JAVA)
def create_vlan_ip_range(call: Call) -> Body:
    """T1:32-33; public ranges only: those of shared networks come with guest networks."""
    world = call.world
    zone, physical = _place(call)
    if not call.get("forvirtualnetwork"):
        raise invalid("Only ranges of the public network (forvirtualnetwork=true) can be created without a network")
    net = subnet(call.get("gateway", ""), call.get("netmask", ""))
    start = call.get("startip", "")
    end = call.get("endip") or start
    check_range(start, end, net)
    if overlap(call["gateway"], call["gateway"], start, end):
        raise invalid("The gateway ip should not be the part of the ip range being added.")
    vlan = _uri(call.get("vlan", ""))
    tag = vlan.removeprefix(PREFIX)
    if tag.isdigit() and covers(physical.vlans, int(tag)):
        raise invalid(
            f"The VLAN tag {tag} is already being used for dynamic vlan allocation for the guest network in zone "
            f"{zone.name}"
        )
    for row in world.vlan_ranges.select(zone_id=zone.id):
        if overlap(start, end, row.start, row.end) and (row.vlan == vlan or UNTAGGED in (row.vlan, vlan)):
            raise invalid(
                "The IP range already has IPs that overlap with the new range. Please specify a different start "
                "IP/end IP."
            )
    public = world.networks.select(zone_id=zone.id, traffic_type="Public")[0]
    row = VlanRange(
        world.vlan_ranges.next_id(), world.new_uuid(), zone.id, public.id, physical.id, True, vlan, call["gateway"],
        call["netmask"], start, end, bool(call.get("forsystemvms", False)),
    )  # fmt: skip
    return {"vlan": view(world, world.vlan_ranges.add(row))}


@command("listVlanIpRanges", JAVA, id="vlan_ranges")
def list_vlan_ip_ranges(call: Call) -> Body:
    chosen = filters(
        call,
        id="id",
        zoneid="zone_id",
        podid="pod_id",
        networkid="network_id",
        physicalnetworkid="physical_network_id",
        forvirtualnetwork="virtual",
    )
    if call.get("vlan"):
        chosen["vlan"] = _uri(call["vlan"])
    rows = call.world.vlan_ranges.select(**chosen)
    return answer(call, "vlaniprange", rows, lambda row: view(call.world, row))
