# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out planned migrations: each to its planned host, within limits, watched until every one has ended.

Hosts that are emptied at the same time share one ``Pool``: its limits are those of all their migrations together, and
one listing asks for all of them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ...core.errors import ApiError, HostcraftError, JobLost, TransportError, WaitTimeout
from ...core.maintenance.migrations import AtOnce, startable
from ...core.placement.drain import Move
from ...core.placement.instances import Instance
from ...ports.clock import Clock
from ...ports.cloud import Cloud

T = t.TypeVar("T")
Steps = t.Generator[None, None, T]  # work that yields whenever it waits; see ``driven``

FIRST, LONGEST, GROWTH = 0.25, 5.0, 1.25
SOON = 0.1  # seconds in which nothing new is to be seen
A_LITTLE = 0.1  # of the seconds that the quickest has taken: when to look again
ROUGH = 0.16  # of the seconds that the quickest has taken: by which they may be less
SAY_EVERY = 5.0  # seconds between two progress lines
ASK_EVERY = 30.0  # seconds after which a job is asked for all the same: a VM may stay Migrating though it has failed


class Pace:
    """When to look again: seldom, while nothing can have ended by what the quickest of its kind has taken.

    That is known as well as it was looked at. Where it may have been much less, there is one look in between.
    """

    def __init__(self) -> None:
        self._quickest: t.Optional[float] = None
        self._longer = 0.0  # seconds after which the quickest was still under way
        self._pause = FIRST

    def ended(self, its: t.Iterable[tuple[float, float]]) -> None:
        """After how many seconds each was last seen under way, and seen ended."""
        for longer, seconds in its:
            self._quickest = min(seconds, self._quickest or seconds)
            self._longer = max((each for each in (longer, self._longer) if each < self._quickest), default=0.0)
        self.begun()

    def begun(self) -> None:
        """Others are under way."""
        self._pause = FIRST if self._quickest is None else min(max(self._quickest * A_LITTLE, FIRST), LONGEST)

    def pause(self, clock: Clock, oldest: float) -> float:
        """Seconds until the next look. oldest: when the first of those under way was started."""
        for seconds in self._looks():
            left = oldest + seconds - clock.now()
            if left > 0:
                return min(left, LONGEST)
        found, self._pause = self._pause, min(self._pause * GROWTH, LONGEST)
        return found

    def _looks(self) -> tuple[float, ...]:
        if self._quickest is None:
            return ()
        roughly = self._quickest - self._longer > ROUGH * self._quickest
        return ((self._quickest + self._longer) / 2, self._quickest) if roughly else (self._quickest,)


@dataclass(frozen=True)
class Limits(AtOnce):
    """seconds: that a migration may take.

    pace: learns how long they take, so that nobody asks before one can have ended; drains: of the server's, of hosts.
    """

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
class Load:
    """Migrations of one host, or of one task. machines: the VMs by id. chosen: ids of VMs whose target the server
    chooses, which go last and end in the result as they went.
    """

    waiting: list[Move]
    machines: t.Mapping[str, Instance]
    chosen: t.Collection[str]
    running: int = 0
    result: Carried = field(default_factory=Carried)

    def __post_init__(self) -> None:
        self.waiting.sort(key=lambda move: move.vm in self.chosen)


@dataclass
class UnderWay:
    """A migration that was started. since: when; asked: when its job was last asked for; seen: seconds after which it
    was last seen under way.
    """

    move: Move
    job: t.Any
    load: Load
    since: float
    asked: float
    seen: float = 0.0

    @property
    def vm(self) -> Instance:
        return self.load.machines[self.move.vm]

    @property
    def chosen(self) -> bool:
        return self.move.vm in self.load.chosen


def nothing() -> None:
    """Nobody has to hear of the waiting."""


def never() -> bool:
    """Nothing stops it."""
    return False


@dataclass
class Pool:
    """Migrations that are under way, whoever asked for them. plans: moves by the host that they empty, as they were
    planned last; what is planned for one host counts where that of another is planned.
    """

    cloud: Cloud
    limits: Limits
    plans: dict[str, tuple[Move, ...]] = field(default_factory=dict)
    _running: dict[str, UnderWay] = field(default_factory=dict)
    _looked: float = float("-inf")

    def beside(self, host_id: str) -> tuple[Move, ...]:
        """What is planned for the other hosts."""
        return tuple(move for each, moves in self.plans.items() if each != host_id for move in moves)

    def look(self) -> None:
        """What came of each; those that have ended go to the result of their load. Raises WaitTimeout."""
        clock = self.cloud.clock
        if not self._running or clock.now() - self._looked < SOON:
            return
        on_the_way = _on_the_way(self.cloud, self._running)
        ended = []
        for key, each in list(self._running.items()):
            outcome = False if key in on_the_way else _outcome(self.cloud, each)
            seconds = clock.now() - each.since
            if outcome is False:
                each.seen = seconds
                if seconds > self.limits.seconds:
                    what = f"the migration of VM {each.vm.name} (job {each.job.id})"
                    raise WaitTimeout(what, self.limits.seconds, "still running")
                continue
            _settle(self.cloud, each, outcome)
            del self._running[key]
            ended.append((each.seen, seconds))
        if ended:
            self.limits.pace.ended(ended)
        self._looked = clock.now()

    def start(self, load: Load) -> None:
        """As many of its migrations as the limits allow beside all others that are under way."""
        for move in startable(load.waiting, [each.move for each in self._running.values()], self.limits):
            load.waiting.remove(move)
            job = _start(self.cloud, move, load.machines[move.vm], move.vm in load.chosen)
            if isinstance(job, ApiError):
                load.result.failed[move] = job
            elif job is None:
                load.result.done.append(move)
            else:
                now = self.cloud.clock.now()
                self._running[job.id] = UnderWay(move, job, load, now, now)
                load.running += 1

    def pause(self) -> float:
        """Seconds until the next look."""
        oldest = min((each.since for each in self._running.values()), default=self.cloud.clock.now())
        return self.limits.pace.pause(self.cloud.clock, oldest)

    @property
    def idle(self) -> bool:
        return not self._running


def driven(steps: Steps[T], pool: Pool, beat: t.Callable[[], None]) -> T:
    """Work to its end, with its waits. beat: called in each. What goes wrong in a wait is an error of the work."""

    def wait() -> None:
        beat()
        pool.cloud.clock.sleep(pool.pause())
        pool.look()

    wrong = _wrong(pool.look)
    while True:
        try:
            if wrong is None:
                next(steps)
            else:
                steps.throw(wrong)
        except StopIteration as end:
            return t.cast(T, end.value)
        wrong = _wrong(wait)


def _wrong(act: t.Callable[[], None]) -> t.Optional[HostcraftError]:
    try:
        act()
    except HostcraftError as error:
        return error
    return None


def carry_out(
    cloud: Cloud,
    moves: t.Sequence[Move],
    machines: t.Mapping[str, Instance],
    limits: Limits,
    label: str,
    beat: t.Callable[[], None] = nothing,
) -> Carried:
    """Start, watch, start more. ``machines``: the VMs by id; label: what the progress lines begin with; beat: called
    in every wait. Raises WaitTimeout.
    """
    pool = Pool(cloud, limits)
    return driven(carrying(pool, Load(list(moves), machines, ()), label), pool, beat)


def carrying(pool: Pool, load: Load, label: str, halted: t.Callable[[], bool] = never) -> Steps[Carried]:
    """The migrations of a load. halted: whether no more are started, while those under way come to their end.

    A failed migration leaves its VM running where it was (FIELD_FACTS), so the others go on.
    """
    cloud, result, total = pool.cloud, load.result, len(load.waiting)
    pool.limits.pace.begun()
    began = said = cloud.clock.now()
    while load.waiting or load.running:
        if halted():
            load.waiting.clear()
        pool.start(load)
        now = cloud.clock.now()
        if now - said >= SAY_EVERY and (load.waiting or load.running):
            cloud.progress(progress_line(label, len(result.done), total, load.running, now - began))
            said = now
        if load.running or (load.waiting and not pool.idle):
            yield
    if total:
        cloud.progress(progress_line(label, len(result.done), total, 0, cloud.clock.now() - began))
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


def _settle(cloud: Cloud, its: UnderWay, outcome: t.Union[bool, ApiError, None]) -> None:
    """It has ended."""
    result, move = its.load.result, its.move
    its.load.running -= 1
    if isinstance(outcome, ApiError):
        result.failed[move] = outcome
    elif outcome:
        result.done.append(_as_it_went(cloud, move, its.vm) if its.chosen else move)
    else:
        result.lost.append(move)


def _on_the_way(cloud: Cloud, running: t.Mapping[str, UnderWay]) -> set[str]:
    """Jobs whose VMs are between two hosts, by one listing instead of a question for each job.

    (listAsyncJobs would not do: servers list the jobs of a whole day with their results.)
    """
    now = cloud.clock.now()
    users = {
        each.move.vm: key for key, each in running.items() if each.vm.kind == "User" and now - each.asked < ASK_EVERY
    }
    if len(users) < 2:
        return set()
    try:
        seen = cloud.fleets.users_vms(list(users))
    except (ApiError, TransportError):
        # One of them is gone, or the server is away for a moment: the jobs are asked.
        return set()
    return {users[vm.id] for vm in seen if vm.id in users and vm.state == "Migrating"}


def _outcome(cloud: Cloud, its: UnderWay) -> t.Union[bool, ApiError, None]:
    """By its job, else by its effect; None where neither has come to pass."""
    outcome: t.Union[bool, ApiError, None] = None
    its.asked = cloud.clock.now()
    if not isinstance(its.job, Unanswered):
        outcome = cloud.jobs.ask(its.job)
    if outcome is None or isinstance(outcome, JobLost):
        outcome = _by_effect(cloud, its.move, its.vm, its.chosen)
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
