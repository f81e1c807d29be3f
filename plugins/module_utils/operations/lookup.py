# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places that things stand in, by name or id. Each raises NotFound (with the nearest names) or Ambiguous."""

from __future__ import annotations

import typing as t

from ..core.change import Fields
from ..core.errors import Ambiguous, InvalidValue, MissingValue, NotFound, NoZone, Reason, Refused
from ..core.naming import Named, Owned, is_owner, nearest, only
from ..core.zone.physical_networks import PhysicalNetwork
from ..core.zone.system_offerings import SystemOffering
from ..core.zone.topology import Cluster, Pod, Zone
from ..ports.cloud import Cloud
from ..ports.collection import Collection

N = t.TypeVar("N", bound=Named)
H = t.TypeVar("H", bound=Owned)
DOMAIN_ROUTER = "domainrouter"


def one(collection: Collection[N], kind: str, name: str, where: str = "", **scope: object) -> N:
    """The thing of that name or id in a scope."""
    found = collection.find(name, **scope)
    names = () if found else [each.name for each in collection.all(**scope)]
    return only(found, kind, name, where, names)


def maybe(collection: Collection[N], kind: str, name: str, where: str = "", **scope: object) -> t.Optional[N]:
    """The same, or None when it is not there. Raises Ambiguous."""
    found = collection.find(name, **scope)
    return only(found, kind, name, where) if found else None


def zone(cloud: Cloud, name: t.Optional[str]) -> Zone:
    """The zone of that name; without a name the only zone there is."""
    if name:
        return one(cloud.zones, "zone", name)
    zones = cloud.zones.all()
    if not zones:
        raise NoZone()
    if len(zones) != 1:
        names = ", ".join(sorted(each.name for each in zones))
        raise MissingValue("a place", ["zone"], f"the server has {len(zones)} zones: {names}")
    return zones[0]


def pod(cloud: Cloud, name: str, place: Zone) -> Pod:
    return one(cloud.pods, "pod", name, f"zone {place.name}", zone_id=place.id)


def cluster(cloud: Cloud, name: str, place: Zone, its_pod: t.Optional[Pod] = None) -> Cluster:
    """Two pods may have clusters of one name: the pod, or POD/CLUSTER as a name, tells them apart."""
    if its_pod is not None:
        return one_cluster(cloud, name, f"pod {its_pod.name}", zone_id=place.id, pod_id=its_pod.id)
    return one_cluster(cloud, name, f"zone {place.name}", zone_id=place.id)


def one_cluster(cloud: Cloud, name: str, where: str = "", **scope: object) -> Cluster:
    """The cluster of that id, name or POD/CLUSTER in a scope. Raises Ambiguous with the pods."""
    found = clusters(cloud, name, **scope)
    if len(found) > 1:
        several = len({each.zone for each in found}) > 1
        places = [f"pod {each.pod}" + (f" of zone {each.zone}" if several else "") for each in found]
        near = f", or as {found[0].pod}/{found[0].name}" if len({each.pod for each in found}) == len(found) else ""
        raise Ambiguous("cluster", name, [each.id for each in found], places, near)
    if not found:
        return one(cloud.clusters, "cluster", name, where, **scope)
    return found[0]


def clusters(cloud: Cloud, name: str, **scope: object) -> t.Sequence[Cluster]:
    """All clusters that the name may mean. A name with a slash of its own counts before POD/CLUSTER."""
    found = cloud.clusters.find(name, **scope)
    if found or "/" not in name:
        return found
    return [each for each in cloud.clusters.all(**scope) if f"{each.pod}/{each.name}".casefold() == name.casefold()]


def router_offering(cloud: Cloud, name: str) -> SystemOffering:
    """Of routers. Raises InvalidValue for one of another kind, which the server takes (T6:87, T6:169)."""
    found = one(cloud.system_offerings, "system offering", name)
    if not found.fits(DOMAIN_ROUTER):
        raise InvalidValue("service_offering", name, f"a system offering of type {DOMAIN_ROUTER}, not {found.kind}")
    return found


def physical_network(cloud: Cloud, name: str, place: Zone) -> PhysicalNetwork:
    return one(cloud.physical_networks, "physical network", name, f"zone {place.name}", zone_id=place.id)


def owner(cloud: Cloud, wanted: Fields) -> dict[str, object]:
    """Ids of the domain and project that something is for, instead of their names; the account goes by its name.

    The server tells a domain as a path, so that its name is not compared.
    """
    domain = str(wanted.get("domain") or ("ROOT" if wanted.get("account") else ""))
    ids: dict[str, object] = {"domain": None, "project": None}
    if domain:
        ids["domain_id"] = cloud.owner_id("domain", domain)
    if wanted.get("project"):
        ids["project_id"] = cloud.owner_id("project", str(wanted["project"]), domain)
    return ids


def needs_account(what: str, wanted: Fields) -> None:
    """A domain alone owns nothing: the server takes it, and makes the thing the caller's. Raises MissingValue."""
    if wanted.get("domain_id") and not wanted.get("account") and not wanted.get("project_id"):
        raise MissingValue(what, ["account"], "a domain alone can own a shared network only")


def owned(
    cloud: Cloud, collection: Collection[H], kind: str, name: str, wanted: Fields, where: str = "", **scope: object
) -> t.Optional[H]:
    """The one of that name or id and of the owner of ``wanted`` (what ``owner`` found), or None.

    Tenants choose their names themselves, so without an owner it is the caller's own, or nobody's in the caller's
    domain; where the server does not tell the caller, the only one that the caller sees.
    Raises Ambiguous where there are only others', Refused for an id of another owner.
    """
    found = collection.find(name, **scope)
    told = any(wanted.get(each) for each in ("account", "domain_id", "project_id"))
    if name in [each.id for each in found]:
        (held,) = found
        if told and not is_owner(held, wanted):
            message = f"it belongs to {_owner_of(held)}, not to the owner in the task"
            raise Refused(f"{kind} {name}", [Reason("owner_differs", message, "correct or remove the owner")])
        return held
    if not found:
        return None
    if told:
        its = [each for each in found if is_owner(each, wanted)]
    else:
        account, domain_id = cloud.caller()
        others = [each for each in found if not each.project_id]
        own = {"account": account, "domain_id": domain_id}
        its = [each for each in others if account and (is_owner(each, own) or is_owner(each, {**own, "account": ""}))]
        if not account and len(others) == 1:
            its = others
        if others and not its:
            places = [f"of {_owner_of(each)}" for each in others]
            raise Ambiguous(kind, name, [each.id for each in others], places, _to_set(others))
    return only(its, kind, name, where) if its else None


def one_owned(
    cloud: Cloud, collection: Collection[H], kind: str, name: str, wanted: Fields, where: str = "", **scope: object
) -> H:
    """The same. Raises NotFound where there is none."""
    found = owned(cloud, collection, kind, name, wanted, where, **scope)
    if found is None:
        raise NotFound(kind, name, where, nearest(name, [each.name for each in collection.all(**scope)]))
    return found


def _to_set(things: t.Sequence[Owned]) -> str:
    """How a task names their owners: a domain that owns one itself has no account."""
    whole = [not each.account for each in things]
    if all(whole):
        return ", or set its owner with domain"
    return ", or set its owner with account and domain" + (" (domain alone for that of a domain)" if any(whole) else "")


def _owner_of(thing: Owned) -> str:
    if thing.project_id:
        return f"project {thing.project}"
    return f"account {thing.account} of domain {thing.domain}" if thing.account else f"domain {thing.domain}"
