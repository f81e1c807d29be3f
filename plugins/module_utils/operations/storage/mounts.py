# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts reach a storage pool, by the word of their hypervisors."""

from __future__ import annotations

import contextlib
import typing as t

from ...core.hypervisors.drift.hosts import storage_lacking
from ...core.zone.hosts import Host
from ...core.zone.storage import StoragePool
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..hypervisors.native import STORAGE_BACK, Reach
from ..waiting import until


def verified(cloud: Cloud, pool: StoragePool, reach: t.Optional[Reach]) -> dict[str, object]:
    """Wait until every host in service that uses the pool has it mounted; their names for the result.

    Raises WaitTimeout with the hosts that lack it. Without ``reach``, nothing is asked and nothing told.
    """
    if reach is None:
        return {}
    found: list[str] = []
    for cluster, hosts in _users(cloud, pool):

        def lacking(cluster: Cluster = cluster, hosts: t.Sequence[Host] = hosts) -> list[str]:
            return list(_lacking(reach, cluster, hosts, pool))

        what = f"the hosts of cluster {cluster.name} to reach storage pool {pool.name}"
        until(cloud, lacking, lambda left: not left, what=what, limit=STORAGE_BACK, show="; ".join)
        found += [host.name for host in hosts]
    return {"reached_by": sorted(found)}


def _users(cloud: Cloud, pool: StoragePool) -> t.Iterator[tuple[Cluster, t.Sequence[Host]]]:
    """Clusters that the pool is for, each with its hosts whose agents are up."""
    for cluster in cloud.clusters.all(zone_id=pool.zone_id):
        its = pool.cluster_id in ("", cluster.id) and pool.hypervisor in (None, "", "Any", cluster.hypervisor)
        hosts = [host for host in cloud.hosts.all(zone_id=pool.zone_id) if host.cluster_id == cluster.id]
        up = [host for host in hosts if host.state == "Up"]
        if its and up:
            yield cluster, up


def _lacking(reach: Reach, cluster: Cluster, hosts: t.Sequence[Host], pool: StoragePool) -> t.Iterator[str]:
    with contextlib.closing(reach(cluster, hosts)) as hypervisor:
        view = hypervisor.read()
    unread = dict(view.unread)
    for host in hosts:
        seen = view.host(host.name, host.ip_address)
        if host.name in unread or seen is None:
            yield f"{host.name} cannot be read: {unread.get(host.name, 'the hypervisor does not have this host')}"
        else:
            yield from (each.message for each in storage_lacking(host.name, seen, {pool.id: pool.name}))
