# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The place that a task means: the innermost of the zone, pod, cluster and host that it names."""

from __future__ import annotations

import typing as t

from ...core.errors import NotFound
from ...core.zone.hosts import Host, HostName
from ...core.zone.topology import Cluster, Pod, Zone
from ...ports.cloud import Cloud
from .. import lookup
from . import hosts

Names = t.Mapping[str, t.Optional[str]]
Thing = t.Union[Zone, Pod, Cluster, Host]


class Place(t.NamedTuple):
    """scope: "zone", "pod", "cluster" or "host"; thing: of that scope."""

    scope: str
    thing: Thing
    zone: Zone

    @property
    def subject(self) -> str:
        return f"{self.scope} {self.thing.name}"


def place(cloud: Cloud, names: Names) -> Place:
    """``names``: zone, pod, cluster, host; the only zone there is unless one is named. Raises NotFound, Ambiguous."""
    zone = lookup.zone(cloud, names.get("zone"))
    if names.get("host"):
        return Place("host", hosts.required(cloud, HostName(str(names["host"])), zone), zone)
    pod = lookup.pod(cloud, str(names["pod"]), zone) if names.get("pod") else None
    if names.get("cluster"):
        return Place("cluster", lookup.cluster(cloud, str(names["cluster"]), zone, pod), zone)
    return Place("pod", pod, zone) if pod else Place("zone", zone, zone)


def host_of(cloud: Cloud, names: Names) -> Host:
    """The host that a task names. Raises NotFound where it names none."""
    where = place(cloud, names)
    if not isinstance(where.thing, Host):
        raise NotFound("host", str(names.get("host") or ""), f"zone {where.zone.name}")
    return where.thing


def hosts_in(cloud: Cloud, where: Place) -> list[Host]:
    """The hypervisor hosts of a place, by name."""
    if isinstance(where.thing, Host):
        return [where.thing]
    inside = {} if where.scope == "zone" else {f"{where.scope}_id": where.thing.id}
    return sorted(cloud.hosts.all(zone_id=where.zone.id, **inside), key=lambda host: host.name)


def clusters(cloud: Cloud, where: Place) -> t.Sequence[Cluster]:
    """The clusters of a place, or the one that it lies in."""
    thing = where.thing
    if isinstance(thing, Cluster):
        return (thing,)
    if isinstance(thing, Host):
        return (lookup.cluster(cloud, thing.cluster_id, where.zone),)
    inside = {"pod_id": thing.id} if isinstance(thing, Pod) else {}
    return cloud.clusters.all(zone_id=where.zone.id, **inside)
