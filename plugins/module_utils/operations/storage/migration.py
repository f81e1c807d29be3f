# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes of a pool moved to others: planned, carried out within limits, and verified.

VMs whose hypervisor moves no running VM's volumes are stopped with consent, one after the other, and started again.
Each is noted on the pool before, so that the successor of a killed run starts it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ...core.change import Outcome
from ...core.consent import consent_unknown
from ...core.errors import ApiError, HostcraftError, JobLost, Reason, Refused, TransportError, WaitTimeout
from ...core.storage.maintenance import DISABLED, UP
from ...core.storage.migration import LIVE, Move, Plan, Terms, planned
from ...core.storage.volumes import GONE, RUNNING, Volume
from ...core.zone.storage import StoragePool
from ...ports.cloud import Cloud
from .. import lookup
from ..capacity.pool_thresholds import of_pool
from ..vms import bring, settled
from ..waiting import until
from . import marks
from .maintenance import pool_of

Json = dict[str, t.Any]
FIRST, LONGEST, GROWTH = 0.2, 5.0, 1.5
MOVING = "Migrating"
AT_A_TIME = 50  # ids of VMs in one request


@dataclass(frozen=True)
class Request:
    """targets, volumes: names or ids; none for all. at_once: migrations under way. timeout: seconds of one of them."""

    pool: str
    zone: t.Optional[str]
    targets: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    at_once: int = 2
    timeout: float = 10800.0


@dataclass
class Work:
    """failed: the error by move."""

    cloud: Cloud
    request: Request
    pool: StoragePool
    done: list[Move] = field(default_factory=list)
    failed: list[tuple[Move, str]] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    down: list[Reason] = field(default_factory=list)


def show_plan(cloud: Cloud, request: Request) -> Outcome:
    pool = pool_of(cloud, request.zone, request.pool)
    plan = _plan(cloud, request, pool)
    return Outcome(False, result=_told(pool, plan), warnings=plan.strangers)


def ensure(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused with every reason before anything is moved, and with every failure after the others were moved."""
    pool = pool_of(cloud, request.zone, request.pool)
    if pool.state not in (UP, DISABLED):
        message = f"its state is {pool.state}: the server migrates volumes only off a pool that is Up or Disabled"
        raise Refused(f"storage pool {pool.name}", [Reason("pool_state", message, "end its maintenance first")])
    if not check_mode:
        _settle(cloud, request, pool)
    plan, left = _plan(cloud, request, pool), marks.moving(cloud, pool)
    if plan.reasons:
        raise Refused(f"storage pool {pool.name}", [*plan.reasons, *map(consent_unknown, plan.strangers)])
    closes = not request.volumes and pool.state == UP
    if not (plan.moves or left or closes):
        return Outcome(False, result=_told(pool, plan), warnings=plan.strangers)
    before, after = _differences(pool, plan, closes)
    if check_mode:
        return Outcome(True, before, after, _told(pool, plan), plan.strangers)
    if closes:
        # Or new volumes come while the others go.
        pool = cloud.storage_pools.update(pool.id, enabled=False)
    work = Work(cloud, request, pool)
    _carry(work, [move for move in plan.moves if move.how != "stopped"])
    for vm_id in left:
        _start(work, vm_id)
    for vm_id in dict.fromkeys(move.volume.vm_id for move in plan.moves if move.how == "stopped"):
        _stopped(work, vm_id, [move for move in plan.moves if move.volume.vm_id == vm_id])
    reasons = [*_failures(work), *work.down, *_rest(cloud, request, pool, work)]
    if reasons:
        raise Refused(f"storage pool {pool.name}", reasons)
    return Outcome(True, before, after, {**_told(pool, plan), "started": work.started}, plan.strangers)


def _plan(cloud: Cloud, request: Request, pool: StoragePool) -> Plan:
    """Raises NotFound, Ambiguous for a target that is not there."""
    there = cloud.storage_pools.again(zone_id=pool.zone_id)
    where = f"zone {pool.zone}"
    named = [
        lookup.one(cloud.storage_pools, "storage pool", name, where, zone_id=pool.zone_id) for name in request.targets
    ]
    targets = named or [each for each in there if each.id != pool.id]
    volumes = _with_clusters(cloud, pool, cloud.volumes.on(pool.id), targets)
    kinds = {each.hypervisor for each in volumes if each.hypervisor.casefold() in LIVE}
    terms = Terms(
        request.consent,
        request.volumes,
        frozenset(kind.casefold() for kind in kinds if cloud.volumes.moves_live(kind)),
        cloud.volumes.with_snapshots() if volumes else frozenset(),
    )
    return planned(pool, volumes, targets, {each.id: of_pool(cloud, each) for each in targets}, terms)


def _with_clusters(
    cloud: Cloud, pool: StoragePool, volumes: t.Sequence[Volume], targets: t.Sequence[StoragePool]
) -> t.Sequence[Volume]:
    """A volume on a pool of the zone is in the cluster of the host that its VM runs on: the others do not reach it."""
    if pool.cluster_id or not volumes or not any(each.cluster_id for each in targets):
        return volumes
    hosts = {host.id: host.cluster_id for host in cloud.hosts.all(zone_id=pool.zone_id)}
    ids = sorted({each.vm_id for each in volumes if each.vm_id and each.of_user})
    parts = [ids[start : start + AT_A_TIME] for start in range(0, len(ids), AT_A_TIME)]
    homes = {vm.id: hosts.get(vm.host_id or "", "") for part in parts for vm in cloud.fleets.users_vms(part)}
    return [replace(each, cluster_id=homes.get(each.vm_id, "")) for each in volumes]


def _settle(cloud: Cloud, request: Request, pool: StoragePool) -> None:
    """Migrations of a killed run are waited for."""

    def under_way() -> list[Volume]:
        return [volume for volume in cloud.volumes.on(pool.id) if volume.state == MOVING]

    until(
        cloud,
        under_way,
        lambda left: not left,
        what=f"migrations off storage pool {pool.name} to end",
        limit=request.timeout,
        show=lambda left: ", ".join(volume.name for volume in left),
    )


def _carry(work: Work, moves: t.Sequence[Move]) -> None:
    """Start within the limit, watch, start more; a volume whose migration fails stays where it is."""
    cloud, waiting, pause = work.cloud, list(moves), FIRST
    running: list[tuple[Move, t.Any, float]] = []
    while waiting or running:
        while waiting and len(running) < work.request.at_once:
            move = waiting.pop(0)
            running.append((move, _started(cloud, move), cloud.clock.now()))
        ended = []
        for each in running:
            outcome = _asked(cloud, each[0], each[1])
            if outcome is False and cloud.clock.now() - each[2] > work.request.timeout:
                what = f"the migration of volume {each[0].volume.name} to {each[0].target.name}"
                raise WaitTimeout(what, work.request.timeout, "still running")
            if outcome is not False:
                ended.append(each)
                if outcome is True:
                    work.done.append(each[0])
                else:
                    work.failed.append((each[0], str(outcome)))
        running = [each for each in running if each not in ended]
        if running and not ended:
            names = ", ".join(move.volume.name for move, _job, _since in running)
            cloud.progress(f"{len(work.done)} volumes moved, in progress: {names}")
            cloud.clock.sleep(pause)
        pause = FIRST if ended else min(pause * GROWTH, LONGEST)


def _started(cloud: Cloud, move: Move) -> t.Any:
    """A job, an error, or None where the answer was lost: then the volume itself tells."""
    live = True if move.how == "live" else None
    try:
        return cloud.jobs.start(
            "migrate_volume", volume_id=move.volume.id, storage_id=move.target.id, live_migrate=live
        )
    except TransportError:
        return None


def _asked(cloud: Cloud, move: Move, job: t.Any) -> t.Union[bool, str]:
    """False while it runs, True when the volume is there, else why it is not."""
    outcome = job if job is None or isinstance(job, ApiError) else cloud.jobs.ask(job)
    if outcome is False:
        return False
    if isinstance(outcome, ApiError) and not isinstance(outcome, JobLost):
        return outcome.text
    seen = cloud.volumes.one(move.volume.id)
    if seen is not None and seen.state == MOVING:
        return False
    if seen is not None and seen.pool_id == move.target.id:
        return True
    return outcome.text if isinstance(outcome, ApiError) else "the server did not migrate it"


def _stopped(work: Work, vm_id: str, moves: t.Sequence[Move]) -> None:
    """One VM stopped, its volumes moved, and started again, whatever came of these."""
    cloud = work.cloud
    seen = settled(cloud, vm_id, "User", moves[0].volume.vm)
    if seen is None:
        return
    marks.begin_moving(cloud, work.pool, vm_id)
    if seen.state == RUNNING:
        bring(cloud, seen, "stop")
    _carry(work, moves)
    _start(work, vm_id)


def _start(work: Work, vm_id: str) -> None:
    cloud = work.cloud
    seen = settled(cloud, vm_id, "User", vm_id)
    if seen is not None and seen.state == "Stopped":
        try:
            bring(cloud, seen, "start")
        except (TransportError, WaitTimeout):
            raise
        except HostcraftError as error:
            message = f"VM {seen.name} was stopped to move its volumes and does not start: {error.message}"
            facts = {"vm": seen.name, "vm_id": vm_id}
            work.down.append(Reason("vm_down", message, "repair the cause, then run again", facts))
            return
        work.started.append(seen.name)
    marks.end_moving(cloud, work.pool, vm_id)


def _failures(work: Work) -> t.Iterator[Reason]:
    for move, text in work.failed:
        message = f"volume {move.volume.name} was not moved to {move.target.name}: {text}"
        facts = {"volume": move.volume.name, "volume_id": move.volume.id, "pool": move.target.name}
        yield Reason("move_failed", message, "check the log of the management server, then run again", facts)


def _rest(cloud: Cloud, request: Request, pool: StoragePool, work: Work) -> t.Iterator[Reason]:
    """Done is verified: what is still there and was not told already."""
    told = {move.volume.id for move, _text in work.failed}
    for each in cloud.volumes.on(pool.id):
        asked = not request.volumes or each.name in request.volumes or each.id in request.volumes
        if asked and each.of_user and each.state not in GONE and each.id not in told:
            message = f"volume {each.name} is still on it"
            facts = {"volume": each.name, "volume_id": each.id}
            yield Reason("not_empty", message, "run again", facts)


def _differences(pool: StoragePool, plan: Plan, closes: bool) -> tuple[Json, Json]:
    names = [move.volume.name for move in plan.moves]
    before: Json = {"volumes": dict.fromkeys(names, pool.name)}
    after: Json = {"volumes": {move.volume.name: move.target.name for move in plan.moves}}
    return ({**before, "state": pool.state}, {**after, "state": DISABLED}) if closes else (before, after)


def _told(pool: StoragePool, plan: Plan) -> Json:
    return {
        "id": pool.id,
        "name": pool.name,
        "state": pool.state,
        "feasible": not plan.reasons,
        "moves": [
            {
                "volume": move.volume.name,
                "volume_id": move.volume.id,
                "vm": move.volume.vm,
                "size": move.volume.size,
                "target": move.target.name,
                "target_id": move.target.id,
                "how": move.how,
            }
            for move in plan.moves
        ],
        "stops": list(plan.stops),
        "reasons": [
            {"code": each.code, "message": each.message, "remedy": each.remedy, **each.facts} for each in plan.reasons
        ],
        "left": list(plan.left),
        "waiting": list(plan.waiting),
        "started": [],
    }
