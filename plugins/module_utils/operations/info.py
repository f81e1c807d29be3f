# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there: the reading half of every module."""

from __future__ import annotations

import typing as t

from ..core.change import Fields, Outcome, plain
from ..core.errors import NotFound
from ..core.networks import PhysicalNetwork
from ..core.settings import Setting
from ..ports import Cloud, Collection
from . import hosts, lookup, physical_networks, settings

N = t.TypeVar("N")


def listed(
    key: str, collection: Collection[N], name: t.Optional[str], show: t.Callable[[N], Fields] = plain, **scope: object
) -> Outcome:
    """All things in a scope, or those of that name or id; an unknown name gives an empty list, as the server does."""
    filters = {field: value for field, value in scope.items() if value is not None}
    found = collection.find(name, **filters) if name else collection.all(**filters)
    return Outcome(False, result={key: [show(each) for each in found]})


def zone_id(cloud: Cloud, zone: t.Optional[str]) -> t.Optional[str]:
    """The id of a zone that is asked for; None where none is."""
    return lookup.zone(cloud, zone).id if zone else None


def listed_hosts(cloud: Cloud, name: t.Optional[str], zone: t.Optional[str], filters: Fields) -> Outcome:
    """filters: cluster and pod by name, resource_state and hypervisor by the server's words."""
    place = lookup.zone(cloud, zone) if zone or filters.get("cluster") or filters.get("pod") else None
    scope: dict[str, object] = {
        "zone_id": place.id if place else None,
        "resource_state": filters.get("resource_state"),
        "hypervisor": filters.get("hypervisor"),
        "detail": "capacity",
    }
    if place and filters.get("cluster"):
        scope["cluster_id"] = lookup.cluster(cloud, str(filters["cluster"]), place).id
    if place and filters.get("pod"):
        scope["pod_id"] = lookup.pod(cloud, str(filters["pod"]), place).id
    return listed("hosts", cloud.hosts, name, hosts.show, **scope)


def listed_physical_networks(cloud: Cloud, name: t.Optional[str], zone: t.Optional[str]) -> Outcome:
    def show(network: PhysicalNetwork) -> Fields:
        return physical_networks.with_providers(cloud, network)

    return listed("physical_networks", cloud.physical_networks, name, show, zone_id=zone_id(cloud, zone))


def listed_traffic_types(cloud: Cloud, zone: t.Optional[str], network: t.Optional[str]) -> Outcome:
    """Of one physical network, or of all of a zone."""
    place = lookup.zone(cloud, zone)
    networks: t.Sequence[PhysicalNetwork] = cloud.physical_networks.all(zone_id=place.id)
    if network:
        networks = [lookup.physical_network(cloud, network, place)]
    found = [
        {**plain(each), "physical_network": its.name}
        for its in networks
        for each in cloud.traffic_types.all(physical_network_id=its.id)
    ]
    return Outcome(False, result={"traffic_types": found})


def listed_settings(cloud: Cloud, name: t.Optional[str], where: settings.Scope) -> Outcome:
    """One setting by its exact name, or all of a scope. Raises NotFound for a name that is not there."""
    found: t.Sequence[Setting]
    if name:
        one = cloud.settings.find(name, where.name, where.id)
        if one is None:
            raise NotFound("setting", name)
        found = [one]
    else:
        found = cloud.settings.all(where.name, where.id)
    return Outcome(False, result={"configurations": [settings.show(each) for each in found]})
