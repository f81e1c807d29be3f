# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance that another task of this collection ends: what it would have given back is told, its mark dropped."""

from __future__ import annotations

from ...core.maintenance.marks import alive
from ...core.zone.hosts import Host
from ...core.zone.resource_states import ENABLED
from ...ports.cloud import Cloud
from .. import lookup
from . import locks, marks

NOBODY = locks.Claim(locks.Lock("", ""))


def ended(cloud: Cloud, host: Host, check_mode: bool) -> tuple[str, ...]:
    """host: as it was before. Warnings of what is not given back.

    The mark stays while another run works on the cluster, and where a killed run has enabled the host for a moment.
    """
    mark = marks.read(cloud, host)
    if mark is None or (mark.open and host.resource_state == ENABLED):
        return ()
    cluster = lookup.cluster(cloud, host.cluster_id, lookup.zone(cloud, host.zone_id))
    other = locks.standing(cloud, cluster, NOBODY)
    if other is not None:
        return (f"host {host.name}: the annotation of its maintenance was not removed: {other.message}",)
    if not check_mode:
        marks.clear(cloud, host, mark)
    its = alive(host, mark)
    down = [name for vm_id, kind, name in its.stopped if _is_down(cloud, vm_id, kind)] if its else []
    if not down:
        return ()
    return (
        f"host {host.name}: its maintenance stopped VMs that are not started, because cs_maintenance did not end it: "
        f"{', '.join(down)}",
    )


def _is_down(cloud: Cloud, vm_id: str, kind: str) -> bool:
    seen = cloud.fleets.machine(vm_id, kind)
    return seen is not None and seen.state == "Stopped"
