# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out planned migrations: each to its planned host, within limits, watched until every one has ended."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field, replace

from ...core.errors import ApiError, JobLost, TransportError, WaitTimeout
from ...core.placement.drain import Move
from ...core.placement.fleet import Instance
from ...ports.clock import Clock
from ...ports.cloud import Cloud

FIRST, LONGEST, GROWTH = 0.25, 5.0, 1.25
A_LITTLE = 0.1  # of the seconds that the quickest has taken: when to look again
SAY_EVERY = 5.0  # seconds between two progress lines
ASK_EVERY = 30.0  # seconds after which a job is asked for all the same: a VM may stay Migrating though it has failed


class Pace:
    """When to look again: seldom, while nothing can have ended by what the quickest of its kind has taken."""

    def __init__(self) -> None:
        self._quickest: t.Optional[float] = None
        self._pause = FIRST

    def ended(self, seconds: t.Sequence[float]) -> None:
        """How long they took."""
        known = [] if self._quickest is None else [self._quickest]
        self._quickest = min([*seconds, *known], default=None)
        self.begun()

    def begun(self) -> None:
        """Others are under way."""
        self._pause = FIRST if self._quickest is None else max(self._quickest * A_LITTLE, FIRST)

    def pause(self, clock: Clock, oldest: float) -> float:
        """Seconds until the next look. oldest: when the first of those under way was started."""
        left = 0.0 if self._quickest is None else oldest + self._quickest - clock.now()
        if left > 0:
            return min(left, LONGEST)
        found, self._pause = self._pause, min(self._pause * GROWTH, LONGEST)
        return found


@dataclass(frozen=True)
class Limits:
    """Migrations under way at once: from one host, to one host, in all. seconds: that one of them may take.

    pace: learns how long they take, so that nobody asks before one can have ended; drains: of the server's, of hosts.
    """

    per_source: int = 2
    per_target: int = 2
    in_all: int = 8
    seconds: float = 3600.0
    pace: Pace = field(default_factory=Pace, compare=False)
    drains: Pace = field(default_factory=Pace, compare=False)


@dataclass
class Carried:
    """What came of it. failed: the error by move. lost: those that the server never heard of."""

    done: list[Move] = field(default_factory=list)
    failed: dict[Move, ApiError] = field(default_factory=dict)
    lost: list[Move] = field(default_factory=list)


class Unanswered(t.NamedTuple):
    """A migration that was asked for without an answer: its VM tells what came of it."""

    id: str


@dataclass
class UnderWay:
    """A migration that was started. since: when; asked: when its job was last asked for."""

    move: Move
    job: t.Any
    since: float
    asked: float


def nothing() -> None:
    """Nobody has to hear of the waiting."""


def never() -> bool:
    """Nothing stops it."""
    return False


def carry_out(
    cloud: Cloud,
    moves: t.Sequence[Move],
    machines: t.Mapping[str, Instance],
    limits: Limits,
    label: str,
    beat: t.Callable[[], None] = nothing,
    chosen: t.Collection[str] = (),
    halted: t.Callable[[], bool] = never,
) -> Carried:
    """Start, watch, start more. ``machines``: the VMs by id; label: what the progress lines begin with; beat: called
    in every wait; chosen: ids of VMs whose target the server chooses, which go last and end in the result as they went;
    halted: whether no more are started, while those under way come to their end.

    A failed migration leaves its VM running where it was (FIELD_FACTS), so the others go on. Raises WaitTimeout.
    """
    waiting = sorted(moves, key=lambda move: move.vm in chosen)
    running: dict[str, UnderWay] = {}
    result, pace = Carried(), limits.pace
    pace.begun()
    began, said = cloud.clock.now(), cloud.clock.now()
    while waiting or running:
        since = {key: each.since for key, each in running.items()}
        # Those that are started just now have not ended yet.
        _ask(cloud, running, machines, result, limits, chosen)
        ended = [cloud.clock.now() - at for key, at in since.items() if key not in running]
        if ended:
            pace.ended(ended)
        if halted():
            waiting.clear()
        for move in _startable(waiting, [each.move for each in running.values()], limits):
            waiting.remove(move)
            job = _start(cloud, move, machines[move.vm], move.vm in chosen)
            if isinstance(job, ApiError):
                result.failed[move] = job
            elif job is None:
                result.done.append(move)
            else:
                running[job.id] = UnderWay(move, job, cloud.clock.now(), cloud.clock.now())
        now = cloud.clock.now()
        if now - said >= SAY_EVERY and (waiting or running):
            cloud.progress(progress_line(label, len(result.done), len(moves), len(running), now - began))
            said = now
        if running:
            beat()
            cloud.clock.sleep(pace.pause(cloud.clock, min(each.since for each in running.values())))
    if moves:
        took = cloud.clock.now() - began
        cloud.progress(progress_line(label, len(result.done), len(moves), 0, took))
    return result


def progress_line(label: str, done: int, total: int, running: int, seconds: float) -> str:
    """Moved of all, the rate, and the expected end."""
    text = f"{label}: {done} of {total} VMs moved"
    if running:
        text += f", {running} under way"
    if done and seconds > 0 and done < total:
        rate = done / seconds
        text += f", {rate * 60:.0f} a minute, about {(total - done) / rate:.0f} s to go"
    return text


def _startable(waiting: t.Sequence[Move], running: t.Sequence[Move], limits: Limits) -> list[Move]:
    """In the plan's order, as far as the limits allow."""
    sources, targets = Counter(m.source for m in running), Counter(m.target for m in running)
    count, chosen = len(running), []
    for move in waiting:
        if count >= limits.in_all:
            break
        if sources[move.source] < limits.per_source and targets[move.target] < limits.per_target:
            chosen.append(move)
            sources[move.source] += 1
            targets[move.target] += 1
            count += 1
    return chosen


def _start(cloud: Cloud, move: Move, vm: Instance, chosen: bool) -> t.Any:
    action = "migrate_vm" if vm.kind == "User" else "migrate_system_vm"
    try:
        if chosen:
            job = cloud.jobs.start(action, virtual_machine_id=move.vm, auto_select=True)
            # A server before 4.16 does not know that parameter, nor does it ask for storage motion.
            if not isinstance(job, ApiError):
                return job
        return cloud.jobs.start(action, virtual_machine_id=move.vm, host_id=move.target)
    except TransportError:
        # It may have arrived; asking twice would move the VM twice.
        return Unanswered(f"of VM {move.vm}")


def _ask(
    cloud: Cloud,
    running: dict[str, UnderWay],
    machines: t.Mapping[str, Instance],
    result: Carried,
    limits: Limits,
    chosen: t.Collection[str],
) -> None:
    """What came of each; those that have ended go from ``running`` to the result."""
    on_the_way = _on_the_way(cloud, running, machines)
    for key, each in list(running.items()):
        move, outcome = each.move, False if key in on_the_way else _outcome(cloud, each, machines, chosen)
        if outcome is None:
            result.lost.append(move)
        elif outcome is True:
            result.done.append(_as_it_went(cloud, move, machines[move.vm]) if move.vm in chosen else move)
        elif isinstance(outcome, ApiError):
            result.failed[move] = outcome
        elif cloud.clock.now() - each.since > limits.seconds:
            name = machines[move.vm].name
            raise WaitTimeout(f"the migration of VM {name} (job {each.job.id})", limits.seconds, "still running")
        else:
            continue
        del running[key]


def _on_the_way(cloud: Cloud, running: t.Mapping[str, UnderWay], machines: t.Mapping[str, Instance]) -> set[str]:
    """Jobs whose VMs are between two hosts, by one listing instead of a question for each job.

    (listAsyncJobs would not do: servers list the jobs of a whole day with their results.)
    """
    now = cloud.clock.now()
    users = {
        each.move.vm: key
        for key, each in running.items()
        if machines[each.move.vm].kind == "User" and now - each.asked < ASK_EVERY
    }
    if len(users) < 2:
        return set()
    try:
        seen = cloud.fleets.users_vms(list(users))
    except (ApiError, TransportError):
        # One of them is gone, or the server is away for a moment: the jobs are asked.
        return set()
    return {users[vm.id] for vm in seen if vm.id in users and vm.state == "Migrating"}


def _outcome(
    cloud: Cloud, its: UnderWay, machines: t.Mapping[str, Instance], chosen: t.Collection[str]
) -> t.Union[bool, ApiError, None]:
    """By its job, else by its effect; None where neither has come to pass."""
    outcome: t.Union[bool, ApiError, None] = None
    its.asked = cloud.clock.now()
    if not isinstance(its.job, Unanswered):
        outcome = cloud.jobs.ask(its.job)
    if outcome is None or isinstance(outcome, JobLost):
        outcome = _by_effect(cloud, its.move, machines[its.move.vm], its.move.vm in chosen)
    return outcome


def _as_it_went(cloud: Cloud, move: Move, vm: Instance) -> Move:
    seen = cloud.fleets.machine(move.vm, vm.kind)
    return replace(move, target=seen.host_id) if seen is not None and seen.host_id else move


def _by_effect(cloud: Cloud, move: Move, vm: Instance, chosen: bool) -> t.Optional[bool]:
    """No job tells of it: False while the VM is between two hosts, True when it is there, None when it is not."""
    seen = cloud.fleets.machine(move.vm, vm.kind)
    if seen is not None and seen.state == "Migrating":
        return False
    if seen is None or seen.state != "Running":
        return None
    return True if seen.host_id == move.target or (chosen and seen.host_id != move.source) else None
