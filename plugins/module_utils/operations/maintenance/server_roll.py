# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's own roll (field facts "Host life cycle", T2:80-83).

It knows KVM alone, and its Disabled cluster blocks its own drains; a timeout that is not above the ping interval is a
successful job that did nothing, and so is one that left all hosts out, as it does with hosts without scripts.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Outcome
from ...core.errors import ApiError, JobLost, Refused
from ...core.maintenance.server_roll import PING_INTERVAL, pitfalls
from ...core.placement.fleet import Fleet
from ...core.zone.allocation_states import DISABLED, ENABLED
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ...ports.jobs import Rolled
from ..waiting import job_ended
from ..zone.allocation_states import ensure_allocation_state
from . import locks
from .rolling import Request, cluster_of, scope_of

PING, DRAIN = 10, 1800  # seconds: defaults of the server's settings


def roll(cloud: Cloud, request: Request, payload: str, forced: bool, timeout: int, check_mode: bool) -> Outcome:
    """``startRollingMaintenance`` with its pitfalls checked first, under the cluster's lock."""
    cluster = cluster_of(cloud, request)
    fleet = cloud.fleets.read(cluster)
    reasons = pitfalls(fleet, timeout, _seconds(cloud, PING_INTERVAL, PING))
    if reasons:
        raise Refused(f"cluster {cluster.name}", reasons)
    if check_mode:
        return Outcome(True, {}, {"hosts": [host.name for host in fleet.hosts]}, {"engine": "cloudstack"})
    with locks.held(cloud, cluster, replace(request.claim, keep=False)) as lock:
        try:
            options = {"payload": payload or None, "forced": forced, "timeout": timeout}
            rolled = _carry_out(cloud, request, fleet, options, lock)
        except JobLost:
            # It may be under way, and opens the cluster at its own end.
            raise
        except ApiError:
            _opened(cloud, cluster)
            raise
        warnings = _opened(cloud, cluster)
    left_out = [f"the server skipped host {name}: {why}" for name, why in rolled.skipped.items()]
    result = {"engine": "cloudstack", "done": list(rolled.updated), "skipped_hosts": list(rolled.skipped)}
    after = {"hosts": list(rolled.updated)} if rolled.updated else {}
    return Outcome(bool(rolled.updated), {}, after, result, (*warnings, *left_out))


def _opened(cloud: Cloud, cluster: Cluster) -> tuple[str, ...]:
    """The server disables the cluster for its roll and has to enable it at the end, also after an error.

    It was enabled before: one that is Disabled is refused.
    """
    if cloud.clusters.fresh(cluster).allocation_state != DISABLED:
        return ()
    ensure_allocation_state(cloud, {"zone": cluster.zone_id, "cluster": cluster.id}, ENABLED, False)
    text = f"the server left cluster {cluster.name} Disabled after its roll; it was enabled again"
    cloud.progress(text)
    return (text,)


def _carry_out(
    cloud: Cloud, request: Request, fleet: Fleet, options: t.Mapping[str, t.Any], lock: locks.Held
) -> Rolled:
    """Start it and wait for its end. Raises ApiError, also where its job ends well and says that it failed (T2:83)."""
    ids: dict[str, object] = {"cluster_ids": fleet.cluster.id}
    if request.hosts:
        ids = {"host_ids": ",".join(host.id for host in scope_of(fleet, request))}
    job = cloud.jobs.start("rolling_maintenance", **ids, **options)
    if isinstance(job, ApiError):
        raise job

    def ask() -> t.Union[t.Literal[False], Rolled, ApiError]:
        lock.beat()
        return cloud.jobs.ask_roll(job) if job else Rolled((), {})

    # Four stages of each host, and its drain.
    each = options["timeout"] * 4 + _seconds(cloud, "kvm.rolling.maintenance.wait.maintenance.timeout", DRAIN)
    outcome = job_ended(
        cloud,
        ask,
        what=f"the server's roll through cluster {fleet.cluster.name}",
        limit=float(each * max(len(fleet.hosts), 1)),
    )
    if isinstance(outcome, ApiError):
        raise outcome
    return outcome


def _seconds(cloud: Cloud, name: str, default: int) -> int:
    """A setting of the server; the default where it has none. Raises InvalidValue."""
    setting = cloud.settings.find(name)
    return int(setting.number()) if setting and setting.value else default
