# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All VMs off a host by planned migrations, in rounds: plan, move, look again; and what was begun, taken back.

A migration that fails is planned again for another host; a VM that its migration stopped is started again.
Several hosts may be emptied at once: each is planned with what is planned for the others, see ``Pool``.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ...core.accounting import HOLDING
from ...core.errors import ApiError, NotFound, Reason, Refused, WaitTimeout
from ...core.maintenance.marks import Mark, alive
from ...core.placement.drain import Move
from ...core.placement.evacuation import Evacuation, Terms, evacuate
from ...core.placement.fleet import Fleet
from ...core.placement.instances import Instance
from ...core.zone.hosts import Host
from ...core.zone.resource_states import DISABLED, ENABLED, FAILED_DRAIN
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..lost_answers import surely
from ..vms import bring, settled
from . import marks
from .migrations import Load, Pool, Steps, carrying, driven, never

ROUNDS = 8  # plans that are tried after failed migrations, and for VMs that come meanwhile
NO_MOTION = "Migration with storage isn't supported"
PASSING = ("Migrating", "Starting", "Stopping")


@dataclass
class Told:
    """What was done, for the result. begun: the host was closed, or found on its way into maintenance."""

    moved: list[dict[str, str]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)
    # The migrations with ids, for what is reckoned from them.
    made: list[Move] = field(default_factory=list)
    # Why VMs were not moved back; None where that was not asked for.
    left: t.Optional[list[dict[str, str]]] = None
    begun: bool = False

    @property
    def anything(self) -> bool:
        return bool(self.moved or self.stopped or self.started)

    def fields(self) -> dict[str, object]:
        return {"moved": self.moved, "stopped": self.stopped, "started": self.started, "remaining": self.remaining}


@dataclass
class Emptying:
    """One host that is emptied. terms: with ids. beat: called while waiting. limit: seconds of one wait.

    seen: a reading of this moment, which the first round takes. mark: what was written on the host. remember: VMs are
    noted, to be moved back one day. halted: whether no more VMs are moved off or stopped. settled: ids of hosts whose
    VMs are waited for too, which a killed run may have left on their way.
    """

    cloud: Cloud
    cluster: Cluster
    host: Host
    terms: Terms
    pool: Pool
    limit: float
    beat: t.Callable[[], None]
    told: Told
    seen: t.Optional[Fleet]
    remember: bool = False
    halted: t.Callable[[], bool] = never
    settled: tuple[str, ...] = ()
    begun: bool = False
    mark: Mark = field(default_factory=lambda: Mark(ENABLED))
    _tried: dict[str, Instance] = field(default_factory=dict)
    _fleet: t.Optional[Fleet] = None
    # System VMs that turned out to go only where the server chooses.
    _unaimed: set[str] = field(default_factory=set)

    def run(self) -> Host:
        """``steps`` to their end."""
        return driven(self.steps(), self.pool, self.beat)

    def steps(self) -> Steps[Host]:
        """Until no VM is left, with ``partial`` terms none that can go, or it is halted. Raises Refused; then see
        ``give_back``.
        """
        last: dict[str, str] = {}
        for _number in range(ROUNDS):
            fleet = yield from self._read()
            self._revive(fleet)
            if self.halted():
                return self.host
            plan = self._planned(fleet)
            if not self.begun:
                # Only now that there is a plan, so that a refusal changes nothing at all.
                self._close()
            if not plan.moves and not plan.stops:
                self.told.remaining = [vm.name for vm in plan.remaining]
                return self.host
            last = yield from self._carry(fleet, plan)
            # Where every migration came to pass, nothing has to be planned or started again: only looked at.
            if not (last or self._tried or self.terms.partial) and self._empty():
                return self.host
        if self.terms.partial:
            fleet = yield from self._read()
            self.told.remaining = [vm.name for vm in fleet.on(self.host.id)]
            return self.host
        raise Refused(f"host {self.host.name}", self._unfinished(last))

    def _planned(self, fleet: Fleet) -> Evacuation:
        """With what is planned for other hosts, which then plan with this. Raises Refused."""
        plan = evacuate(fleet, [self.host.id], replace(self.terms, beside=self.pool.beside(self.host.id)))
        if plan.reasons:
            raise Refused(f"host {self.host.name}", plan.reasons)
        self.pool.plans[self.host.id] = plan.moves
        return plan

    def _empty(self) -> bool:
        """By the server's own account of the host, where that says that nothing is held there; else by its VMs."""
        self.host = self.cloud.hosts.fresh(self.host)
        return holds_nothing(self.host) or not self.cloud.fleets.on_host(self.cluster, self.host.id)

    def _carry(self, fleet: Fleet, plan: Evacuation) -> Steps[dict[str, str]]:
        """One round; the errors by name of the VM."""
        machines = {vm.id: vm for vm in fleet.instances}
        names = {each.id: each.name for each in fleet.hosts}
        for vm in plan.stops:
            self._stop(machines[vm.id])
        if self.remember:
            self.mark = marks.add_moved(self.cloud, self.host, self.mark, [move.vm for move in plan.moves])
        self._tried.update({move.vm: machines[move.vm] for move in plan.moves})
        label = f"host {self.host.name}"
        chosen = {move.vm for move in plan.moves if fleet.server_chooses(machines[move.vm])} | self._unaimed
        carried = yield from carrying(self.pool, Load(list(plan.moves), machines, chosen), label, self.halted)
        for move in carried.done:
            # Who stops it from now on means it.
            self._tried.pop(move.vm, None)
            self.told.made.append(move)
            self.told.moved.append(
                {"vm": machines[move.vm].name, "source": self.host.name, "target": names[move.target]}
            )
        # The server asks for storage motion where it is not needed: it finds a host itself.
        unaimed = {move.vm for move, error in carried.failed.items() if NO_MOTION in error.text} - chosen
        self._unaimed |= unaimed
        words = {(m.vm, m.target): error.text for m, error in carried.failed.items() if m.vm not in unaimed}
        self.terms = replace(self.terms, failed={**self.terms.failed, **words})
        for move, error in carried.failed.items():
            self.cloud.progress(f"{label}: VM {machines[move.vm].name} to {names[move.target]} failed: {error.text}")
        return {machines[m.vm].name: f"to {names[m.target]}: {error.text}" for m, error in carried.failed.items()}

    def _read(self) -> Steps[Fleet]:
        """The cluster once no VM of the host is between two states, as a killed run or somebody may have left it."""
        began = self.cloud.clock.now()
        while True:
            fleet = self._fleet = self.seen or self.cloud.fleets.read(self.cluster, self._fleet)
            self.seen = None
            passing = [vm for each in (self.host.id, *self.settled) for vm in fleet.on(each) if vm.state in PASSING]
            if not passing:
                self.settled = ()
                return fleet
            waited = self.cloud.clock.now() - began
            if waited >= self.limit:
                names = ", ".join(f"{vm.name} {vm.state}" for vm in passing)
                raise WaitTimeout(f"the VMs of host {self.host.name} to settle", waited, names)
            yield

    def _close(self) -> None:
        """Marked and disabled: it takes no new VMs. A drain of the server's that failed is cancelled."""
        self.begun = self.told.begun = True
        self.mark = marks.begin(self.cloud, self.host)
        failed = self.host.resource_state in FAILED_DRAIN
        if failed:
            self.mark = marks.opened(self.cloud, self.host, self.mark)
            self.host = cancelled(self.cloud, self.host)
        self.host = allocated(self.cloud, self.host, DISABLED)
        if failed or self.mark.open:
            self.mark = marks.closed(self.cloud, self.host, self.mark)

    def _stop(self, vm: Instance) -> None:
        """Stop what may be stopped, remembered on the host before."""
        self.mark = marks.add_stopped(self.cloud, self.host, self.mark, (vm.id, vm.kind, vm.name))
        try:
            bring(self.cloud, vm, "stop")
        except (ApiError, NotFound):
            # One that is gone or was stopped meanwhile holds nothing up.
            seen = settled(self.cloud, vm.id, vm.kind, vm.name)
            if seen is not None and seen.state in HOLDING:
                raise
        self.told.stopped.append(vm.name)

    def _revive(self, fleet: Fleet) -> None:
        """VMs that are nowhere after their migration were stopped by it (the server's way when it fails)."""
        there = {vm.id for vm in fleet.instances}
        gone = [vm for vm_id, vm in self._tried.items() if vm_id not in there]
        for vm in gone:
            del self._tried[vm.id]
        self.mark = revive(self.cloud, self.host, gone, self.told) or self.mark

    def _unfinished(self, last: t.Mapping[str, str]) -> list[Reason]:
        if last:
            remedy = "check the failed jobs, then run again"
            return [Reason("migration_failed", f"VM {vm} {text}", remedy, {"vm": vm}) for vm, text in last.items()]
        message = f"VMs are still started on it or migrated to it after {ROUNDS} rounds"
        return [Reason("not_empty", message, "find out what starts them, then run again", {"rounds": ROUNDS})]


def holds_nothing(host: Host) -> bool:
    """By the server's own account in a reading of this moment, which VMs that start or arrive are in from the start.

    It has none of a host that it was asked to put into maintenance, and then shows 0 too.
    """
    return host.resource_state in (ENABLED, DISABLED) and (host.cpu_allocated, host.memory_allocated) == (0, 0)


def give_back(cloud: Cloud, host: Host, told: Told) -> None:
    """As before: enabled if it was, and the VMs that were stopped started again. Nothing where nothing was begun."""
    mark = marks.read(cloud, host)
    if mark is None:
        return
    now = cloud.hosts.fresh(host)
    if not told.begun:
        mark = alive(now, mark) or mark
    mark = marks.opened(cloud, now, mark)
    if now.resource_state in (ENABLED, DISABLED):
        allocated(cloud, now, mark.before)
    start_again(cloud, host, mark, told)
    marks.clear(cloud, host, mark)


def revive(cloud: Cloud, host: Host, machines: t.Iterable[Instance], told: Told) -> t.Optional[Mark]:
    """Start those of some VMs that were stopped instead of moved, noted on the host until they run: the way back of
    the host starts what does not start now (``start_again``). The host's mark, where one had to be written.
    """
    mark = None
    for vm in machines:
        seen = settled(cloud, vm.id, vm.kind, vm.name)
        if seen is None or seen.state != "Stopped":
            continue
        mark = marks.add_stopped(cloud, host, mark or marks.begin(cloud, host), (vm.id, vm.kind, vm.name))
        try:
            bring(cloud, seen, "start")
        except ApiError as error:
            told.stopped.append(vm.name)
            cloud.progress(f"VM {vm.name} was stopped and cannot be started: {error.text}")
            continue
        mark = marks.forget_stopped(cloud, host, mark, vm.id)
        told.started.append(vm.name)
    return mark


def start_again(cloud: Cloud, host: Host, mark: Mark, told: Told) -> None:
    """Start every VM that was stopped for it. Raises Refused, naming those that do not start; the mark is kept."""
    reasons, running = [], []
    for vm_id, kind, name in mark.stopped:
        vm = settled(cloud, vm_id, kind, name)
        if vm is None or vm.state != "Stopped":
            running.append(vm_id)
            continue
        try:
            bring(cloud, vm, "start")
            told.started.append(name)
            running.append(vm_id)
        except ApiError as error:
            facts = {"vm": vm_id, "vm_name": name}
            reasons.append(Reason("not_started", f"VM {name} cannot be started: {error.text}", "run again", facts))
    if reasons:
        # Who stops one of those that run now means it.
        for vm_id in running:
            mark = marks.forget_stopped(cloud, host, mark, vm_id)
        raise Refused(f"host {host.name}", reasons)


def allocated(cloud: Cloud, host: Host, state: str) -> Host:
    """Enabled or Disabled, whatever becomes of the answer."""
    if host.resource_state == state:
        return host

    def made() -> t.Optional[Host]:
        seen = cloud.hosts.fresh(host)
        return seen if seen.resource_state == state else None

    return surely(cloud, lambda: cloud.hosts.update(host.id, allocation_state=state), made)


def cancelled(cloud: Cloud, host: Host) -> Host:
    """Out of maintenance, or of a drain; when somebody else was faster, that is as good."""

    def made() -> t.Optional[Host]:
        seen = cloud.hosts.fresh(host)
        return seen if seen.resource_state in (ENABLED, DISABLED) else None

    def cancel() -> Host:
        try:
            cloud.act("cancel_maintenance", host.id)
        except ApiError:
            seen = made()
            if seen is None:
                raise
            return seen
        return cloud.hosts.fresh(host)

    return surely(cloud, cancel, made)
