# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones, pods and clusters made so."""

from __future__ import annotations

import typing as t

from ..core.change import Fields, Outcome, State
from ..core.topology import CLUSTER, POD, ZONE, Pod, Zone
from ..ports import Cloud
from . import lookup
from .ensure import ensure, within


def ensure_zone(cloud: Cloud, wanted: Fields, state: State, check_mode: bool, id: t.Optional[str] = None) -> Outcome:
    """``wanted``: fields of core Zone. ``id`` names the zone to rename or change."""
    held = lookup.maybe(cloud.zones, "zone", id or str(wanted["name"]))
    if held is None and state == "present":
        wanted = {**wanted, **_new_zone(cloud, wanted)}
    return ensure(cloud, cloud.zones, ZONE, held, wanted, state, check_mode)


def _new_zone(cloud: Cloud, wanted: Fields) -> Fields:
    """What a new zone is where its declaration does not say: advanced, with one resolver for guests and system VMs."""
    domain = wanted.get("domain")
    return {
        "network_type": wanted.get("network_type") or "Advanced",
        "internal_dns1": wanted.get("internal_dns1") or wanted.get("dns1"),
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
        return ensure(cloud, cloud.pods, POD, held, {**wanted, "zone_id": place.id}, state, check_mode)

    return within(lambda: lookup.zone(cloud, zone), then, wanted, state, check_mode)


def ensure_cluster(
    cloud: Cloud,
    zone: t.Optional[str],
    pod: t.Optional[str],
    wanted: Fields,
    state: State,
    check_mode: bool,
    id: t.Optional[str] = None,
) -> Outcome:
    """``wanted``: fields of core Cluster without its places; ``id`` names the cluster to rename or change."""

    def places() -> tuple[Zone, t.Optional[Pod]]:
        place = lookup.zone(cloud, zone)
        return place, lookup.pod(cloud, pod, place) if pod else None

    def then(found: tuple[Zone, t.Optional[Pod]]) -> Outcome:
        place, its_pod = found
        scope: dict[str, object] = {"zone_id": place.id}
        held = lookup.maybe(cloud.clusters, "cluster", id or str(wanted["name"]), f"zone {place.name}", **scope)
        fields = {**wanted, "zone_id": place.id, "pod_id": its_pod.id if its_pod else None}
        if held is None:
            fields["cluster_type"] = fields.get("cluster_type") or default_type(fields.get("hypervisor"))
        return ensure(cloud, cloud.clusters, CLUSTER, held, fields, state, check_mode)

    return within(places, then, wanted, state, check_mode)


def default_type(hypervisor: object) -> t.Optional[str]:
    """vCenter keeps its own clusters; CloudStack keeps all others."""
    if hypervisor is None:
        return None
    return "ExternalManaged" if str(hypervisor).casefold() == "vmware" else "CloudManaged"
