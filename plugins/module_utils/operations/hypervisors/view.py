# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hypervisors of a cluster say, beside what CloudStack says."""

from __future__ import annotations

import contextlib
import typing as t

from ...core.accounting import total
from ...core.change import Outcome, plain
from ...core.hypervisors.drift.differences import differences
from ...core.hypervisors.drift.model import Drift, Expected, matched
from ...core.hypervisors.model import HypervisorCapabilities, HypervisorView
from ...core.placement.fleet import Fleet, balances
from ...core.zone.physical_networks import LABELS
from ...core.zone.topology import Cluster, Zone
from ...ports.cloud import Cloud
from .. import lookup
from .native import Reach


def show(cloud: Cloud, zone_name: t.Optional[str], cluster_name: str, reach: Reach) -> Outcome:
    """One cluster from both sides, and where they differ; nothing is written."""
    zone = lookup.zone(cloud, zone_name)
    cluster = lookup.cluster(cloud, cluster_name, zone)
    fleet = cloud.fleets.read(cluster)
    with contextlib.closing(reach(cluster, fleet.hosts)) as hypervisor:
        view = hypervisor.read()
    found = differences(fleet, view, expected(cloud, zone, cluster, view.capabilities))
    return Outcome(
        False,
        result={
            "cluster": cluster.name,
            "capabilities": plain(view.capabilities),
            "hosts": _hosts(fleet, view),
            "guests": [plain(each) for each in view.guests],
            "unread": [{"host": name, "error": error} for name, error in view.unread],
            "differences": [plain(each) for each in found],
            "summary": _summary(found),
        },
    )


def expected(cloud: Cloud, zone: Zone, cluster: Cluster, capabilities: HypervisorCapabilities) -> Expected:
    """Traffic labels of the zone, and the shared storage of the cluster."""
    label = LABELS[capabilities.hypervisor]
    labels = {
        each.traffic_type: str(label(each))
        for network in cloud.physical_networks.all(zone_id=zone.id)
        for each in cloud.traffic_types.all(physical_network_id=network.id)
        if label(each)
    }
    pools = {
        pool.id: pool.name
        for pool in cloud.storage_pools.all(zone_id=zone.id)
        if pool.scope in ("CLUSTER", "ZONE") and pool.state == "Up" and pool.cluster_id in ("", cluster.id)
        # One of the whole zone belongs to one kind of hypervisor.
        if not pool.hypervisor or pool.hypervisor in (capabilities.hypervisor, "Any")
    }
    return Expected(labels, pools)


def _hosts(fleet: Fleet, view: HypervisorView) -> list[dict[str, object]]:
    """Hosts of both sides: the hypervisor's facts, CloudStack's account, and what guests really take."""
    them, accounts = matched(fleet.hosts, view), balances(fleet)
    rows: list[dict[str, object]] = []
    for pair in them.both:
        active, account = view.active_on(pair.seen), accounts[pair.host.id]
        rows.append(
            {
                **plain(pair.seen),
                "cloudstack": {
                    "id": pair.host.id,
                    "name": pair.host.name,
                    "state": pair.host.state,
                    "resource_state": pair.host.resource_state,
                    "cpu_number": pair.host.cpu_number,
                    "cpu_speed": pair.host.cpu_speed,
                    "memory_total": pair.host.memory_total,
                    "memory_used": total((account.used, account.reserved)).ram,
                    "memory_capacity": account.capacity.ram,
                    "vms": len(fleet.on(pair.host.id)),
                },
                "usage": {
                    "guests": len(active),
                    "cpus": sum(guest.cpus or 0 for guest in active),
                    "memory": sum(guest.memory or 0 for guest in active),
                    "memory_max": sum(guest.memory_max or guest.memory or 0 for guest in active),
                },
            }
        )
    for seen in them.strangers:
        rows.append({**plain(seen), "cloudstack": None, "usage": None})
    return rows


def _summary(found: t.Sequence[Drift]) -> dict[str, int]:
    return {severity: sum(each.severity == severity for each in found) for severity in ("hurts", "note")}
