"""Traffic types of physical networks (T1:14-19)."""

from __future__ import annotations

from ..errors import refused
from ..paging import answer
from ..registry import Body, Call, Work, command
from ..rules.words import one_of
from ..world import World
from ..world.networks import TrafficType

USAGE = "org.apache.cloudstack.api.command.admin.usage"
TRAFFIC = ("Public", "Guest", "Storage", "Management")
LABELS = ("kvmnetworklabel", "xennetworklabel", "vmwarenetworklabel", "hypervnetworklabel", "ovm3networklabel")
# Which part of the server carries a kind of traffic (not recorded).
IMPLEMENTORS = {
    "Public": "PublicNetworkGuru",
    "Guest": "ExternalGuestNetworkGuru",
    "Storage": "StorageNetworkGuru",
    "Management": "PodBasedNetworkGuru",
    "Control": "ControlNetworkGuru",
}


def traffic_view(world: World, traffic: TrafficType) -> Body:
    network = world.physical_networks[traffic.physical_network_id]
    return {
        "id": traffic.uuid,
        "traffictype": traffic.traffic_type,
        "physicalnetworkid": network.uuid,
        **traffic.labels,
    }


@command("addTrafficType", USAGE)
def add_traffic_type(call: Call) -> Work:
    """T1:14-18: one of each kind on a network; only guest traffic may be on several networks of a zone (source)."""
    world, network = call.world, call["physicalnetworkid"]
    kind = one_of(call["traffictype"], TRAFFIC, "trafficType")
    if any(t.traffic_type == kind for t in world.traffic_types.select(physical_network_id=network.id)):
        raise refused(f"This physical network already supports the traffic type: {kind}")
    if kind != "Guest":
        for other in world.physical_networks.select(zone_id=network.zone_id):
            if any(t.traffic_type == kind for t in world.traffic_types.select(physical_network_id=other.id)):
                raise refused(f"Zone {network.zone_id} already has a physical network that carries {kind} traffic")
    labels = {name: call[name] for name in LABELS if call.get(name)}
    traffic = TrafficType(
        world.traffic_types.next_id(), world.new_uuid(), network.id, kind, labels, call.get("vlan", "")
    )
    world.traffic_types.add(traffic)
    return Work(lambda: {"traffictype": traffic_view(world, traffic)}, traffic.uuid, ("TrafficType", traffic.uuid))


@command("listTrafficTypes", USAGE)
def list_traffic_types(call: Call) -> Body:
    rows = call.world.traffic_types.select(physical_network_id=call["physicalnetworkid"].id)
    return answer(call, "traffictype", rows, lambda row: traffic_view(call.world, row))


@command("updateTrafficType", USAGE, id="traffic_types")
def update_traffic_type(call: Call) -> Work:
    """A blank takes a label away (source)."""
    world, traffic = call.world, call["id"]

    def run() -> Body:
        for name in LABELS:
            if call.get(name):
                traffic.labels[name] = call[name]
            elif name in call:
                traffic.labels.pop(name, None)
        return {"traffictype": traffic_view(world, traffic)}

    return Work(run, instance=("TrafficType", None))


@command("deleteTrafficType", USAGE, id="traffic_types")
def delete_traffic_type(call: Call) -> Work:
    """Refused while networks or addresses of that traffic are on the physical network (text not recorded)."""
    world, traffic = call.world, call["id"]
    chosen = {"physical_network_id": traffic.physical_network_id}

    def run() -> Body:
        kind = traffic.traffic_type
        used = (kind == "Guest" and world.networks.select(traffic_type=kind, **chosen)) or (
            kind == "Public" and world.vlan_ranges.select(virtual=True, **chosen)
        )
        if used:
            raise refused(
                f"The Traffic Type is not deletable because there are existing networks with this traffic type:{kind}"
            )
        world.traffic_types.remove(traffic)
        return {"success": True}

    return Work(run, instance=("TrafficType", None))


@command("listTrafficTypeImplementors", USAGE)
def list_traffic_type_implementors(call: Call) -> Body:
    kinds = (
        [one_of(call["traffictype"], tuple(IMPLEMENTORS), "trafficType")] if call.get("traffictype") else IMPLEMENTORS
    )
    rows = list(kinds)
    return answer(
        call,
        "traffictypeimplementor",
        rows,
        lambda kind: {"traffictype": kind, "traffictypeimplementor": IMPLEMENTORS[kind]},
    )
