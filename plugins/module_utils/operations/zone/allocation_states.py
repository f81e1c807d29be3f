# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Allocation states: whether a zone, pod or cluster takes new VMs, and whether what it stands in lets it."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.change import Fields, Outcome, Rules, plain
from ...core.errors import MissingValue
from ...core.zone.allocation_states import blocked_by, blocks_drains, drain_warning
from ...core.zone.topology import (
    CLUSTER,
    POD,
    ZONE,
    Cluster,
    Pod,
    Zone,
)
from ...ports.cloud import Cloud
from ...ports.collection import Collection
from .. import lookup
from ..ensure import ensure, within
from .places import Names, Place, place

RULES: t.Mapping[str, Rules] = {"zone": ZONE, "pod": POD, "cluster": CLUSTER}


def ensure_allocation_state(cloud: Cloud, names: Names, state: str, check_mode: bool) -> Outcome:
    """``state``: Enabled or Disabled, of the innermost place that ``names`` tell. Raises as ``ensure`` does."""
    if not any(names.values()):
        raise MissingValue("a choice of the place", ["zone"])

    def then(where: Place) -> Outcome:
        return _ensure(cloud, where, state, check_mode)

    return within(lambda: place(cloud, names), then, {"allocation_state": state}, "present", check_mode, names)


def _ensure(cloud: Cloud, where: Place, state: str, check_mode: bool) -> Outcome:
    thing = where.thing
    collections: dict[str, Collection[t.Any]] = {"zone": cloud.zones, "pod": cloud.pods, "cluster": cloud.clusters}
    outcome = ensure(
        cloud,
        collections[where.scope],
        RULES[where.scope],
        thing,
        {"name": thing.name, "allocation_state": state},
        "present",
        check_mode,
        show=lambda seen: shown(cloud, where.scope, seen),
    )
    if blocks_drains(where.scope, state) and cloud.hosts.all(cluster_id=thing.id):
        return dataclasses.replace(outcome, warnings=(*outcome.warnings, drain_warning(where.subject)))
    return outcome


def shown(cloud: Cloud, scope: str, thing: t.Union[Zone, Pod, Cluster]) -> Fields:
    """Its state, and what it stands in that takes no VMs."""
    fields = plain(thing)
    return {
        "scope": scope,
        "id": thing.id,
        "name": thing.name,
        **{name: fields[name] for name in ("zone", "pod") if name in fields},
        "allocation_state": thing.allocation_state,
        "blocked_by": blocked_by(_around(cloud, thing)),
    }


def _around(cloud: Cloud, thing: t.Union[Zone, Pod, Cluster]) -> list[t.Union[Zone, Pod]]:
    """What it stands in, widest first."""
    if isinstance(thing, Zone):
        return []
    zone = lookup.zone(cloud, thing.zone_id)
    return [zone, lookup.pod(cloud, thing.pod_id, zone)] if isinstance(thing, Cluster) else [zone]


def listed_allocation_states(cloud: Cloud, zone: t.Optional[str]) -> Outcome:
    """Every zone, pod and cluster, or those of a zone; places of one zone stand together."""
    zones = [lookup.zone(cloud, zone)] if zone else cloud.zones.all()
    found: list[Fields] = []
    for each in zones:
        found.append(shown(cloud, "zone", each))
        found += [shown(cloud, "pod", pod) for pod in cloud.pods.all(zone_id=each.id)]
        found += [shown(cloud, "cluster", cluster) for cluster in cloud.clusters.all(zone_id=each.id)]
    return Outcome(False, result={"places": found})
