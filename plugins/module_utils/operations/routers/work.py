# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a router upgrade carried out: several networks side by side, each with gates after every step.

Each network is a generator that yields whenever it waits, so that one loop watches all of them with one listing. After
a failed gate nobody begins another step.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...core.errors import ApiError, HostcraftError, JobLost, TransportError
from ...core.routers.gates import Gate, backup_gate, health_gate, routers_gate, rules_gate, serving_gate, upgraded_gate
from ...core.routers.need import PATCH, REBOOT, RECREATE, Target
from ...core.routers.router import PRIMARY, VPC, Router
from ...core.routers.served import Served
from ...core.routers.upgrade import COMPLETE, FAIL_OVER, RENEW, START, Step, Unit
from ...ports.cloud import Cloud
from .gates import GateFailed, passed
from .info import NONE, health_of

Steps = t.Iterator[None]
AGAIN = 3  # times that a write whose answer was lost is made
FIRST, LONGEST, GROWTH = 0.5, 5.0, 1.5
REMEDY = "repair this network, then run the task again; networks that are done are skipped"


@dataclass(frozen=True)
class Care:
    """timeout: seconds for the gates of one step. takeover: seconds in which a BACKUP has to become PRIMARY."""

    target: Target
    health: str = NONE
    strict: bool = False
    timeout: float = 600.0
    takeover: float = 60.0


@dataclass
class Done:
    """What was done on a network. steps: (action, router, seconds)."""

    unit: Unit
    steps: list[tuple[str, str, float]] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    finished: bool = False


class Crew:
    """A batch of networks. beat: called in every wait."""

    def __init__(
        self, cloud: Cloud, care: Care, where: t.Mapping[str, str], beat: t.Callable[[], None] = lambda: None
    ) -> None:
        self.cloud, self.care, self.where, self.beat = cloud, care, where, beat
        self.stopping = False
        self._seen: t.Optional[tuple[Router, ...]] = None

    def work(self, units: t.Sequence[Unit]) -> list[Done]:
        """Raises the first error, with what was done, once every network has ended its present step."""
        done = {unit.id: Done(unit) for unit in units}
        running = {unit.id: self._unit(unit, done[unit.id]) for unit in units}
        errors: list[HostcraftError] = []
        pause = FIRST
        while running:
            self._seen = None
            self._beaten(errors)
            before = len(running)
            for id, steps in list(running.items()):
                try:
                    next(steps)
                except StopIteration:
                    del running[id]
                except HostcraftError as error:
                    self.stopping = True
                    errors.append(error)
                    del running[id]
            pause = FIRST if len(running) < before else min(pause * GROWTH, LONGEST)
            if running:
                self.cloud.clock.sleep(pause)
        if errors:
            errors[0].details["done"] = [shown(each) for each in done.values()]
            raise errors[0]
        return list(done.values())

    def _beaten(self, errors: list[HostcraftError]) -> None:
        """After an error nobody begins another step, also where it is that the lock was lost."""
        if self.stopping:
            return
        try:
            self.beat()
        except HostcraftError as error:
            self.stopping = True
            errors.append(error)

    # -- one network ---------------------------------------------------------------------------------------------------

    def _unit(self, unit: Unit, done: Done) -> Steps:
        thing = self._served(unit)
        rules = self.cloud.served_networks.rules(thing)
        for step in unit.steps:
            if self.stopping:
                return
            began = self.cloud.clock.now()
            self.cloud.progress(f"{unit.called}: {step.action} {step.name}".rstrip())
            known = {each.id for each in self._routers(unit)}
            yield from self._step(unit, step)
            gates = yield from self._gated(unit, step, known)
            done.gates += gates
            done.steps.append((step.action, step.name, self.cloud.clock.now() - began))
        gate = rules_gate(rules, self.cloud.served_networks.rules(thing))
        done.gates.append(gate)
        if not passed([gate]):
            raise GateFailed(unit.called, [gate], REMEDY)
        done.finished = True

    def _served(self, unit: Unit) -> Served:
        """With its tiers, whose rules are counted."""
        found = self.cloud.served_networks.find(unit.kind, unit.id)
        tiers = () if unit.kind == VPC else (unit.id,)
        return found or Served(unit.kind, unit.id, unit.name, tiers=tiers)

    def _routers(self, unit: Unit) -> tuple[Router, ...]:
        if self._seen is None:
            self._seen = tuple(self.cloud.routers.all(self.where))
        return tuple(each for each in self._seen if each.serves == (unit.kind, unit.id))

    def _one(self, unit: Unit, id: str) -> t.Optional[Router]:
        return next((each for each in self._routers(unit) if each.id == id), None)

    def _step(self, unit: Unit, step: Step) -> Steps:
        if step.action == COMPLETE:
            yield from self._complete(unit)
        elif step.action == RENEW:
            yield from self._destroy(unit, step)
            yield from self._complete(unit)
        elif step.action == FAIL_OVER:
            yield from self._fail_over(unit, step)
        elif step.action == PATCH:
            yield from self._restart(unit, lambda: self._patched(unit), livepatch=True)
        elif step.action in (START, REBOOT):
            router = self._one(unit, step.router)
            action = "start" if step.action == START or (router is not None and router.stopped) else "reboot"
            yield from self._surely(action, step.router, lambda: self._runs(unit, step.router))
        elif step.action == RECREATE:
            old = {each.id for each in self._routers(unit)}
            yield from self._restart(unit, lambda: self._other(unit, old), cleanup=True)

    def _complete(self, unit: Unit) -> Steps:
        yield from self._restart(unit, lambda: len(self._routers(unit)) > 1, cleanup=False)

    def _destroy(self, unit: Unit, step: Step) -> Steps:
        """Only while another router is PRIMARY, as it is now and not as it was planned."""
        self._seen = None
        others = [each for each in self._routers(unit) if each.id != step.router]
        gate = serving_gate(others)
        if not gate.passed:
            raise GateFailed(f"{unit.called}: {step.name} is not destroyed", [gate], REMEDY)
        yield from self._surely("destroy", step.router, lambda: self._one(unit, step.router) is None)

    def _fail_over(self, unit: Unit, step: Step) -> Steps:
        """Stop the PRIMARY; when the BACKUP does not take over, start it again."""
        self._seen = None
        others = [each for each in self._routers(unit) if each.id != step.router]
        gate = backup_gate(others)
        if not gate.passed:
            raise GateFailed(f"{unit.called}: {step.name} is not stopped", [gate], REMEDY)
        yield from self._surely("stop", step.router, lambda: self._stopped(unit, step.router))
        limit = self.cloud.clock.now() + self.care.takeover
        while not any(each.runs and each.redundant_state == PRIMARY for each in self._routers(unit)):
            if self.cloud.clock.now() >= limit:
                seen = serving_gate(self._routers(unit))
                yield from self._surely("start", step.router, lambda: self._runs(unit, step.router))
                raise GateFailed(
                    f"{unit.called}: the BACKUP did not take over, {step.name} was started again", [seen], REMEDY
                )
            yield

    def _stopped(self, unit: Unit, id: str) -> bool:
        found = self._one(unit, id)
        return found is None or found.stopped

    def _runs(self, unit: Unit, id: str) -> bool:
        found = self._one(unit, id)
        return found is not None and found.runs

    def _patched(self, unit: Unit) -> bool:
        return not any(each.requires_upgrade for each in self._routers(unit))

    def _other(self, unit: Unit, ids: t.Collection[str]) -> bool:
        return any(each.id not in ids for each in self._routers(unit))

    # -- writes --------------------------------------------------------------------------------------------------------

    def _restart(self, unit: Unit, made: t.Callable[[], bool], **flags: bool) -> Steps:
        yield from self._surely(f"restart_{unit.kind}", unit.id, made, **flags)

    def _surely(self, action: str, id: str, made: t.Callable[[], bool], **more: object) -> Steps:
        """After a lost answer what the server shows says whether to repeat it."""
        for left in range(AGAIN - 1, -1, -1):
            try:
                yield from self._job(action, id, **more)
            except (TransportError, JobLost) as error:
                if not left or not getattr(error, "passing", True):
                    raise
                self.cloud.progress(f"{error.message}; the result is checked")
                yield from self._quiet(id)
                if made():
                    return
            else:
                self._seen = None
                return

    def _job(self, action: str, id: str, **more: object) -> Steps:
        job = self.cloud.routers.start(action, id, **more)
        if isinstance(job, ApiError):
            raise job
        while job is not None:
            answer = self.cloud.jobs.ask(job)
            if isinstance(answer, ApiError):
                raise answer
            if answer:
                return
            yield

    def _quiet(self, id: str) -> Steps:
        """Until no job on it is under way, so that a write is not made beside itself."""
        limit = self.cloud.clock.now() + self.care.timeout
        yield
        while self.cloud.clock.now() < limit and self.cloud.routers.under_way([id]):
            yield

    # -- gates ---------------------------------------------------------------------------------------------------------

    def _gated(self, unit: Unit, step: Step, known: t.Collection[str]) -> t.Generator[None, None, list[Gate]]:
        """The gates of a step once they hold. Raises GateFailed at the limit."""
        limit = self.cloud.clock.now() + self.care.timeout
        while True:
            gates = self._gates(unit, step, known)
            if passed(gates):
                return gates
            if self.cloud.clock.now() >= limit:
                if step.action == FAIL_OVER:
                    yield from self._surely("start", step.router, lambda: self._runs(unit, step.router))
                raise GateFailed(f"{unit.called}, after {step.action} {step.name}".rstrip(), gates, REMEDY)
            yield

    def _gates(self, unit: Unit, step: Step, known: t.Collection[str]) -> list[Gate]:
        held = self._routers(unit)
        if step.action == FAIL_OVER:
            # A BACKUP serves nobody, so the health of the new one shows only now.
            return self._with_health([serving_gate(held)], [each for each in held if each.redundant_state == PRIMARY])
        gates = [routers_gate(held, unit.redundant)]
        fresh = [each for each in held if each.id not in known]
        if step.action == RECREATE:
            gates.append(
                Gate("replaced", len(fresh) == len(held) > 0, ", ".join(each.name for each in fresh) or "none")
            )
        if step.action in (RENEW, COMPLETE):
            gates.append(Gate("replaced", len(fresh) == 1, ", ".join(each.name for each in fresh) or "none"))
        touched = fresh or [each for each in held if step.router in ("", each.id)]
        if step.action != START:
            gates += [upgraded_gate(each, self.care.target) for each in touched]
        return self._with_health(gates, touched)

    def _with_health(self, gates: list[Gate], routers: t.Sequence[Router]) -> list[Gate]:
        """Asked once everything else holds."""
        if not passed(gates) or self.care.health == NONE:
            return gates
        how, strict = self.care.health, self.care.strict
        return [*gates, *(health_gate(each, health_of(self.cloud, each, how), strict) for each in routers)]


def shown(done: Done) -> dict[str, object]:
    return {
        "network": done.unit.name,
        "id": done.unit.id,
        "kind": done.unit.kind,
        "finished": done.finished,
        "steps": [{"action": a, "router": r, "seconds": round(s, 1)} for a, r, s in done.steps],
        "gates": [{"name": g.name, "passed": g.passed, "evidence": g.evidence} for g in done.gates],
    }
