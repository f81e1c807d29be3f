# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters closed to new VMs at their limit, and opened again below it.

That a cluster was closed here is written on it, so that one that an operator has closed is not opened.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.capacity.headroom import vm_limit
from ...core.change import Outcome
from ...core.maintenance.cluster_limit import Action, Load, decided
from ...core.zone.allocation_states import DISABLED, ENABLED
from ...core.zone.resource_states import DRAINING
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..notes import add_note, remove_notes
from ..zone.allocation_states import ensure_allocation_state
from ..zone.places import Names, clusters, place
from . import locks

Json = dict[str, t.Any]
MARK = "hostcraft.capacity closed at "


@dataclass(frozen=True)
class Request:
    """spare_hosts: hosts that may fail. most_vms: guests of a host, None for the server's limit. margin: VMs."""

    claim: locks.Claim
    spare_hosts: int = 1
    most_vms: t.Optional[int] = None
    margin: int = 0


def ensure_limits(cloud: Cloud, names: Names, request: Request, check_mode: bool) -> Outcome:
    """Of every cluster of the place."""
    rows: list[Json] = []
    before: Json = {}
    after: Json = {}
    warnings: list[str] = []
    for cluster in clusters(cloud, place(cloud, names)):
        row, action = _judged(cloud, cluster, request)
        rows.append(row)
        if not action:
            continue
        if row["busy"]:
            warnings.append(f"cluster {cluster.name} was not changed: {row['busy']}")
            continue
        before[cluster.name] = cluster.allocation_state if action != "forget" else "opened by another user"
        after[cluster.name] = {"close": DISABLED, "open": ENABLED, "forget": "open"}[action]
        row["allocation_state"] = {"close": DISABLED, "open": ENABLED, "forget": ENABLED}[action]
        row["action"] = {"close": "closed", "open": "opened", "forget": "kept"}[action]
        if not check_mode:
            warnings += _carried_out(cloud, cluster, action, row["most"])
    return Outcome(bool(after), before, after, {"clusters": rows}, tuple(warnings))


def _judged(cloud: Cloud, cluster: Cluster, request: Request) -> tuple[Json, Action]:
    fleet = cloud.fleets.read(cluster)
    running = sum(len(fleet.on(host.id)) for host in fleet.hosts)
    most = vm_limit(fleet, request.most_vms, request.spare_hosts)
    ours = any(note.text.startswith(MARK) for note in cloud.notes.all("CLUSTER", cluster.id))
    action = decided(Load(running, most, cluster.allocation_state == DISABLED, ours), request.margin)
    # A disabled cluster blocks the drain of its hosts (field facts, "Host life cycle").
    draining = [host.name for host in fleet.hosts if host.resource_state == DRAINING]
    lock = locks.standing(cloud, cluster, request.claim) if action == "close" else None
    busy = f"host {', '.join(draining)} is draining" if draining else lock.message if lock else ""
    row = {
        "id": cluster.id,
        "name": cluster.name,
        "pod": cluster.pod,
        "running": running,
        "most": most,
        "allocation_state": cluster.allocation_state,
        "closed_by_limit": ours,
        "action": "kept",
        "busy": busy if action == "close" else "",
    }
    return row, action


def _carried_out(cloud: Cloud, cluster: Cluster, action: Action, most: t.Optional[int]) -> tuple[str, ...]:
    """The note comes before the closing and goes after the opening: a killed run leaves what the next one can undo."""
    names = {"zone": cluster.zone_id, "cluster": cluster.id}
    if action == "close":
        if not any(note.text.startswith(MARK) for note in cloud.notes.all("CLUSTER", cluster.id)):
            add_note(cloud, "CLUSTER", cluster.id, f"{MARK}{most}")
        return ensure_allocation_state(cloud, names, DISABLED, False).warnings
    found = ensure_allocation_state(cloud, names, ENABLED, False).warnings if action == "open" else ()
    notes = [note for note in cloud.notes.all("CLUSTER", cluster.id) if note.text.startswith(MARK)]
    remove_notes(cloud, "CLUSTER", cluster.id, notes)
    return found
