# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there: the reading half of every module."""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome, plain
from ...core.errors import AuthenticationFailed, HostcraftError, InvalidValue, NotFound, TransportError
from ...core.zone import shown
from ...core.zone.physical_networks import PhysicalNetwork
from ...core.zone.settings import Setting
from ...core.zone.sockets import sockets_of
from ...ports.cloud import Cloud
from ...ports.collection import Collection
from .. import lookup
from . import hosts, physical_networks, settings

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


def listed_hosts(
    cloud: Cloud,
    name: t.Optional[str],
    zone: t.Optional[str],
    filters: Fields,
    wanted: t.Optional[t.Collection[str]] = None,
) -> Outcome:
    """filters: cluster and pod by name, resource_state and hypervisor by the server's words; gpus: cards too.

    wanted: names of values; all where none are given.
    """
    limits = {word: filters.get(word) for word in ("resource_state", "hypervisor")}
    scope = {**{word: limit for word, limit in limits.items() if limit}, **host_scope(cloud, zone, filters)}
    if filters.get("gpus"):
        # The server tells them only with everything else.
        scope["detail"] = "all"
    found = cloud.hosts.find(name, **scope) if name else cloud.hosts.all(**scope)
    sockets = [plain(each) for each in sockets_of(found)]
    return Outcome(False, result={"hosts": [_only(hosts.show(each), wanted) for each in found], "cpu_sockets": sockets})


def _only(values: Fields, wanted: t.Optional[t.Collection[str]]) -> Fields:
    """Raises InvalidValue for a name that is none of the values."""
    for name in wanted or ():
        if name not in values:
            raise InvalidValue("fields", name, f"one of: {', '.join(sorted(values))}")
    return {name: values[name] for name in wanted} if wanted else values


def host_scope(cloud: Cloud, zone: t.Optional[str], filters: Fields) -> dict[str, object]:
    """What limits a list of hosts to a zone, and in it to a pod or a cluster of ``filters``; with capacities."""
    place = lookup.zone(cloud, zone) if zone or filters.get("cluster") or filters.get("pod") else None
    scope: dict[str, object] = {"detail": "capacity"}
    if place:
        scope["zone_id"] = place.id
    if place and filters.get("cluster"):
        its_pod = lookup.pod(cloud, str(filters["pod"]), place) if filters.get("pod") else None
        scope["cluster_id"] = lookup.cluster(cloud, str(filters["cluster"]), place, its_pod).id
    elif place and filters.get("pod"):
        scope["pod_id"] = lookup.pod(cloud, str(filters["pod"]), place).id
    return scope


def listed_in(
    cloud: Cloud,
    key: str,
    collection: Collection[N],
    name: t.Optional[str],
    places: t.Mapping[str, t.Optional[str]],
    show: t.Callable[[N], Fields] = plain,
) -> Outcome:
    """What stands in places told by name: "zone", and in it "pod", "cluster", "physical_network" or "network"."""
    inside = [kind for kind, said in places.items() if said and kind != "zone"]
    place = lookup.zone(cloud, places.get("zone")) if places.get("zone") or inside else None
    scope: dict[str, object] = {"zone_id": place.id if place else None}
    collections: dict[str, Collection[t.Any]] = {
        "pod": cloud.pods,
        "physical_network": cloud.physical_networks,
        "network": cloud.networks,
    }
    if place:
        its_pod = lookup.pod(cloud, str(places["pod"]), place) if places.get("pod") else None
        for kind in inside:
            words, said = kind.replace("_", " "), str(places[kind])
            if kind == "cluster":
                scope["cluster_id"] = lookup.cluster(cloud, said, place, its_pod).id
                continue
            scope[f"{kind}_id"] = lookup.one(collections[kind], words, said, f"zone {place.name}", zone_id=place.id).id
    return listed(key, collection, name, show, **scope)


def listed_storage_pools(cloud: Cloud, name: t.Optional[str], places: t.Mapping[str, t.Optional[str]]) -> Outcome:
    return listed_in(cloud, "storage_pools", cloud.storage_pools, name, places, shown.storage_pool)


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
        shown.traffic_type(each, its)
        for its in networks
        for each in cloud.traffic_types.all(physical_network_id=its.id)
    ]
    return Outcome(False, result={"traffic_types": found})


def listed_settings(cloud: Cloud, name: t.Optional[str], scope: t.Mapping[str, t.Optional[str]]) -> Outcome:
    """One setting by its exact name, or all of a scope (see scope_of). Raises NotFound with the nearest names."""
    where = settings.scope_of(cloud, scope)
    found: t.Sequence[Setting]
    if name:
        one = cloud.settings.find(name, where.name, where.id)
        if one is None:
            raise settings.unknown(cloud, name, where)
        found = [one]
    else:
        found = cloud.settings.all(where.name, where.id)
    return Outcome(False, result={"configurations": [settings.show(each) for each in found]})


def answered_settings(cloud: Cloud, asked: t.Sequence[Fields]) -> Outcome:
    """Many settings of many scopes at once: of each what ``listed_settings`` tells, or its error.

    asked: a name and the places of each. Of a zone or cluster that is not there the global value is told.
    """
    return Outcome(False, result={"answers": [_answer(cloud, each) for each in asked]})


def _answer(cloud: Cloud, asked: Fields) -> Fields:
    name, places = str(asked["name"]), {key: t.cast("t.Optional[str]", asked.get(key)) for key in ("zone", "cluster")}
    try:
        try:
            return listed_settings(cloud, name, places).result
        except NotFound as error:
            if error.details.get("kind") == "setting":
                raise
            return listed_settings(cloud, name, {}).result
    except (AuthenticationFailed, TransportError):
        raise
    except HostcraftError as error:
        return {"code": error.code, "msg": error.message, "details": error.details}
