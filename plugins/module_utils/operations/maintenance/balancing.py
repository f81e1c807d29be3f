# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrations after a maintenance: VMs back onto their host, and those that only bring loads together."""

from __future__ import annotations

import typing as t

from ...core.placement.back import bring_back
from ...core.placement.drain import Move
from ...core.placement.evacuation import balance
from ...core.zone.hosts import Host
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from .foretelling import left_told
from .migrations import Limits, carry_out
from .plans import moves_told

Json = dict[str, t.Any]


def level(
    cloud: Cloud,
    cluster: Cluster,
    spare_hosts: int,
    limits: Limits,
    beat: t.Callable[[], None],
    made: list[Move],
    only: t.Collection[str] = (),
) -> list[Json]:
    """Plan them by the placement of this moment and carry them out; what was moved, and with ids added to ``made``.

    only: ids of the hosts that VMs may go to, none for all. A migration that fails leaves its VM where it is, which is
    said and no error: nothing depends on it.
    """
    fleet = cloud.fleets.read(cluster)
    moves = balance(fleet, (), spare_hosts, only=only)
    machines = {vm.id: vm for vm in fleet.instances}
    names = {host.id: host.name for host in fleet.hosts}
    label = f"balance of cluster {fleet.cluster.name}"
    carried = carry_out(cloud, moves, machines, limits, label, beat)
    for move, error in carried.failed.items():
        cloud.progress(f"{label}: VM {machines[move.vm].name} to {names[move.target]} failed: {error.text}")
    made += carried.done
    return moves_told(fleet, carried.done)


def returned(
    cloud: Cloud,
    cluster: Cluster,
    host: Host,
    vm_ids: t.Collection[str],
    spare_hosts: int,
    limits: Limits,
    beat: t.Callable[[], None],
    made: list[Move],
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Move VMs back by the placement of this moment: what was moved, with ids added to ``made``, and what stays."""
    fleet = cloud.fleets.read(cluster)
    back = bring_back(fleet, vm_ids, host.id, spare_hosts)
    machines = {vm.id: vm for vm in fleet.instances}
    carried = carry_out(cloud, back.moves, machines, limits, f"return to host {host.name}", beat)
    left = left_told(back)
    for move, error in carried.failed.items():
        name = machines[move.vm].name
        message = f"VM {name} is not moved back to {host.name}: {error.text}"
        left.append({"vm": name, "code": "migration_failed", "message": message, "remedy": "check the failed job"})
    made += carried.done
    return moves_told(fleet, carried.done), left
