# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones, pods and clusters made so."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State, plain
from ...core.errors import ApiError, NotFound, Reason, Refused, TransportError
from ...core.text import several
from ...core.zone.topology import (
    CLUSTER,
    MANAGED_STATES_PASSING,
    POD,
    ZONE,
    Cluster,
    Pod,
    Zone,
    is_outside,
    subnet_of,
)
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within
from ..waiting import until

FEW = 5  # hosts that a warning names


def ensure_zone(cloud: Cloud, wanted: Fields, state: State, check_mode: bool, id: t.Optional[str] = None) -> Outcome:
    """``wanted``: fields of core Zone. ``id`` names the zone to rename or change."""
    held = lookup.maybe(cloud.zones, "zone", id or str(wanted["name"]))
    if held is None and state == "present":
        _refuse_id("zone", id)
        wanted = {**wanted, **_new_zone(cloud, wanted)}
    elif held is not None and state == "present" and wanted.get("domain"):
        # The server tells the last part of its path alone, which other domains may have too.
        same = cloud.owner_id("domain", str(wanted["domain"])) == held.domain_id
        wanted = {**wanted, "domain": held.domain if same else wanted["domain"]}
    return ensure(cloud, cloud.zones, ZONE.renaming() if id else ZONE, held, wanted, state, check_mode)


def _refuse_id(kind: str, id: t.Optional[str], where: str = "") -> None:
    """An id is the server's to give: a thing of an unknown one is a mistake, not one to create."""
    if id:
        raise NotFound(kind, id, where)


def _new_zone(cloud: Cloud, wanted: Fields) -> Fields:
    """What a new zone is where its declaration does not say: advanced, with one resolver for guests and system VMs."""
    domain = wanted.get("domain")
    return {
        "network_type": wanted.get("network_type") or "Advanced",
        "internal_dns1": wanted.get("internal_dns1") or wanted.get("dns1"),
        "internal_dns2": wanted.get("internal_dns2") or wanted.get("dns2"),
        "domain": None,
        "domain_id": cloud.owner_id("domain", str(domain)) if domain else None,
    }


def ensure_pod(
    cloud: Cloud, zone: t.Optional[str], wanted: Fields, state: State, check_mode: bool, id: t.Optional[str] = None
) -> Outcome:
    """``wanted``: fields of core Pod without its zone."""

    def then(place: Zone) -> Outcome:
        name = id or str(wanted["name"])
        held = lookup.maybe(cloud.pods, "pod", name, f"zone {place.name}", zone_id=place.id)
        if held is None and state == "present":
            _refuse_id("pod", id, f"zone {place.name}")
        rules, fields = POD.renaming() if id else POD, {**wanted, "zone_id": place.id}
        outcome = ensure(cloud, cloud.pods, rules, held, fields, state, check_mode, places={"zone": place.name})
        if held is None or not {"gateway", "netmask"} & set(outcome.after):
            return outcome
        return replace(outcome, warnings=(*outcome.warnings, *_left_outside(cloud, held, outcome.after)))

    return within(lambda: lookup.zone(cloud, zone), then, wanted, state, check_mode, {"zone": zone})


def _left_outside(cloud: Cloud, pod: Pod, after: Fields) -> t.Iterator[str]:
    """Hosts whose address is not in what the pod's subnet becomes."""
    became = subnet_of(after.get("gateway") or pod.gateway, after.get("netmask") or pod.netmask)
    hosts = [each for each in cloud.hosts.all(zone_id=pod.zone_id, detail="min") if each.pod_id == pod.id]
    left = [f"{each.name} ({each.ip_address})" for each in hosts if is_outside(each.ip_address, became)]
    if left:
        yield (
            f"pod {pod.name}: the new subnet {became} does not contain the addresses of hosts {several(left, FEW)}; "
            "if the new subnet is correct, move them into it"
        )


class ClusterRequest(t.NamedTuple):
    """What a task asks of one cluster.

    fields: those of core Cluster without its places and its managed state, None where unset. managed_state: "Managed",
    "Unmanaged" or None. id: of the cluster to rename or change. limit: seconds for its hosts to be let go.
    """

    fields: Fields
    zone: t.Optional[str] = None
    pod: t.Optional[str] = None
    managed_state: t.Optional[str] = None
    id: t.Optional[str] = None
    limit: float = 600.0


def ensure_cluster(cloud: Cloud, request: ClusterRequest, state: State, check_mode: bool) -> Outcome:
    """A cluster's name is its own within its pod only. Raises as ``ensure`` does, Refused where the server gives up."""

    def places() -> tuple[Zone, t.Optional[Pod]]:
        place = lookup.zone(cloud, request.zone)
        return place, lookup.pod(cloud, request.pod, place) if request.pod else None

    def then(found: tuple[Zone, t.Optional[Pod]]) -> Outcome:
        place, its_pod = found
        fields = {**request.fields, "zone_id": place.id, "pod_id": its_pod.id if its_pod else None}
        held = _held_cluster(cloud, request, place, its_pod)
        if held is None and state == "present":
            _refuse_id("cluster", request.id, f"zone {place.name}")
            fields["cluster_type"] = fields.get("cluster_type") or default_type(fields.get("hypervisor"))
        rules = CLUSTER.renaming() if request.id else CLUSTER
        parents = {"zone": place.name, "pod": its_pod.name if its_pod else None}
        outcome = ensure(cloud, cloud.clusters, rules, held, fields, state, check_mode, places=parents)
        if request.managed_state is None or state == "absent":
            return outcome
        if not check_mode:
            held = lookup.one(cloud.clusters, "cluster", str(outcome.result["id"]), zone_id=place.id)
        return _managed(cloud, request, held, outcome, check_mode)

    names = {"zone": request.zone, "pod": request.pod}
    return within(places, then, request.fields, state, check_mode, names, cloud.clusters)


def default_type(hypervisor: object) -> t.Optional[str]:
    """vCenter keeps its own clusters; CloudStack keeps all others."""
    if hypervisor is None:
        return None
    return "ExternalManaged" if str(hypervisor).casefold() == "vmware" else "CloudManaged"


def _held_cluster(cloud: Cloud, request: ClusterRequest, place: Zone, pod: t.Optional[Pod]) -> t.Optional[Cluster]:
    """An id is looked for in the whole zone, so that a cluster asked into another pod is refused, not made twice."""
    scope: dict[str, object] = {"zone_id": place.id}
    if request.id:
        return lookup.maybe(cloud.clusters, "cluster", request.id, f"zone {place.name}", **scope)
    if pod is not None:
        scope["pod_id"] = pod.id
    name = str(request.fields["name"])
    # Not POD/NAME: the name is that of a cluster to be created.
    return (
        lookup.one_cluster(cloud, name, f"zone {place.name}", **scope) if cloud.clusters.find(name, **scope) else None
    )


def _managed(
    cloud: Cloud, request: ClusterRequest, held: t.Optional[Cluster], outcome: Outcome, check_mode: bool
) -> Outcome:
    """Bring a cluster to the wanted managed state, joined to what was changed before."""
    wanted = str(request.managed_state)
    before = held.managed_state if held else "Managed"  # as every new cluster is
    if before == wanted:
        return outcome
    after = {"managed_state": wanted}
    result = outcome.result if held is not None else {**outcome.result, **after}
    if held is not None and not check_mode:
        result = dict(plain(_walk(cloud, held, wanted, request.limit)))
    shown = {**outcome.before, "managed_state": before} if held else outcome.before
    return Outcome(True, shown, {**outcome.after, **after}, result, outcome.warnings)


def _walk(cloud: Cloud, cluster: Cluster, wanted: str, limit: float) -> Cluster:
    """Ask once what is under way has passed; a failed attempt can be asked for again (MANAGED_STATES_*).

    The server lets go of the hosts before it answers, which may outlast ``api_timeout``: the state tells how it ended.
    """
    if cluster.managed_state in MANAGED_STATES_PASSING:
        cluster = _settled(cloud, cluster, limit)
    trouble = ""
    if cluster.managed_state != wanted:
        try:
            cloud.clusters.update(cluster.id, managed_state=wanted)
        except TransportError as error:
            if not error.arrived:
                raise
            trouble = error.message
        except ApiError as error:
            trouble = error.text
        cluster = _settled(cloud, cluster, limit)
    if cluster.managed_state == wanted:
        return cluster
    reason = Reason(
        "managed_state_failed",
        f"its managed state is {cluster.managed_state} instead of {wanted}" + (f": {trouble}" if trouble else ""),
        "check that all its hosts are Up, Down or Disconnected and run again, or set managed_state=managed to cancel",
        {"managed_state": cluster.managed_state, "wanted": wanted},
    )
    raise Refused(f"cluster {cluster.name}", [reason])


def _settled(cloud: Cloud, cluster: Cluster, limit: float) -> Cluster:
    return until(
        cloud,
        lambda: cloud.clusters.fresh(cluster),
        lambda seen: seen.managed_state not in MANAGED_STATES_PASSING,
        what=f"cluster {cluster.name} to disconnect its hosts",
        limit=limit,
        show=lambda seen: seen.managed_state,
    )
