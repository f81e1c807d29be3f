# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll walked on by one task until a stage of the operator's is due on some hosts, or until all of them are done.

Between two stages nothing is asked twice: one session, one lock, and one reading of the cluster for each host, which
proves the host empty and is what the next one is planned with. Hosts of a wave overlap: see ``ahead``.
"""

from __future__ import annotations

import contextlib
import functools
import typing as t
from dataclasses import dataclass, field, replace

from ...core.change import Outcome
from ...core.errors import HostcraftError
from ...core.maintenance.marks import Mark
from ...core.placement.fleet import Fleet
from ...core.placement.text import roll_text
from ...core.zone.hosts import Host, HostName
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..capacity.agreed import agreed
from ..hypervisors.native import NativePart
from . import foretelling, locks, marks, records, rolling
from .ahead import Ahead, Early
from .foretelling import Goal, outcome_of, predicted
from .host import FRESH, Work, carried_out, ready

Json = dict[str, t.Any]
NOTHING_PLANNED: Json = {"plan": None, "drifted": False, "age": 0}
PRE, MAIN, POST = STAGES = ("pre_maintenance", "maintenance", "post_maintenance")


@dataclass(frozen=True)
class Step:
    """Where a walk goes on. stages: those that have something to run. ran: the one that has run on ``wave``, none at
    the beginning. skipped: hosts that it has left out. moves: (VM, host) as the wave was planned.

    waves: after how many the task ends, 0 for no limit. pause: no further hosts are taken out; the lock is given back
    once those of this wave are in service again.
    """

    stages: frozenset[str] = frozenset()
    ran: str = ""
    wave: tuple[str, ...] = ()
    skipped: frozenset[str] = frozenset()
    moves: tuple[tuple[str, str], ...] = ()
    waves: int = 0
    pause: bool = False


@dataclass
class Walk:
    """One task. asked: of the roll. each: of every host. now: the wave that is under way, as it was planned."""

    cloud: Cloud
    cluster: Cluster
    asked: rolling.Request
    each: foretelling.Request
    step: Step
    lock: locks.Held
    now: Json = field(default_factory=dict)
    results: list[Json] = field(default_factory=list)
    changed: bool = False
    walked: bool = False
    waves: int = 0
    _moves: tuple[tuple[str, str], ...] = ()
    _record: t.Optional[records.Record] = None
    # A reading of this moment, None once a stage has run or hosts have been worked on.
    _fleet: t.Optional[Fleet] = None
    _read_at: float = 0.0
    # What was written on hosts by this task, with nothing noted on them since.
    _marks: dict[str, Mark] = field(default_factory=dict)
    _expected: t.Optional[str] = None
    _ahead: Ahead = field(init=False)

    def __post_init__(self) -> None:
        self._ahead = Ahead(self.cloud, self.cluster, self.lock)

    def run(self) -> Outcome:
        """Until a stage is due or the roll is over. What was done before an error is told with it."""
        try:
            due = self._resumed()
            while not due and self._more() and self._next():
                due = self._wave("")
        except HostcraftError as error:
            error.details = {**error.details, "host_results": self.results}
            raise
        over = not due and self.now.get("wave") == []
        paused = self.step.pause and not due and not over
        if paused:
            locks.release(self.cloud, self.cluster, self.asked.claim)
        finished = rolling.finish(self.cloud, self.asked, False).result if over else {"moved": []}
        if finished["moved"]:
            self.results.append({"name": f"balance of {self.cluster.name}", "moved": finished["moved"]})
        hosts = self.out if due == POST else self.fresh if due else []
        told = {"stage": due, "stage_hosts": hosts, "ended": over, "paused": paused, "host_results": self.results}
        result = {"wave": [], **NOTHING_PLANNED, **self.now, **told, "moved": finished["moved"]}
        return Outcome(self.changed, result=result)

    @property
    def fresh(self) -> list[str]:
        """Hosts of the wave whose work is not done yet; a run that was killed may have done it."""
        return [name for name in self.out if name not in self.now["worked"]]

    @property
    def out(self) -> list[str]:
        """Hosts of the wave that are not left out."""
        return [name for name in self.now["wave"] if name not in self.step.skipped]

    def _more(self) -> bool:
        """Whether this task may begin another wave."""
        return not self.step.pause and not 0 < self.step.waves <= self.waves

    def _next(self) -> bool:
        """The wave that is next; False where there is none."""
        fleet = self._fleet if self.cloud.clock.now() - self._read_at < FRESH else None
        known = rolling.Known(fleet, self._expected, bool(self.step.stages or self.step.waves))
        found = rolling.begun(self.cloud, self.cluster, self.asked, False, known)
        self.now, self._record, self._expected = found.told, found.record, found.expected
        self._fleet, self._read_at = found.fleet, self.cloud.clock.now()
        self.cloud.progress(f"cluster {self.cluster.name}: {roll_text(self.now)}")
        waves = (self.now["plan"] or {}).get("waves") or [{"moves": []}]
        self._moves = tuple((move["vm_id"], move["target"]) for move in waves[0]["moves"])
        return bool(self.now["wave"])

    def _resumed(self) -> str:
        """After a stage: the rest of its wave."""
        if not self.step.ran:
            return ""
        cluster = self.cluster
        hosts = self.cloud.hosts.again(cluster_id=cluster.id, detail="min")
        self._record = rolling.its_own(self.cloud, cluster, self.asked, [host.id for host in hosts])
        self.now = {**rolling.stands(hosts, self._record), "wave": list(self.step.wave), **NOTHING_PLANNED}
        self._moves = self.step.moves
        return self._wave(self.step.ran)

    def _wave(self, ran: str) -> str:
        """What comes after a stage of this wave until the next that has something to run; "" once the wave is over."""
        if not ran:
            if PRE in self.step.stages and self.fresh:
                return PRE
            ran = PRE
        if ran == PRE:
            self._note("skipped", [name for name in self.now["wave"] if name in self.step.skipped])
            self._bring(self.fresh, "maintenance")
            if MAIN in self.step.stages and self.fresh:
                return MAIN
            ran = MAIN
        if ran == MAIN:
            self._note("worked", self.fresh)
            self._bring(self.out, "enabled")
            if POST in self.step.stages and self.out:
                return POST
        self._note("done", self.out)
        self.walked = True
        self.waves += 1
        return ""

    def _note(self, fate: records.Fate, names: t.Iterable[str]) -> None:
        for name in names:
            host = self._host(name)
            record = t.cast(records.Record, self._record)
            if host.id in record.pending and not (fate == "worked" and host.id in record.worked):
                self.lock.beat()
                records.settle(self.cloud, self.cluster, record, host.id, fate)
                self._record = record.with_fate(host.id, fate)
                self.changed = True

    def _bring(self, names: t.Iterable[str], goal: Goal) -> None:
        """One host after the other. Raises with the first that cannot be, before another is taken out."""
        waiting = list(names)
        self._ahead.pool = None
        while waiting:
            name = waiting.pop(0)
            began, self._ahead.late = self.cloud.clock.now(), 0.0
            try:
                host = self._host(name)
                if self._ahead.under_way(host):
                    # The reading is older than its last moves.
                    self._fleet = None
                early = self._ahead.taken(host)
                outcome = self._brought(host, goal, early, waiting)
            except HostcraftError as error:
                self.results.append({"name": name, "failed": True, "msg": error.message, "details": error.details})
                self.results += self._ahead.back(error)
                raise
            self.changed = self.changed or outcome.changed
            seconds = self.cloud.clock.now() - began - self._ahead.late + (early.seconds if early else 0.0)
            row = {"name": name, "changed": outcome.changed, **outcome.result, "seconds": round(seconds, 1)}
            self.results.append(row)

    def _brought(self, host: Host, goal: Goal, early: t.Optional[Early], waiting: t.Sequence[str]) -> Outcome:
        """early: what was done on it before its turn. waiting: hosts of the wave whose turn comes."""
        request = self._request(host)
        if not self.walked and early is None:
            # What a killed run has asked for may still be under way.
            host = ready(self.cloud, request, host)
        with contextlib.closing(NativePart(request.reach, self.cluster, host)) as native:
            fleet = self._fleet if goal == "maintenance" else None
            if goal == "maintenance" and fleet is None:
                fleet = agreed(self.cloud, self.cluster)
            mark = self._marks.pop(host.id, None)
            try:
                foretold = predicted(self.cloud, request, host, self.cluster, goal, native, fleet, mark)
            except HostcraftError as error:
                if early is not None:
                    self._ahead.given_back(early, error)
                raise
            if not foretold.outcome.changed and foretold.mark is None:
                marks.shut(self.cloud, host)
                return foretold.outcome
            work = Work(self.cloud, request, self.cluster, self.lock.beat, foretold.fleet, native)
            work.mark = foretold.mark
            work.current, work.whole = foretold.fleet is not None, goal == "maintenance"
            work.told = early.told if early else work.told
            if goal == "maintenance" and foretold.fleet is not None:
                self._together(work, host, waiting, foretold.fleet)
            before = host.resource_state
            final = carried_out(work, host, goal)
            self._seen(work, final, goal)
            if work.mark is not None and goal == "maintenance" and not (work.told.stopped or work.told.started):
                self._marks[host.id] = work.mark
            return outcome_of(before, final, work.told, native)

    def _together(self, work: Work, host: Host, waiting: t.Sequence[str], fleet: Fleet) -> None:
        """The hosts of the wave whose turn comes are emptied beside this one, and while the server prepares it."""
        others = [rolling.named(fleet.hosts, name, self.cluster) for name in waiting]
        if not self._moves:
            # What a killed run has left half way is brought to its end, one after the other.
            work.settled = tuple(each.id for each in others)
        elif others and not self.each.reach:
            if self._ahead.pool is None:
                requests = [self._request(each) for each in (host, *others)]
                work.request = self._ahead.begin(requests, fleet) or work.request
            if self._ahead.pool is not None:
                work.beat, work.pool = self._ahead.beat, self._ahead.pool
                work.leaving = tuple(each for each in self._ahead.leaving if each != host.id)
                work.meanwhile = functools.partial(self._ahead.finish, others[0].id)

    def _request(self, host: Host) -> foretelling.Request:
        others = tuple(name for name in self.now["wave"] if name != host.name)
        return replace(
            self.each,
            which=HostName(host.name, host.id),
            preferred=tuple(self.now["done"]),
            avoid=others,
            planned=self._moves,
        )

    def _seen(self, work: Work, final: Host, goal: Goal) -> None:
        """The cluster after a host was worked on, where that is known: as it was read, with the host as it is."""
        if goal == "maintenance":
            self._read_at = work.read_at
        fleet = work.after if goal == "maintenance" else self._fleet
        if fleet is not None and (goal == "maintenance" or not work.told.anything):
            fleet = replace(fleet, hosts=tuple(_as_it_is(each, final) for each in fleet.hosts))
        else:
            fleet = None
        self._fleet = fleet

    def _host(self, name: str) -> Host:
        """As it was read last, by this task."""
        hosts = self._fleet.hosts if self._fleet else self.cloud.hosts.again(cluster_id=self.cluster.id, detail="min")
        return rolling.named(hosts, name, self.cluster)


def _as_it_is(held: Host, now: Host) -> Host:
    """A host of a reading, in the state of now."""
    return replace(held, state=now.state, resource_state=now.resource_state) if held.id == now.id else held


def walk(cloud: Cloud, asked: rolling.Request, each: foretelling.Request, step: Step, check_mode: bool) -> Outcome:
    """Walk on. In check mode the next wave is told. Raises Refused with every reason where it cannot go on."""
    cluster = rolling.cluster_of(cloud, asked)
    if check_mode:
        now = rolling.following(cloud, cluster, asked, True, rolling.Known()).told
        told = {"stage": "", "stage_hosts": [], "ended": False, "paused": False, "host_results": []}
        return Outcome(False, result={**now, **told})
    return Walk(cloud, cluster, asked, each, step, locks.Held(cloud, cluster, asked.claim)).run()
