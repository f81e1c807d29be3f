# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fence drill: one host is turned off and on by its controller, each step proved and timed, everything given back.

A killed run leaves a record on the host; the next one gives back what it took before it does anything else.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ...core.bmc import drill as core
from ...core.bmc import host_ha
from ...core.bmc.agent import PING_INTERVAL, PING_TIMEOUT
from ...core.bmc.drill import Record, Step
from ...core.bmc.oobm import ENABLED, REDFISH
from ...core.bmc.power import ACTIONS, OFF, ON, UNKNOWN
from ...core.change import Outcome
from ...core.errors import HostcraftError, InvalidValue, Reason, Refused, WaitTimeout
from ...core.notes import Note
from ...core.zone import resource_states as states
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from ..notes import add_note, remove_notes
from ..waiting import until
from ..zone.places import Names, host_of
from . import asking
from .agent import back, noticed_within, number
from .alone import Claim, alone, lenient
from .asking import Direct
from .power import ByServer, Switch, answered, carry_out, reached, running_on

FIRST = ("whole", "begin")
PHASES = (*FIRST, "watch", "restore")
COST: t.Mapping[str, float] = {
    "ping.interval": PING_INTERVAL,
    "ping.timeout": PING_TIMEOUT,
    "kvm.ha.activity.check.interval": 60.0,
    "kvm.ha.activity.check.max.attempts": 10.0,
    "kvm.ha.recover.wait.period": 600.0,
    "kvm.ha.recover.failure.threshold": 1.0,
    "kvm.ha.fence.timeout": 60.0,
}
BY_CLUSTER = "kvm.ha."
ENDS = ("Fenced", "Recovered", "Degraded")


@dataclasses.dataclass(frozen=True)
class Request:
    """phase: whole does everything; begin, watch and restore are for a playbook that fails the agent in between.

    direct: a second way to the controller, which proves the off as well. run: eight hexadecimal digits of chance.
    timeout: seconds for a power state; agent_timeout: for the agent; watch_timeout: for the HA states. claim: of the
    cluster.
    """

    names: Names
    run: str
    phase: str = "whole"
    consent: bool = False
    direct: t.Optional[Direct] = None
    timeout: float = 300.0
    agent_timeout: float = 900.0
    watch_timeout: float = 3600.0
    claim: Claim = None


class Drill:
    """One drill of one host."""

    def __init__(self, cloud: Cloud, request: Request, host: Host) -> None:
        self.cloud, self.request, self.host = cloud, request, host
        self.way: Switch = ByServer(cloud, host)
        self.steps: list[Step] = []
        self.states: list[dict[str, object]] = []
        self.gone = False
        self.beat: t.Callable[[], None] = lambda: None

    def timed(self, name: str, work: t.Callable[[], str]) -> None:
        began = self.cloud.clock.now()
        self.beat()
        self.cloud.progress(f"drill of host {self.host.name}: {name}")
        said = work()
        self.steps.append(Step(name, round(self.cloud.clock.now() - began, 1), said))

    # -- records ------------------------------------------------------------------------------------------------------

    def notes(self) -> list[tuple[Note, Record]]:
        """The host's annotations that drills left there."""
        found = ((note, core.record_of(note.text)) for note in self.cloud.notes.all("HOST", self.host.id))
        return [(note, record) for note, record in found if record is not None]

    def pending(self) -> t.Optional[Record]:
        """Of a drill that is under way, or was killed."""
        return next((record for _note, record in self.notes() if record.state == core.UNDER_WAY), None)

    def begin(self) -> Record:
        record = Record(core.UNDER_WAY, self.host.resource_state, ON, self.now(), run=self.request.run)
        add_note(self.cloud, "HOST", self.host.id, record.text())
        return record

    def end(self, record: Record, result: str, seconds: t.Optional[int]) -> None:
        """The result first, so that a kill in between leaves the record that makes the next run look again."""
        old = [note for note, _record in self.notes()]
        add_note(self.cloud, "HOST", self.host.id, record.ended(self.now(), result, seconds).text())
        remove_notes(self.cloud, "HOST", self.host.id, old)

    def now(self) -> int:
        return int(self.cloud.clock.wall())

    # -- steps --------------------------------------------------------------------------------------------------------

    def off(self) -> str:
        carry_out(self.cloud, self.host, self.way, ACTIONS["off"], self.request.timeout)
        return "OFF was sent"

    def verified_off(self) -> str:
        """By the server's next status, by the controller itself where there is a way, and by the agent's silence."""
        said = [f"CloudStack: {self.way.power()}"]
        if self.request.direct is not None:
            said.append(f"controller: {self._directly()}")
        gone = until(
            self.cloud,
            lambda: self.cloud.hosts.fresh(self.host),
            lambda seen: seen.state != "Up",
            what=f"CloudStack to detect that the agent of host {self.host.name} is gone",
            limit=max(self.request.timeout, noticed_within(self.cloud)),
            show=lambda seen: seen.state,
        )
        self.gone = True
        return ", ".join([*said, f"host: {gone.state}"])

    def fenced_off(self) -> str:
        """After the state Fenced, for which the server takes an OFF that was answered well. Raises HostcraftError."""
        try:
            reached(self.cloud, self.host, self.way, OFF, self.request.timeout)
        except WaitTimeout as error:
            raise HostcraftError(
                f"host HA shows host {self.host.name} as {host_ha.FENCED}, but its controller reports "
                f"{error.details['last']}: the host is not off, and CloudStack starts its HA VMs on other hosts; "
                "use a driver and a user that really turn it off",
                reason="fenced_but_on",
            ) from None
        return f"CloudStack: {OFF}" + (f", controller: {self._directly()}" if self.request.direct else "")

    def _directly(self) -> str:
        direct = t.cast(Direct, self.request.direct)
        access = asking.access_to(self.cloud.oobms.of_host(self.host.id), direct)
        with contextlib.closing(direct.reach(access)) as bmc:
            state = self._settled(bmc)
        if state != OFF:
            raise HostcraftError(
                f"the server reports that host {self.host.name} is off, but the controller at "
                f"{access.address} reports {state or 'nothing'}: correct the controller's address, which "
                "belongs to another machine",
                reason="power_differs",
            )
        return state

    def _settled(self, bmc: Switch) -> t.Optional[str]:
        """What the controller reports once it reports On or Off; None where it does not."""
        try:
            return until(
                self.cloud,
                bmc.power,
                lambda state: state != UNKNOWN,
                what=f"the controller of host {self.host.name} to report a power state",
                limit=self.request.timeout,
                show=lambda state: state,
            )
        except HostcraftError:
            return None

    def on(self) -> str:
        carry_out(self.cloud, self.host, self.way, ACTIONS["on"], self.request.timeout)
        return "ON was sent"

    def agent_up(self, record: t.Optional[Record] = None) -> str:
        """record: of a drill that may have turned the host off so lately that the server has not noticed it."""
        doubt = 0.0
        if record is not None and not self.gone:
            full = noticed_within(self.cloud) + core.SENT
            # Another machine that wrote the record may have another time.
            doubt = min(max(record.at + full - self.now(), 0.0), full)
        return back(self.cloud, self.host, self.request.agent_timeout, doubt, self.beat)

    def ha_back(self) -> str:
        """Host HA is Available again, where it was enabled and the host is not in maintenance."""
        held = self.cloud.host_has.of_host(self.host.id)
        if not held.enabled or self.host.resource_state != states.ENABLED:
            return "not checked: host HA is disabled, or the host is in maintenance"

        def look() -> str:
            self.beat()
            return self.cloud.host_has.of_host(self.host.id).state

        return until(
            self.cloud,
            look,
            lambda state: state == host_ha.AVAILABLE,
            what=f"host HA of host {self.host.name} to be {host_ha.AVAILABLE}",
            limit=self.request.agent_timeout,
            show=lambda state: state,
        )

    # -- the whole ----------------------------------------------------------------------------------------------------

    def restore(self, record: t.Optional[Record] = None) -> None:
        """On and Up again, whatever came before, and out of the maintenance that the server begins with a fence.

        A host that is on is left alone, and one that is off is turned on without the lock too. record: what it was
        before.
        """
        beat, self.beat = self.beat, lenient(self.beat)
        try:
            self._restore(record)
        finally:
            self.beat = beat

    def _restore(self, record: t.Optional[Record]) -> None:
        if self.way.power() != ON:
            self.timed("on", self.on)
        self.timed("agent_up", lambda: self.agent_up(record))
        self.host = self.cloud.hosts.fresh(self.host)
        if record and record.before == states.ENABLED and self.host.resource_state == states.MAINTENANCE:
            self.timed("enabled", self.enabled)

    def enabled(self) -> str:
        self.cloud.act("cancel_maintenance", self.host.id)
        self.host = until(
            self.cloud,
            lambda: self.cloud.hosts.fresh(self.host),
            lambda seen: seen.resource_state == states.ENABLED,
            what=f"the maintenance of host {self.host.name} to end",
            limit=self.request.timeout,
            show=lambda seen: seen.resource_state,
        )
        return "the maintenance that the server began was cancelled"

    def whole(self) -> int:
        began = self.cloud.clock.now()
        for name in core.STEPS[1:]:
            self.timed(name, getattr(self, name))
        return round(self.cloud.clock.now() - began)

    def watch(self) -> str:
        """Every HA state until the machine comes to rest, with the seconds at which each was first seen."""
        began = self.cloud.clock.now()
        last = ""

        def look() -> str:
            nonlocal last
            self.beat()
            state = self.cloud.host_has.of_host(self.host.id).state
            if state != last:
                after = round(self.cloud.clock.now() - began, 1)
                self.states.append({"state": state, "after": after, "meaning": host_ha.explained(state).meaning})
                self.cloud.progress(f"drill of host {self.host.name}: host HA is {state} after {after} s")
            last = state
            return state

        seen = until(
            self.cloud,
            look,
            lambda state: state in ENDS,
            what=f"host HA of host {self.host.name} to act",
            limit=self.request.watch_timeout,
            show=lambda state: state,
        )
        if seen == host_ha.FENCED:
            self.timed("verified_off", self.fenced_off)
        return seen


def run_drill(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused, WaitTimeout and what the controller says; the host is on and Up then, or the error says so."""
    if request.phase not in PHASES:
        raise InvalidValue("phase", request.phase, f"one of {', '.join(PHASES)}")
    host = host_of(cloud, request.names)
    with alone(cloud, host, request.claim, check_mode, request.phase in FIRST) as beat:
        drill = Drill(cloud, request, host)
        drill.beat = beat
        return _run(drill, request, check_mode)


def _run(drill: Drill, request: Request, check_mode: bool) -> Outcome:
    pending = drill.pending()
    if request.phase in ("watch", "restore"):
        return _later_phase(drill, pending, check_mode)
    if pending and not check_mode:
        drill.restore(pending)
        drill.end(pending, "restored", None)
    _refuse(drill, pending is not None)
    if check_mode:
        plan = {"steps": [{"name": name} for name in core.STEPS]}
        return Outcome(True, {"power_state": ON}, {"power_state": ON}, {**_shown(drill), **plan}, _doubts(drill))
    record = drill.begin()
    if request.phase == "begin":
        return Outcome(True, result=_shown(drill))
    return _whole(drill, record)


def _whole(drill: Drill, record: Record) -> Outcome:
    try:
        seconds = drill.whole()
    except HostcraftError as error:
        raise _undone(drill, record, error) from None
    drill.end(record, "passed", seconds)
    boot = sum(step.seconds for step in drill.steps if step.name in ("on", "agent_up"))
    result = {**_shown(drill), "result": "passed", "seconds": seconds, "cost": _cost(drill, boot)}
    return Outcome(True, {"power_state": ON}, {"power_state": ON}, result, _doubts(drill))


def _doubts(drill: Drill) -> tuple[str, ...]:
    """What a drill that passes does not prove."""
    if drill.cloud.oobms.of_host(drill.host.id).driver != REDFISH:
        return ()
    return (
        f"the driver {REDFISH} turns host {drill.host.name} off by a graceful shutdown: the drill does not prove that "
        "a hung host can be fenced (graceful_off_only)",
    )


def _undone(drill: Drill, record: Record, error: HostcraftError) -> HostcraftError:
    """The host given back first; the error that stopped the drill is the one that is told."""
    failed = str(error.details.get("reason") or error.code)
    try:
        drill.restore(record)
    except HostcraftError as worse:
        error.details["not_restored"] = worse.message
        error.add(f"; host {drill.host.name} could not be restored: {worse.message}")
        return error
    drill.end(record, failed, None)
    error.details["steps"] = [dataclasses.asdict(step) for step in drill.steps]
    error.add(f" (host {drill.host.name} is on and Up again)")
    return error


def _later_phase(drill: Drill, pending: t.Optional[Record], check_mode: bool) -> Outcome:
    if check_mode:
        return Outcome(False, result=_shown(drill))
    if drill.request.phase == "watch":
        if not pending:
            reason = Reason("not_begun", "no drill of this host is running", "run the phase begin first")
            raise Refused(f"drill of host {drill.host.name}", [reason])
        try:
            state = drill.watch()
        except HostcraftError as error:
            error.details["states"] = list(drill.states)
            raise
        return Outcome(True, result={**_shown(drill), "result": state.casefold(), "states": list(drill.states)})
    drill.restore(pending)
    drill.timed("ha_back", drill.ha_back)
    if pending:
        drill.end(pending, "restored", None)
    return Outcome(pending is not None, result=_shown(drill))


def _refuse(drill: Drill, restored: bool) -> None:
    cloud = drill.cloud
    # A killed drill may just have been given back.
    host = drill.host = cloud.hosts.fresh(drill.host)
    state = asking.effective_of(cloud, host, cloud.oobms.of_host(host.id))
    power = answered(drill.way) if state.state == ENABLED else None
    reasons = core.refusals(
        host.name,
        host.resource_state,
        running_on(cloud, host),
        drill.request.consent,
        state.state,
        power or "",
        cloud.host_has.of_host(host.id),
        drill.request.phase == "begin",
    )
    if reasons:
        raise Refused(
            f"drill of host {host.name}" + (" (the host was restored after a killed drill)" if restored else ""),
            reasons,
        )


def _cost(drill: Drill, boot: float) -> dict[str, float]:
    def value(name: str) -> float:
        scope = ("cluster", drill.host.cluster_id) if name.startswith(BY_CLUSTER) else ("global", "")
        return number(drill.cloud, name, COST[name], *scope)

    return core.fence_cost({name: value(name) for name in COST}, boot)


def _shown(drill: Drill) -> dict[str, object]:
    return {
        "id": drill.host.id,
        "host": drill.host.name,
        "phase": drill.request.phase,
        "resource_state": drill.host.resource_state,
        "steps": [dataclasses.asdict(step) for step in drill.steps],
    }
