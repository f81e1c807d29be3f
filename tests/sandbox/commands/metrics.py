"""listHostsMetrics, listClustersMetrics, listZonesMetrics (T3:106-108)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, pstdev

from ..paging import answer
from ..registry import Body, Call, command
from ..rules import capacity
from ..world import World
from ..world.hosts import Host
from ..world.settings import setting
from ..world.vms import USER
from ..world.zones import Cluster, Zone
from . import clusters, host_views, hosts, zones

JAVA = "org.apache.cloudstack.api"
GIB = 1 << 30


def _two(value: float) -> str:
    return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _percent(used: float, total: float) -> str:
    return _two(capacity.percent(used, total)) + "%"


def _thresholds(world: World, scope: list[Host], cluster_id: int | None) -> Body:
    """Whether what is allocated passes the notification or the disable threshold; use itself is not simulated."""
    body: Body = {}
    sums = capacity.totals(world, scope)
    for kind, used, total in (("cpu", sums.used_mhz, sums.mhz), ("memory", sums.used_memory, sums.memory)):
        names = [f"cluster.{kind}.allocated.capacity.{word}" for word in ("notificationthreshold", "disablethreshold")]
        place = ("Global", 0) if cluster_id is None else ("Cluster", cluster_id)
        limits = [float(setting(world, name, *place)) * total for name in names]
        body.update({f"{kind}threshold": False, f"{kind}disablethreshold": False})
        body[f"{kind}allocatedthreshold"] = used > limits[0]
        body[f"{kind}allocateddisablethreshold"] = used > limits[1]
    return body


def host_metrics(world: World, host: Host, details: Collection[str]) -> Body:
    """`cpuallocatedghz` is counted without the over-provisioning factor, the host's own totals too (T3:106)."""
    vms = world.vms.select(host_id=host.id)
    users = [vm for vm in vms if vm.kind == USER]
    factor = capacity.factors(world.clusters[host.cluster_id]).cpu

    def running(rows: Sequence[object], total: Sequence[object]) -> str:
        return f"{len(rows)} / {len(total)}"

    system = [vm for vm in vms if vm.kind != USER]
    return {
        **host_views.view(world, host, details),
        "powerstate": "Disabled",
        "instances": running([vm for vm in users if vm.state == "Running"], users),
        "systeminstances": running([vm for vm in system if vm.state == "Running"], system),
        "cputotalghz": f"{_two(host.cores * host.mhz / 1000)} Ghz",
        "cpuusedghz": "0.00 Ghz",
        "cpuallocatedghz": f"{_two(host.held_mhz / factor / 1000)} Ghz",
        "memorytotalgb": f"{_two(host.memory / GIB)} GB",
        "memoryusedgb": "0.00 GB",
        "memoryallocatedgb": f"{_two(host.held_memory / GIB)} GB",
        "networkread": "0.03 GB",
        "networkwrite": "0.02 GB",
        **_thresholds(world, [host], host.cluster_id),
    }


@command("listHostsMetrics", JAVA + ".ListHostsMetricsCmd", id="hosts")
def list_hosts_metrics(call: Call) -> Body:
    details = hosts.details_of(call)
    return answer(call, "host", hosts.listed(call), lambda host: host_metrics(call.world, host, details))


def _sums(world: World, inside: list[Host]) -> Body:
    sums = capacity.totals(world, inside)
    return {
        "cputotal": f"{_two(sums.mhz / 1000)} Ghz",
        "cpuallocated": _percent(sums.used_mhz, sums.mhz),
        "memorytotal": f"{_two(sums.memory / GIB)} GB",
        "memoryallocated": _percent(sums.used_memory, sums.memory),
    }


def _imbalance(world: World, inside: list[Host]) -> str:
    """Spread of the memory held by hosts, against its mean."""
    shares = [host.held_memory / capacity.host_memory(world, host) for host in inside]
    middle = mean(shares) if shares else 0.0
    return _percent(pstdev(shares), middle) if middle else "0.00%"


def cluster_metrics(world: World, cluster: Cluster) -> Body:
    inside = list(world.hosts.select(cluster_id=cluster.id))
    return {
        **clusters.view(world, cluster),
        "state": cluster.allocation_state,
        "hosts": f"{sum(host.state == 'Up' for host in inside)} / {len(inside)}",
        **_sums(world, inside),
        **_thresholds(world, inside, cluster.id),
        "drsimbalance": _imbalance(world, inside),
    }


@command("listClustersMetrics", JAVA + ".ListClustersMetricsCmd", id="clusters")
def list_clusters_metrics(call: Call) -> Body:
    return answer(call, "cluster", clusters.listed(call), lambda cluster: cluster_metrics(call.world, cluster))


def zone_metrics(world: World, zone: Zone) -> Body:
    inside, rows = list(world.hosts.select(zone_id=zone.id)), world.clusters.select(zone_id=zone.id)
    return {
        **zones.view(world, zone),
        "state": zone.allocation_state,
        "clusters": f"{sum(c.allocation_state == 'Enabled' for c in rows)} / {len(rows)}",
        **_sums(world, inside),
        **_thresholds(world, inside, None),
    }


@command("listZonesMetrics", JAVA + ".ListZonesMetricsCmd", id="zones", ids="zones")
def list_zones_metrics(call: Call) -> Body:
    return answer(call, "zone", zones.listed(call), lambda zone: zone_metrics(call.world, zone))
