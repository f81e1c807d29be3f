# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A storage pool into maintenance and back, without losing a VM on the way.

The server stops every VM of users that has a volume on the pool, says nothing of it before, and starts them again when
its maintenance is cancelled; at the first VM that does not start it ends with an error, and leaves the rest stopped.
Source: 4.11.1 documentation, "Maintenance Mode for Primary Storage"; field facts, "Storage".
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from ...core.change import Outcome
from ...core.consent import consent_unknown
from ...core.errors import ApiError, HostcraftError, JobLost, Reason, Refused, TransportError, WaitTimeout
from ...core.maintenance.begun import stamp, warned
from ...core.storage import maintenance as rules
from ...core.storage.maintenance import DISABLED, FAILED, MAINTENANCE, PREPARING, UP, Plan, shown
from ...core.storage.volumes import RUNNING
from ...core.zone.storage import StoragePool
from ...ports.cloud import Cloud
from .. import lookup
from ..hypervisors.native import Reach
from ..vms import bring, settled
from ..waiting import until
from . import marks, mounts
from .marks import Mark, Vm

State = t.Literal["maintenance", "enabled"]


@dataclass(frozen=True)
class Request:
    """name: of the pool. consent: names or ids of VMs, or "all". timeout: seconds for the pool to change its state.

    reach: opens the hypervisors of a cluster, to compare after a maintenance which hosts reach the pool.
    """

    name: str
    zone: t.Optional[str]
    state: State
    consent: tuple[str, ...] = ()
    timeout: float = 3600.0
    reach: t.Optional[Reach] = None


def pool_of(cloud: Cloud, zone: t.Optional[str], name: str) -> StoragePool:
    """Raises NotFound, Ambiguous."""
    place = lookup.zone(cloud, zone)
    return lookup.one(cloud.storage_pools, "storage pool", name, f"zone {place.name}", zone_id=place.id)


def ensure(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is done, WaitTimeout and ApiError after; a second run then continues."""
    pool = pool_of(cloud, request.zone, request.name)
    if pool.state not in rules.KNOWN:
        message = f"its state is {pool.state}, from which it cannot enter or leave maintenance"
        raise Refused(f"storage pool {pool.name}", [Reason("pool_state", message, "wait until this has ended")])
    return (_enter if request.state == "maintenance" else _leave)(cloud, request, pool, check_mode)


def foretold(cloud: Cloud, zone: t.Optional[str], name: str) -> Outcome:
    """What a maintenance would stop, and what one has left down."""
    pool = pool_of(cloud, zone, name)
    plan, down = plan_of(cloud, pool), _down(cloud, marks.read(cloud, pool))
    reasons = [
        {"code": each.code, "message": each.message, "remedy": each.remedy, **each.facts}
        for each in rules.refusals(plan, ())
    ]
    result = {**_result(pool, plan), "reasons": reasons, "not_back": [name for _vm, name in down]}
    result.pop("started")
    return Outcome(False, result=result)


def plan_of(cloud: Cloud, pool: StoragePool) -> Plan:
    return rules.planned(pool, cloud.volumes.on(pool.id), cloud.storage_pools.all(zone_id=pool.zone_id))


def check_unasked(cloud: Cloud, pool: StoragePool, removed: bool) -> None:
    """Before a maintenance or removal for which nobody gave consent. Raises Refused."""
    reasons: list[Reason] = []
    if pool.state not in (MAINTENANCE, PREPARING):
        reasons += rules.unasked(plan_of(cloud, pool))
    if removed:
        reasons += rules.reasons_not_to_remove(cloud.volumes.on(pool.id))
    if reasons:
        raise Refused(f"storage pool {pool.name}", reasons)


def _enter(cloud: Cloud, request: Request, pool: StoragePool, check_mode: bool) -> Outcome:
    before, plan = pool.state, plan_of(cloud, pool)
    if not check_mode and pool.state not in (UP, DISABLED):
        # A killed run may have left its mark open, which would still count when somebody else ends the maintenance.
        marks.closed(cloud, pool)
    if pool.state == MAINTENANCE:
        _verify_empty(pool, plan)
        return Outcome(False, result=_result(pool, plan))
    after = {"state": MAINTENANCE, "stopped": [vm.name for vm in plan.stops]}
    strangers = rules.strangers(plan, request.consent, pool.name)
    if pool.state != PREPARING:
        reasons = list(rules.refusals(plan, request.consent))
        if reasons:
            raise Refused(f"storage pool {pool.name}", [*reasons, *map(consent_unknown, strangers)])
    if check_mode:
        return Outcome(True, {"state": before}, after, _result(pool, plan), strangers)
    running = [Vm(vm.id, vm.kind) for vm in (*plan.stops, *plan.restarts)]
    marks.begin(cloud, pool, running)
    if pool.state != PREPARING:
        pool = prepared(cloud, pool)
    pool = _settled(cloud, request, pool)
    left = plan_of(cloud, pool)
    if pool.state != MAINTENANCE:
        names = ", ".join(vm.name for vm in left.stops) or "none"
        message = f"it ended in state {pool.state} instead of {MAINTENANCE}; VMs that still run on it: {names}"
        remedy = "check the log of the management server, then run again, or set state=enabled to restore it"
        raise Refused(f"storage pool {pool.name}", [Reason("pool_state", message, remedy, {"state": pool.state})])
    _verify_empty(pool, left)
    return Outcome(True, {"state": before}, after, _result(pool, plan), strangers)


def _verify_empty(pool: StoragePool, plan: Plan) -> None:
    """The state says Maintenance; the listing must say that nothing runs on it. Raises Refused."""
    left = [vm.name for vm in (*plan.stops, *plan.restarts)]
    if left:
        message = f"it is in {pool.state}, but {', '.join(left)} still run on it"
        remedy = "do not switch off the storage; stop these VMs, then run again"
        raise Refused(f"storage pool {pool.name}", [Reason("not_empty", message, remedy, {"vms": left})])


def prepared(cloud: Cloud, pool: StoragePool) -> StoragePool:
    """The server prepares no disabled pool (T7:206), so it is enabled for this moment, and disabled if that fails."""
    disabled = pool.state == DISABLED
    if disabled:
        marks.opened(cloud, pool)
    try:
        if disabled:
            pool = cloud.storage_pools.update(pool.id, enabled=True)
        _acted(cloud, "prepare_storage_maintenance", pool, (MAINTENANCE, PREPARING, FAILED))
    except HostcraftError:
        # Where the server does not answer either, the mark stays open for the next run.
        with contextlib.suppress(HostcraftError):
            if disabled and cloud.storage_pools.fresh(pool).state == UP:
                cloud.storage_pools.update(pool.id, enabled=False)
            marks.closed(cloud, pool)
        raise
    marks.closed(cloud, pool)
    return cloud.storage_pools.fresh(pool)


def prepared_unasked(cloud: Cloud, pool: StoragePool) -> StoragePool:
    """The same without a request, of a pool that ``check_unasked`` let pass: no VM stops, so none is in the mark."""
    if pool.state == DISABLED:
        marks.begin(cloud, pool, ())
    elif pool.state == UP and (marks.read(cloud, pool) or Mark(UP)).before == DISABLED:
        # A run was killed while the pool was enabled for a moment.
        pool = cloud.storage_pools.update(pool.id, enabled=False)
    try:
        return prepared(cloud, pool)
    except HostcraftError:
        with contextlib.suppress(HostcraftError):
            if cloud.storage_pools.fresh(pool).state == DISABLED:
                marks.clear(cloud, pool)
        raise


def _acted(cloud: Cloud, action: str, pool: StoragePool, reached: t.Collection[str]) -> t.Optional[ApiError]:
    """Raises ApiError where the pool has not changed its state. An error behind the new state is returned."""
    try:
        cloud.act(action, pool.id)
    except (ApiError, TransportError, JobLost) as error:
        if cloud.storage_pools.fresh(pool).state not in reached:
            raise
        return error if isinstance(error, ApiError) else None
    return None


def _settled(cloud: Cloud, request: Request, pool: StoragePool) -> StoragePool:
    return until(
        cloud,
        lambda: cloud.storage_pools.fresh(pool),
        lambda seen: seen.state != PREPARING and not cloud.jobs.at_work_on(pool.id),
        what=f"storage pool {pool.name} to leave {PREPARING}",
        limit=request.timeout,
        show=lambda seen: seen.state,
    )


def _leave(cloud: Cloud, request: Request, pool: StoragePool, check_mode: bool) -> Outcome:
    if not check_mode:
        pool = _settled(cloud, request, pool)
    before, mark = pool.state, marks.read(cloud, pool)
    down = _down(cloud, mark)
    goal = mark.before if mark else DISABLED if pool.state == DISABLED else UP
    if mark is None and pool.state in (UP, DISABLED):
        if not check_mode:
            marks.clear(cloud, pool)
        return Outcome(False, result=_result(pool, plan_of(cloud, pool)))
    names = [name for _vm, name in down]
    after = {"state": goal, "started": names}
    aged, since = _aged(cloud, pool, mark, goal, names)
    if check_mode:
        told = {**_result(pool, plan_of(cloud, pool)), "started": names, **since}
        return Outcome(True, {"state": before}, after, told, aged)
    error = None
    if mark is not None and not mark.open:
        marks.opened(cloud, pool)
    if pool.state not in (UP, DISABLED):
        try:
            error = _acted(cloud, "cancel_storage_maintenance", pool, (UP,))
        except ApiError:
            # It is in its maintenance still, which somebody else may end.
            marks.closed(cloud, pool)
            raise
        pool = cloud.storage_pools.fresh(pool)
    hosts = mounts.verified(cloud, pool, request.reach)
    _running_again(cloud, pool, down, error)
    if goal == DISABLED and pool.state == UP:
        pool = cloud.storage_pools.update(pool.id, enabled=False)
    marks.clear(cloud, pool)
    result = {**_result(pool, plan_of(cloud, pool)), "started": names, **hosts, **since}
    return Outcome(True, {"state": before}, after, result, (*aged, *_unproven(cloud, pool, mark, error)))


def _aged(
    cloud: Cloud, pool: StoragePool, mark: t.Optional[Mark], goal: str, names: t.Sequence[str]
) -> tuple[tuple[str, ...], dict[str, object]]:
    """Warnings of a maintenance that began long ago; for the result, when it began."""
    note = mark.written if mark else None
    if note is None:
        return (), {}
    gives = ["disables the pool"] if goal == DISABLED else []
    gives += [f"starts {', '.join(names)}"] if names else []
    label = f"storage pool {pool.name}"
    warnings = warned(label, note.at, note.author, cloud.clock.wall(), " and ".join(gives))
    return warnings, {"maintenance_since": stamp(note.at)}


def _down(cloud: Cloud, mark: t.Optional[Mark]) -> list[tuple[Vm, str]]:
    """VMs of the mark that do not run, with their names; without those that are gone."""
    found = []
    for vm in mark.stopped if mark else ():
        seen = cloud.fleets.machine(vm.id, vm.kind)
        if seen is not None and seen.state not in (RUNNING, "Destroyed", "Expunging", "Migrating"):
            found.append((vm, seen.name))
    return found


def _running_again(
    cloud: Cloud, pool: StoragePool, down: t.Sequence[tuple[Vm, str]], error: t.Optional[ApiError]
) -> None:
    """Start what the server has not started. All are tried. Raises Refused with those that stay down."""
    reasons, left = [], []
    for vm, name in down:
        try:
            seen = settled(cloud, vm.id, vm.kind, name)
            if seen is not None and seen.state == "Stopped":
                seen = bring(cloud, seen, "start")
            text = "" if seen is None or seen.state == RUNNING else f"it is {seen.state}"
        except (TransportError, WaitTimeout):
            raise
        except HostcraftError as other:
            text = other.message
        if text:
            message = f"VM {name} ran before the maintenance and does not run again: {text}"
            left.append(vm)
            reasons.append(Reason("vm_down", message, "repair the cause, then run again", {"vm": name, "vm_id": vm.id}))
    if reasons:
        # Who stops one of those that run now means it.
        marks.keep_stopped(cloud, pool, left)
        raise Refused(f"storage pool {pool.name}", reasons)
    if error is not None and not down:
        raise error


def _unproven(cloud: Cloud, pool: StoragePool, mark: t.Optional[Mark], error: t.Optional[ApiError]) -> tuple[str, ...]:
    found = [f"the server reported: {error.text}; the task started the remaining VMs"] if error is not None else []
    if mark is None:
        names = ", ".join(vm.name for vm in plan_of(cloud, pool).down if vm.kind == "User")
        if names:
            found.append(
                f"the maintenance of storage pool {pool.name} was not begun by this module, so it is not known whether "
                f"these stopped VMs ran before: {names}"
            )
    return tuple(found)


def _result(pool: StoragePool, plan: Plan) -> dict[str, object]:
    return {
        "id": pool.id,
        "name": pool.name,
        "state": pool.state,
        "stops": [shown(vm) for vm in plan.stops],
        "restarts": [shown(vm) for vm in plan.restarts],
        "down": [shown(vm) for vm in plan.down],
        "other_pools": list(plan.elsewhere),
        "started": [],
    }
