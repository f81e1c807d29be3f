# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cluster of a report a plan is about, where two pods may have clusters of one name."""

from __future__ import annotations

import typing as t

from ..placement.fleet import Fleet

Json = t.Mapping[str, t.Any]


def arguments(result: Json) -> Json:
    """What the task was asked, which every result carries."""
    return t.cast(Json, (result.get("invocation") or {}).get("module_args") or {})


def labels(fleets: t.Sequence[Fleet]) -> dict[str, str]:
    """What each cluster is called on a page, by id: its name, with its pod where another has that name."""
    found: dict[str, str] = {}
    for fleet in fleets:
        its = fleet.cluster
        others = [each for each in fleets if each.cluster.id != its.id]
        alike = any(each.cluster.name.casefold() == its.name.casefold() for each in others)
        found[its.id] = f"{its.pod}/{its.name}" if alike and its.pod else its.name
    return found


def fleet_of(fleets: t.Sequence[Fleet], plan: Json) -> t.Optional[Fleet]:
    """The cluster of a plan, by its id; else by the name that it has or that its task was asked for.

    A name that several clusters have is told apart by the hosts of the plan. None where that does not do either.
    """
    wanted = plan.get("cluster_id")
    if wanted:
        return next((each for each in fleets if each.cluster.id == wanted), None)
    name = str(plan.get("cluster") or arguments(plan).get("cluster") or "").casefold()
    named = [each for each in fleets if name in _names(each)]
    hosts = {str(host) for wave in plan.get("waves") or () for host in wave.get("hosts") or ()}
    if len(named) > 1 and hosts:
        named = [each for each in named if hosts <= {host.name for host in each.hosts}]
    return named[0] if len(named) == 1 else None


def _names(fleet: Fleet) -> tuple[str, ...]:
    its = fleet.cluster
    return (its.id.casefold(), its.name.casefold(), f"{its.pod}/{its.name}".casefold())
