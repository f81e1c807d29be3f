# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VM HA of a place: what the loss of each host costs."""

from __future__ import annotations

from ...core.bmc.outage import NotBack, not_back
from ...core.bmc.vm_ha import REMEDIES, Loss, losses
from ...core.capacity import headroom
from ...core.change import Outcome
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..zone.places import Names, clusters, place


def seen_ha(cloud: Cloud, names: Names) -> Outcome:
    """For each host of the place: the VMs that start elsewhere after its loss, and why the others do not."""
    where = place(cloud, names)
    held = cloud.settings.find("ha.tag")
    tag = (held.value or "") if held is not None else ""
    rows: list[dict[str, object]] = []
    warnings = []
    for cluster in clusters(cloud, where):
        fleet = cloud.fleets.read(cluster)
        lost = losses(fleet, tag)
        if where.scope == "host":
            lost = tuple(each for each in lost if each.host_id == where.thing.id)
        tagged = sorted(host.name for host in fleet.hosts if tag and tag in (host.host_tags or ()))
        if tag and not tagged:
            warnings.append(
                f"ha.tag is {tag}, but no host of cluster {cluster.name} has it: its HA VMs will not be restarted"
            )
        rows.append(_row(cluster, lost, tagged, not headroom.failing(fleet, 1)))
    down = [_down(each) for each in not_back(cloud.outages.stopped(where.zone.id))]
    return Outcome(False, result={"ha_tag": tag, "clusters": rows, "not_back": down}, warnings=tuple(warnings))


def _down(each: NotBack) -> dict[str, object]:
    return {
        "id": each.vm.id,
        "vm": each.vm.name,
        "state": each.vm.state,
        "since": each.vm.since,
        "pools": [name for name, _state in each.vm.pools],
        "code": each.code,
        "why": each.why,
        "remedy": each.remedy,
    }


def _row(cluster: Cluster, lost: tuple[Loss, ...], tagged: list[str], spare: bool) -> dict[str, object]:
    return {
        "id": cluster.id,
        "cluster": cluster.name,
        "hypervisor": cluster.hypervisor,
        "ha_hosts": tagged,
        "holds_one_failure": spare,
        "hosts": [
            {
                "id": each.host_id,
                "host": each.host,
                "restarted": list(each.restarted),
                "lost": [
                    {
                        "id": vm.id,
                        "vm": vm.name,
                        "kind": vm.kind,
                        "code": vm.code,
                        "why": vm.why,
                        "remedy": REMEDIES[vm.code],
                    }
                    for vm in each.lost
                ],
            }
            for each in lost
        ],
    }
