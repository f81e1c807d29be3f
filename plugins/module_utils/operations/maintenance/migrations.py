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
from ...ports.cloud import Cloud

FIRST, LONGEST, GROWTH = 0.2, 5.0, 1.5
SAY_EVERY = 5.0  # seconds between two progress lines


@dataclass(frozen=True)
class Limits:
    """Migrations under way at once: from one host, to one host, in all. seconds: that one of them may take."""

    per_source: int = 2
    per_target: int = 2
    in_all: int = 8
    seconds: float = 3600.0


@dataclass
class Carried:
    """What came of it. failed: the error by move. lost: those that the server never heard of."""

    done: list[Move] = field(default_factory=list)
    failed: dict[Move, ApiError] = field(default_factory=dict)
    lost: list[Move] = field(default_factory=list)


class Unanswered(t.NamedTuple):
    """A migration that was asked for without an answer: its VM tells what came of it."""

    id: str


def nothing() -> None:
    """Nobody has to hear of the waiting."""


def carry_out(
    cloud: Cloud,
    moves: t.Sequence[Move],
    machines: t.Mapping[str, Instance],
    limits: Limits,
    label: str,
    beat: t.Callable[[], None] = nothing,
    chosen: t.Collection[str] = (),
) -> Carried:
    """Start, watch, start more. ``machines``: the VMs by id; label: what the progress lines begin with; beat: called
    in every wait; chosen: ids of VMs whose target the server chooses, which go last and end in the result as they went.

    A failed migration leaves its VM running where it was (FIELD_FACTS), so the others go on. Raises WaitTimeout.
    """
    waiting = sorted(moves, key=lambda move: move.vm in chosen)
    running: dict[str, tuple[Move, t.Any, float]] = {}
    result = Carried()
    began, said, pause = cloud.clock.now(), cloud.clock.now(), FIRST
    while waiting or running:
        for move in _startable(waiting, [entry[0] for entry in running.values()], limits):
            waiting.remove(move)
            job = _start(cloud, move, machines[move.vm], move.vm in chosen)
            if isinstance(job, ApiError):
                result.failed[move] = job
            elif job is None:
                result.done.append(move)
            else:
                running[job.id] = (move, job, cloud.clock.now())
        ended = _ask(cloud, running, machines, result, limits, chosen)
        now = cloud.clock.now()
        if now - said >= SAY_EVERY and (waiting or running):
            cloud.progress(progress_line(label, len(result.done), len(moves), len(running), now - began))
            said = now
        if running and not ended:
            beat()
            cloud.clock.sleep(pause)
        pause = FIRST if ended else min(pause * GROWTH, LONGEST)
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
    running: dict[str, tuple[Move, t.Any, float]],
    machines: t.Mapping[str, Instance],
    result: Carried,
    limits: Limits,
    chosen: t.Collection[str],
) -> bool:
    """Ask for each; True when one ended."""
    before = len(running)
    for key, (move, job, since) in list(running.items()):
        outcome: t.Union[bool, ApiError, None] = None
        if not isinstance(job, Unanswered):
            outcome = cloud.jobs.ask(job)
        if outcome is None or isinstance(outcome, JobLost):
            outcome = _by_effect(cloud, move, machines[move.vm], move.vm in chosen)
        if outcome is None:
            result.lost.append(move)
            del running[key]
        elif outcome is True:
            result.done.append(_as_it_went(cloud, move, machines[move.vm]) if move.vm in chosen else move)
            del running[key]
        elif isinstance(outcome, ApiError):
            result.failed[move] = outcome
            del running[key]
        elif cloud.clock.now() - since > limits.seconds:
            name = machines[move.vm].name
            raise WaitTimeout(f"the migration of VM {name} (job {job.id})", limits.seconds, "still running")
    return len(running) < before


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
