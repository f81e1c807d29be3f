"""listCapacity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..paging import answer, filters
from ..registry import Body, Call, command
from ..rules.capacity import percent, short, totals
from ..world import World
from ..world.hosts import Host
from ..world.zones import Zone


class Line(NamedTuple):
    """`type` and its name as CloudStack numbers them; amounts in the type's own unit (bytes, MHz, cores)."""

    type: int
    name: str
    used: int
    total: int


def lines(world: World, hosts: Sequence[Host]) -> list[Line]:
    """Of a scope without storage figures yet: the server collects those later (T1:57)."""
    sums = totals(world, hosts)
    return [
        Line(0, "MEMORY", sums.used_memory, sums.memory),
        Line(1, "CPU", sums.used_mhz, sums.mhz),
        Line(2, "STORAGE", 0, 0),
        Line(6, "SECONDARY_STORAGE", 0, 0),
        Line(19, "GPU", 0, 0),
        Line(90, "CPU_CORE", sums.used_cores, sums.cores),
    ]


def _view(zone: Zone, line: Line) -> Body:
    body: Body = {"type": line.type, "name": line.name, "zoneid": zone.uuid, "zonename": zone.name}
    if line.name == "GPU":
        body["capacityallocated"] = 0
    return {
        **body,
        "capacityused": line.used,
        "capacitytotal": line.total,
        "percentused": short(percent(line.used, line.total)),
    }


@command("listCapacity", "org.apache.cloudstack.api.command.admin.resource")
def list_capacity(call: Call) -> Body:
    """Zone by zone; `type` picks one. Pods, clusters and `fetchlatest` are not modelled yet."""
    world, found = call.world, []
    zones = [call["zoneid"]] if "zoneid" in call else list(world.zones)
    for zone in zones:
        chosen = {"zone_id": zone.id, **filters(call, podid="pod_id", clusterid="cluster_id")}
        found += [(zone, line) for line in lines(world, world.hosts.select(**chosen))]
    if "type" in call:
        found = [pair for pair in found if pair[1].type == call["type"]]
    return answer(call, "capacity", found, lambda pair: _view(*pair))
