# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How full the storage, addresses and VLANs of a place are, against the thresholds of its settings.

Source: 4.11.1 documentation, "Runtime Behavior of Primary Storage" (14006), settings of zones (4212-4214).
"""

from __future__ import annotations

import typing as t

from ...core.capacity import levels as rules
from ...core.capacity.levels import Level, Thresholds
from ...core.capacity.thresholds import too_late
from ...core.zone.storage import StoragePool
from ...core.zone.topology import Cluster, Pod
from ...ports.cloud import Cloud
from ..zone.places import Place, clusters
from . import pool_thresholds
from .pool_thresholds import Scope, fraction

Json = dict[str, t.Any]


class Kind(t.NamedTuple):
    """What listCapacity counts. disable: a setting from which the server places nothing more; "" for none."""

    name: str
    notify: str
    disable: str = ""


OF_ZONE: t.Mapping[int, Kind] = {
    4: Kind("public_addresses", "zone.virtualnetwork.publicip.capacity.notificationthreshold"),
    6: Kind(
        "secondary_storage", "zone.secstorage.capacity.notificationthreshold", "secondary.storage.capacity.threshold"
    ),
    7: Kind("guest_vlans", "zone.vlan.capacity.notificationthreshold"),
    8: Kind("shared_network_addresses", "zone.directnetwork.publicip.capacity.notificationthreshold"),
}
OF_POD: t.Mapping[int, Kind] = {5: Kind("private_addresses", "pod.privateip.capacity.notificationthreshold")}


def levels(cloud: Cloud, where: Place) -> Json:
    """For the result: ``storage``, the pools of the place, and ``resources``, what else its zone and pods have."""
    pools = [(pool, pool_thresholds.of_pool(cloud, pool)) for pool in _pools(cloud, where)]
    return {"storage": [_pool(pool, limits) for pool, limits in pools], "resources": list(_resources(cloud, where))}


def warnings(result: Json) -> t.Iterator[str]:
    """Settings by which nobody is told before the server places nothing more."""
    told = [(f"storage pool {each['name']}", kind) for each in result["storage"] for kind in each["not_notified"]]
    for each in result["clusters"]:
        limits = each["thresholds"]
        for kind in ("cpu", "memory"):
            if too_late(limits.get(f"{kind}_notificationthreshold"), limits.get(f"{kind}_disablethreshold")):
                told.append((f"cluster {each['name']}", kind))
    for what, kind in told:
        yield f"{what}: the notification threshold of {kind} is not below its disable threshold"


def _pools(cloud: Cloud, where: Place) -> list[StoragePool]:
    its = {each.id for each in clusters(cloud, where)}
    found = cloud.storage_pools.all(zone_id=where.zone.id)
    if where.scope != "zone":
        found = [each for each in found if not each.cluster_id or each.cluster_id in its]
    return sorted(found, key=lambda pool: pool.name)


def _pool(pool: StoragePool, limits: Thresholds) -> Json:
    return {
        "id": pool.id,
        "name": pool.name,
        "cluster": pool.cluster,
        "scope": pool.scope.lower(),
        "state": pool.state,
        "allocated": _level(rules.allocated(pool, limits)),
        "used": _level(rules.used(pool)),
        "thresholds": _limits(limits),
        "crossed": rules.crossed(pool, limits),
        "not_notified": rules.upside_down(limits),
    }


def _limits(limits: Thresholds) -> dict[str, float]:
    given = {
        "allocated_disablethreshold": limits.allocated,
        "used_disablethreshold": limits.used,
        "allocated_notificationthreshold": limits.notify_allocated,
        "used_notificationthreshold": limits.notify_used,
    }
    return {name: value for name, value in given.items() if value is not None}


def _resources(cloud: Cloud, where: Place) -> t.Iterator[Json]:
    zone: list[Scope] = [("zone", where.zone.id), ("global", "")]
    if where.scope == "zone":
        for number, level in sorted(cloud.capacities.of_place("zone", where.zone.id, tuple(OF_ZONE)).items()):
            yield _resource(cloud, OF_ZONE[number], where.zone.name, level, zone)
    for pod in _pods(cloud, where):
        for number, level in cloud.capacities.of_place("pod", pod.id, tuple(OF_POD)).items():
            yield _resource(cloud, OF_POD[number], pod.name, level, [("global", "")])


def _pods(cloud: Cloud, where: Place) -> t.Sequence[Pod]:
    if isinstance(where.thing, Pod):
        return (where.thing,)
    inside = isinstance(where.thing, Cluster) or where.scope == "host"
    return () if inside else cloud.pods.all(zone_id=where.zone.id)


def _resource(cloud: Cloud, kind: Kind, place: str, level: Level, scopes: t.Sequence[Scope]) -> Json:
    limits = {"notificationthreshold": fraction(cloud, kind.notify, scopes)}
    if kind.disable:
        limits["disablethreshold"] = fraction(cloud, kind.disable, scopes)
    known = {name: value for name, value in limits.items() if value is not None}
    crossed = sorted(name for name, value in known.items() if level.total > 0 and level.share >= value)
    return {"resource": kind.name, "place": place, **_level(level), "thresholds": known, "crossed": crossed}


def _level(level: Level) -> Json:
    return {"used": level.used, "total": level.total, "free": level.free, "share": round(level.share, 4)}
