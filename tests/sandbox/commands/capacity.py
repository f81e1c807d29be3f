"""listCapacity, and the capacities that listings of places carry (T1:57, T3:97-103)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..errors import invalid
from ..paging import answer
from ..registry import Body, Call, command
from ..rules import capacity
from ..rules.addresses import count
from ..world import World
from ..world.hosts import Host
from ..world.storage import StoragePool
from ..world.zones import Cluster, Pod, Zone

# Types that a listing of a place shows, in the recorded order (it means nothing).
OF_CLUSTER = (0, 90, 3, 2, 1)
OF_POD = (90, 2, 3, 0, 1, 5)
OF_ZONE = (1, 7, 90, 3, 6, 4, 20, 0, 5, 2)
NAMES = {
    0: "MEMORY",
    1: "CPU",
    2: "STORAGE",
    3: "STORAGE_ALLOCATED",
    4: "VIRTUAL_NETWORK_PUBLIC_IP",
    5: "PRIVATE_IP",
    6: "SECONDARY_STORAGE",
    7: "VLAN",
    19: "GPU",
    20: "OBJECT_STORAGE",
    90: "CPU_CORE",
}


class Line(NamedTuple):
    """`type` as CloudStack numbers it; amounts in the type's own unit (bytes, MHz, cores, addresses, VLANs)."""

    type: int
    used: int
    total: int


class Scope(NamedTuple):
    """A zone, or one of its pods, or one of its clusters."""

    zone: Zone
    pod: Pod | None = None
    cluster: Cluster | None = None


def _hosts(world: World, scope: Scope) -> Sequence[Host]:
    if scope.cluster is not None:
        return world.hosts.select(cluster_id=scope.cluster.id)
    if scope.pod is not None:
        return world.hosts.select(pod_id=scope.pod.id)
    return world.hosts.select(zone_id=scope.zone.id)


def _pools(world: World, scope: Scope) -> list[StoragePool]:
    """Pools whose figures were collected already: T1:57 is too early for them."""
    rows = world.storage_pools.select(zone_id=scope.zone.id)
    if scope.cluster is not None:
        rows = [pool for pool in rows if pool.cluster_id == scope.cluster.id]
    elif scope.pod is not None:
        rows = [pool for pool in rows if pool.pod_id == scope.pod.id]
    return [pool for pool in rows if pool.measured]


def _storage(world: World, scope: Scope) -> list[Line]:
    pools = _pools(world, scope)
    lines = [Line(2, sum(pool.used for pool in pools), sum(pool.capacity for pool in pools))]
    if pools:
        total = sum(int(pool.capacity * capacity.pool_factor(world, pool)) for pool in pools)
        lines.append(Line(3, sum(pool.allocated for pool in pools), total))
    return lines


def _addresses(world: World, scope: Scope) -> list[Line]:
    """Management addresses of pods; VLANs and public addresses of a whole zone."""
    pods = [scope.pod] if scope.pod is not None else world.pods.select(zone_id=scope.zone.id)
    lines = [Line(5, sum(len(p.used_ips) for p in pods), sum(count(r.start, r.end) for p in pods for r in p.ranges))]
    if scope.pod is None:
        networks = world.physical_networks.select(zone_id=scope.zone.id)
        ranges = world.vlan_ranges.select(zone_id=scope.zone.id, virtual=True)
        vlans = sum(last - first + 1 for network in networks for first, last in network.vlans)
        lines.append(Line(7, sum(len(network.used_vlans) for network in networks), vlans))
        lines.append(Line(4, sum(len(r.used_ips) for r in ranges), sum(count(r.start, r.end) for r in ranges)))
    return lines


def lines(world: World, scope: Scope) -> dict[int, Line]:
    """Every capacity of a place by type."""
    sums = capacity.totals(world, _hosts(world, scope))
    found = [
        Line(0, sums.used_memory, sums.memory),
        Line(1, sums.used_mhz, sums.mhz),
        Line(90, sums.used_cores, sums.cores),
        Line(19, 0, 0),
        *_storage(world, scope),
    ]
    if scope.cluster is None:
        found += [Line(6, 0, 0), Line(20, 0, 0), *_addresses(world, scope)]
    return {line.type: line for line in found}


def _figures(line: Line) -> Body:
    return {
        "type": line.type,
        "name": NAMES[line.type],
        "capacityused": line.used,
        "capacitytotal": line.total,
        "percentused": capacity.short(capacity.percent(line.used, line.total)),
    }


def of_place(world: World, scope: Scope, types: Sequence[int]) -> list[Body]:
    """The `capacity` of a listing with showcapacities (T3:97, T3:102, T3:103)."""
    known = lines(world, scope)
    return [_figures(known[number]) for number in types if number in known]


def _as_listed(world: World, scope: Scope) -> dict[int, Line]:
    """As `lines`, but CPU and memory of more than a cluster count all hosts with one cluster's factors (T3:100), and
    those of a cluster only its hosts that are enabled (FIELD_FACTS "Second look").
    """
    known = lines(world, scope)
    if scope.cluster is not None:
        enabled = [host for host in _hosts(world, scope) if host.resource_state == "Enabled"]
        sums, own = capacity.totals(world, enabled), capacity.factors(scope.cluster)
        counted = [host for host in enabled if host.counted]
        for line in (
            Line(0, sums.used_memory, int(sum(h.memory for h in counted) * capacity.cast(own.memory))),
            Line(1, sums.used_mhz, int(sum(h.cores * h.mhz for h in counted) * capacity.cast(own.cpu))),
            Line(90, sums.used_cores, sums.cores),
        ):
            known[line.type] = line
    if scope.cluster is None:
        hosts = _hosts(world, scope)
        if hosts:
            first = capacity.factors(world.clusters[min(host.cluster_id for host in hosts)])
            known[0] = known[0]._replace(total=int(sum(h.memory for h in hosts) * capacity.cast(first.memory)))
            known[1] = known[1]._replace(total=int(sum(h.cores * h.mhz for h in hosts) * capacity.cast(first.cpu)))
        # Not before the collectors passed by (T1:57).
        if 3 not in known:
            for number in (4, 5, 7):
                known.pop(number, None)
        known.pop(20)
    return known


def _view(pair: tuple[Scope, Line]) -> Body:
    scope, line = pair
    body: Body = {**_figures(line), "zoneid": scope.zone.uuid, "zonename": scope.zone.name}
    if scope.pod is not None and line.type != 19:
        body.update(podid=scope.pod.uuid, podname=scope.pod.name)
    if scope.cluster is not None:
        body.update(clusterid=scope.cluster.uuid, clustername=scope.cluster.name)
    if line.type == 19:
        body["capacityallocated"] = 0
    return body


def _scopes(call: Call) -> list[Scope]:
    world, pod, cluster = call.world, call.get("podid"), call.get("clusterid")
    if cluster is not None:
        return [Scope(world.zones[cluster.zone_id], world.pods[cluster.pod_id], cluster)]
    if pod is not None:
        return [Scope(world.zones[pod.zone_id], pod)]
    return [Scope(zone) for zone in ([call["zoneid"]] if "zoneid" in call else world.zones)]


@command("listCapacity", "org.apache.cloudstack.api.command.admin.resource")
def list_capacity(call: Call) -> Body:
    """T1:57, T3:98-101; `fetchlatest` looks anew at every host first, `sortby=usage` puts the fullest first."""
    world = call.world
    if call.get("fetchlatest"):
        capacity.recalculate_all(world)
    found = []
    for scope in _scopes(call):
        known = _as_listed(world, scope)
        found += [(scope, known[number]) for number in sorted(known) if call.get("type", number) == number]
    if call.get("sortby", "usage") != "usage":
        raise invalid("Only value supported for sortBy parameter is : usage")
    if call.get("sortby") == "usage":
        found.sort(key=lambda pair: -capacity.percent(pair[1].used, pair[1].total))
    return answer(call, "capacity", found, _view)
