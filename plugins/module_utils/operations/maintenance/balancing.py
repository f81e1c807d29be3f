# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Migrations that only bring the loads of a cluster's hosts together, where they are allowed."""

from __future__ import annotations

import typing as t

from ...core.placement.drain import Move
from ...core.placement.evacuation import balance
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
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
