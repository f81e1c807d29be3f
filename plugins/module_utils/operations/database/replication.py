# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server made a replica of the primary, closed to writers, or made the primary; proved afterwards."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...core.change import Outcome
from ...core.database import replication as core
from ...core.database.gtid import text_of
from ...core.database.replication import CLOSED, COPY, NOTHING, POINT, PRIMARY, REPLICA, Decision, Server
from ...core.errors import MissingValue, Refused, WaitTimeout
from ...ports.clock import Clock
from ...ports.database import Copies, DatabaseServer

PAUSE = 0.5


@dataclass(frozen=True)
class Source:
    """The primary, as replicas reach it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool = False


@dataclass(frozen=True)
class Request:
    """state: REPLICA, PRIMARY or CLOSED. proof: the last transaction of the old primary. rebuild, lose: consents."""

    state: str
    source: t.Optional[Source] = None
    proof: str = ""
    rebuild: bool = False
    lose: bool = False
    timeout: float = 300.0


def ensure_replication(
    here: DatabaseServer,
    primary: t.Optional[DatabaseServer],
    copies: t.Optional[Copies],
    clock: Clock,
    request: Request,
    check_mode: bool,
) -> Outcome:
    """Raises Refused before anything is changed, WaitTimeout."""
    if request.state == REPLICA:
        if primary is None or request.source is None or copies is None:
            raise MissingValue("a replica", ["source"])
        return _Replica(here, primary, copies, clock, request, request.source).ensured(check_mode)
    if request.state == PRIMARY:
        return _promoted(here, clock, request, check_mode)
    return _closed(here, check_mode)


def _closed(server: DatabaseServer, check_mode: bool) -> Outcome:
    """No account without special rights writes any more; what it has written is the proof."""
    before = server.replication()
    changed = not before.read_only
    if changed and not check_mode:
        server.set_read_only(True)
    return _outcome(changed, before, server.replication() if changed and not check_mode else before, CLOSED)


def _promoted(server: DatabaseServer, clock: Clock, request: Request, check_mode: bool) -> Outcome:
    before = server.replication()
    action, reasons = core.decide_primary(before, request.proof, request.lose)
    if reasons:
        raise Refused(f"{server.where}: it cannot become the primary", reasons)
    if action == NOTHING:
        return _outcome(False, before, before, PRIMARY)
    if check_mode:
        return _outcome(True, before, before, PRIMARY)
    if before.source is not None:
        # What was received is applied first, with or without a primary.
        if not request.proof:
            server.stop_receiving()
        if not before.source.applying:
            server.start_applying()
        wanted = request.proof or before.source.received
        _wait(clock, request.timeout, f"{server.where} to apply {wanted}", lambda: _applied(server, wanted))
        server.end_replication()
    elif request.proof and not core.caught_up(before, request.proof):
        raise WaitTimeout(f"{server.where} to apply {request.proof}", 0, before.position)
    server.set_read_only(False)
    return _outcome(True, before, server.replication(), PRIMARY)


def _applied(server: DatabaseServer, wanted: str) -> t.Optional[str]:
    """None when it is done, else what was seen."""
    held = server.replication()
    if core.caught_up(held, wanted):
        return None
    errors = held.source.errors if held.source else ()
    return "; ".join(errors) or held.position or "nothing"


def _wait(clock: Clock, timeout: float, what: str, look: t.Callable[[], t.Optional[str]]) -> None:
    ends = clock.now() + timeout
    while True:
        seen = look()
        if seen is None:
            return
        if clock.now() >= ends:
            raise WaitTimeout(what, timeout, seen)
        clock.sleep(PAUSE)


class _Replica:
    def __init__(
        self,
        here: DatabaseServer,
        primary: DatabaseServer,
        copies: Copies,
        clock: Clock,
        request: Request,
        source: Source,
    ) -> None:
        self.here, self.primary, self.copies, self.clock = here, primary, copies, clock
        self.request, self.source = request, source

    def ensured(self, check_mode: bool) -> Outcome:
        # The replica first: what it has by then, the primary has had before.
        before = self.here.replication()
        of_primary = self.primary.replication()
        copying = self.copies.begun()
        decision = core.decide_replica(
            before, of_primary, self.source.host, self.source.port, copying, self.request.rebuild
        )
        if decision.reasons:
            raise Refused(f"{self.here.where}: it cannot be a replica", decision.reasons)
        changed = decision.action != NOTHING or not before.read_only
        if changed and not check_mode:
            self._carry_out(decision, before, of_primary)
        after = self.here.replication() if changed and not check_mode else before
        lag = core.lacks(after, of_primary.position)
        return _outcome(changed, before, after, REPLICA, action=decision.action, transactions_behind=lag)

    def _carry_out(self, decision: Decision, before: Server, of_primary: Server) -> None:
        self.here.set_read_only(True)
        if decision.action == COPY:
            self._copy(before, of_primary)
        elif decision.action == POINT:
            if before.source is not None:
                self.here.end_replication()
            self.here.keep_position()
            self._point()
        elif decision.action == core.START:
            self.here.start()
        _wait(self.clock, self.request.timeout, f"{self.here.where} to replicate", self._running)
        self.copies.end()

    def _copy(self, before: Server, of_primary: Server) -> None:
        self.copies.begin()
        if before.source is not None:
            self.here.end_replication()
        people = self.primary.accounts()
        self.here.drop_databases([name for name in before.databases if name not in of_primary.databases])
        self.here.take_accounts(people)
        position = self.copies.copy(of_primary.databases) if of_primary.databases else of_primary.position
        if self.primary.accounts() != people:
            self.here.take_accounts(self.primary.accounts())
        self.here.take_position(position)
        self._point()

    def _point(self) -> None:
        its = self.source
        self.here.point(its.host, its.port, its.user, its.password, its.tls)
        self.here.start()

    def _running(self) -> t.Optional[str]:
        source = self.here.replication().source
        if source is None:
            return "no replication"
        if source.errors:
            # An address that does not answer yet is tried again by the server itself.
            return "; ".join(source.errors)
        return None if source.running else f"receiving {source.receiving}, applying {source.applying}"


def _outcome(changed: bool, before: Server, after: Server, state: str, **more: object) -> Outcome:
    held = told(after)
    shown = {
        key: (value, held[key])
        for key, value in told(before).items()
        if value != held[key] and key in ("read_only", "source")
    }
    wanted = {"state": state} if changed and not shown else {}
    return Outcome(
        changed,
        {key: pair[0] for key, pair in shown.items()},
        {**{key: pair[1] for key, pair in shown.items()}, **wanted},
        {**held, **more},
    )


def told(server: Server) -> dict[str, object]:
    """What the modules return of a server."""
    source = server.source
    return {
        "read_only": server.read_only,
        "position": server.position,
        "source": f"{source.host}:{source.port}" if source else "",
        "semi_sync": server.semi_sync,
        "writer": server.writer,
        "databases": list(server.databases),
        "replicating": bool(source and source.running),
        "errors": list(source.errors) if source else [],
        "lag": source.lag if source else None,
        "received": source.received if source else "",
        "known": text_of(server.known),
    }
