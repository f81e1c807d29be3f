# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which routers a task is about: one listing of the server, narrowed by its own filters and by names."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ...core.errors import NotFound
from ...core.naming import matches, nearest, only
from ...core.routers.router import VPC, Router
from ...core.routers.served import Served
from ...ports.cloud import Cloud
from .. import lookup


@dataclass(frozen=True)
class Scope:
    """Names or ids, "" for all. networks: of networks and VPCs. domain: with the domains below it.

    may_lack: of the networks some may have no router any more, because tenants and the server remove them.
    """

    zone: str = ""
    pod: str = ""
    cluster: str = ""
    domain: str = ""
    account: str = ""
    project: str = ""
    networks: tuple[str, ...] = ()
    may_lack: bool = False


def routers_of(cloud: Cloud, scope: Scope, stored_health: bool = False) -> tuple[Router, ...]:
    """Raises NotFound for a place, an owner or a network that is not there."""
    return named(cloud.routers.all(filters(cloud, scope), stored_health), scope.networks)


def whole(cloud: Cloud, scope: Scope) -> tuple[dict[str, str], tuple[Router, ...], tuple[str, ...]]:
    """The filters that list them, every router of the networks that have one in the scope, and networks without any.

    Of a pair one may be in another pod or cluster.
    """
    wide = filters(cloud, replace(scope, pod="", cluster=""))
    every = tuple(cloud.routers.all(wide))
    lacking = [name for name in scope.networks if scope.may_lack and not any(_serves(each, name) for each in every)]
    left = tuple(name for name in scope.networks if name not in lacking)
    routers = named(every, left) if left or not lacking else ()
    if scope.pod or scope.cluster:
        inside = {each.serves for each in cloud.routers.all(filters(cloud, scope))}
        routers = tuple(each for each in routers if each.serves in inside)
    return wide, routers, tuple(lacking)


def filters(cloud: Cloud, scope: Scope) -> dict[str, str]:
    """As the port takes them."""
    where: dict[str, str] = {}
    if scope.zone or scope.pod or scope.cluster:
        zone = lookup.zone(cloud, scope.zone)
        where["zone_id"] = zone.id
        if scope.pod:
            where["pod_id"] = lookup.pod(cloud, scope.pod, zone).id
        if scope.cluster:
            where["cluster_id"] = lookup.cluster(cloud, scope.cluster, zone).id
    if scope.project:
        where["project_id"] = cloud.owner_id("project", scope.project, scope.domain)
    elif scope.domain or scope.account:
        where["domain_id"] = cloud.owner_id("domain", scope.domain or "ROOT")
        if scope.account:
            where["account"] = scope.account
    return where


def named(routers: t.Iterable[Router], networks: t.Sequence[str]) -> tuple[Router, ...]:
    """Those of the networks and VPCs of these names or ids; a tier stands for its VPC. Raises NotFound."""
    held = tuple(routers)
    if not networks:
        return held
    found: dict[str, Router] = {}
    for name in networks:
        hits = [each for each in held if _serves(each, name)]
        if not hits:
            near = nearest(name, {each.serves_name for each in held})
            raise NotFound("network with a router", name, near=near)
        found.update({each.id: each for each in hits})
    return tuple(found.values())


def _serves(router: Router, name: str) -> bool:
    ids = (router.network_id, router.vpc_id, *router.networks)
    return name in ids or name.casefold() in (router.network.casefold(), router.vpc.casefold())


def siblings(cloud: Cloud, kind: str, id: str) -> tuple[Router, ...]:
    """All routers of a network or VPC, as they are now."""
    found = cloud.routers.all({"vpc_id": id} if kind == VPC else {"network_id": id})
    return tuple(each for each in found if each.serves == (kind, id))


def served(cloud: Cloud, kind: str, name: str, scope: Scope) -> Served:
    """The network or VPC of that name or id. Raises NotFound, Ambiguous."""
    where = {"zone_id": lookup.zone(cloud, scope.zone).id} if scope.zone else {}
    every = [each for each in cloud.served_networks.all(**where) if each.kind == kind]
    return only(matches(every, name), "VPC" if kind == VPC else "network", name, names=[each.name for each in every])
