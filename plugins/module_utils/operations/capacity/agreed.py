# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster whose account we and the server agree on: nothing is planned with figures that contradict each other."""

from __future__ import annotations

import typing as t

from ...core.errors import Reason, Refused
from ...core.placement.accounts import disputes
from ...core.placement.fleet import Fleet
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud

LOOKS = 4  # at figures that change while they are read, one after the other
PAUSE = 1.0  # seconds between them


def agreed(cloud: Cloud, cluster: Cluster, fleet: t.Optional[Fleet] = None) -> Fleet:
    """The cluster as it stands. Raises Refused with both figures where its VMs, its hosts and listCapacity differ.

    VMs come and go while they are listed, and figures are behind a change of factors for a while: so the server is
    asked to count anew before they are called different. fleet: a reading of this moment.
    """
    fleet = fleet or cloud.fleets.read(cluster)
    found = differences(cloud, fleet)
    for _look in range(LOOKS - 1):
        if not found:
            break
        cloud.capacities.of_cluster(cluster.id, latest=True)
        fleet = cloud.fleets.read(cloud.clusters.fresh(cluster), fleet)
        found = differences(cloud, fleet)
        if found:
            cloud.clock.sleep(PAUSE)
    if found:
        raise Refused(f"cluster {cluster.name}", found)
    return fleet


def differences(cloud: Cloud, fleet: Fleet) -> t.Sequence[Reason]:
    """What of a cluster as it was read does not fit the server's own account."""
    return disputes(fleet, cloud.capacities.of_cluster(fleet.cluster.id))
