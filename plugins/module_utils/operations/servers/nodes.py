# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management servers as they are, and one of them taken out of service or back.

Sources: management_server.md 6.4 and 6.5 of the field notes; T7:1-26.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.change import Outcome
from ...core.errors import ApiError, HostcraftError, JobLost, Refused, TransportError, WaitTimeout
from ...core.findings import Judgement
from ...core.naming import matches, only
from ...core.servers import nodes, settings
from ...core.servers.nodes import NODES, Server
from ...ports.cloud import Cloud
from ..lost_answers import surely
from ..waiting import until


class ServerNotDrained(HostcraftError):
    """The server did not get to the state that was asked for; it says what is left on it."""

    code = "server_not_drained"


@dataclasses.dataclass(frozen=True)
class Seen:
    servers: tuple[Server, ...]
    judgement: Judgement


@dataclasses.dataclass(frozen=True)
class Request:
    """name: id, name or address. algorithm: "" for the server's own."""

    name: str
    state: str
    algorithm: str = ""
    forced: bool = False
    rebalance: bool = True
    consent: bool = False
    timeout: float = 3600.0


def seen_servers(cloud: Cloud, name: str = "", ignore: t.Collection[str] = ()) -> Seen:
    """All of them are judged together; name: what is shown. Raises InvalidValue for a code that is none."""
    found, changes = cloud.management_servers.all(), cloud.management_servers.changed_settings()
    static = {name for name in {name for name, _when in changes} if _static(cloud, name)}
    servers = [settings.with_settings(each, changes, static) for each in found]
    judgement = NODES.judgement(list(nodes.judge(servers)), ignore)
    return Seen(tuple(_named(servers, name) if name else servers), judgement)


def _named(servers: t.Sequence[Server], name: str) -> list[Server]:
    """Names are no keys: all may be called localhost."""
    return [each for each in servers if each.address == name] or list(matches(servers, name))


def _static(cloud: Cloud, name: str) -> bool:
    setting = cloud.settings.find(name)
    return setting is not None and setting.dynamic is False


def ensure_server(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is done, ServerNotDrained, NotFound, Ambiguous, Unsupported."""
    servers = cloud.management_servers.all()
    names = [each.name for each in servers]
    server = only(_named(servers, request.name), "management server", request.name, "", names)
    plan = nodes.plan(server, servers, request.state, request.consent)
    for step in plan.steps:
        cloud.management_servers.needs(step)
    if plan.reasons:
        raise Refused(server.called, plan.reasons)
    wanted = nodes.STATES[request.state]
    changed = server.state != wanted
    before, after = ({"state": server.state}, {"state": wanted}) if changed else ({}, {})
    final = server
    if changed and not check_mode:
        for step in plan.steps:
            _acted(cloud, request, server, step)
            if step == nodes.PREPARE_STOP and nodes.TRIGGER in plan.steps:
                _reached(cloud, request, server, nodes.READY, nodes.PREPARING_STOP)
        final = _reached(cloud, request, server, wanted, nodes.UNDER_WAY.get(request.state, ""))
    return Outcome(changed, before, after, told(final))


def told(server: Server) -> dict[str, object]:
    agents, jobs = server.agents, server.jobs
    return {
        "id": server.id,
        "name": server.name,
        "address": server.address,
        "state": server.state,
        "agents": None if agents is None else len(agents),
        "pending_jobs": jobs,
    }


def _acted(cloud: Cloud, request: Request, server: Server, step: str) -> None:
    """One step; where its answer is lost, the state tells whether it was done."""
    more: dict[str, object] = {}
    if step == nodes.PREPARE:
        more = {"algorithm": request.algorithm or None, "forced": request.forced or None}
    elif step == nodes.CANCEL_MAINTENANCE:
        more = {"rebalance": request.rebalance}

    def done() -> t.Optional[bool]:
        now = _fresh(cloud, server)
        return True if now is not None and now.state in nodes.EFFECTS[step] else None

    cloud.progress(f"{server.called}: {step}")

    def act() -> bool:
        cloud.management_servers.act(step, server.id, **more)
        return True

    surely(cloud, act, done)


def _fresh(cloud: Cloud, server: Server) -> t.Optional[Server]:
    """None while the servers do not answer: one that stops may be the one that was asked."""
    try:
        return next((each for each in cloud.management_servers.all() if each.id == server.id), None)
    except (TransportError, JobLost):
        return None


def _reached(cloud: Cloud, request: Request, server: Server, wanted: str, way: str) -> Server:
    """The server in the state; one that left the way to it never gets there (it falls back to Up by itself)."""
    seen: list[Server] = [server]

    def look() -> Server:
        seen.append(_fresh(cloud, server) or seen[-1])
        return seen[-1]

    def done(now: Server) -> bool:
        if way and now.state not in (wanted, way) and way in {each.state for each in seen}:
            raise _failed(cloud, now, f"{server.called} went from {way} to {now.state} instead of {wanted}")
        return now.state == wanted

    what = f"{server.called} to be {wanted}"
    try:
        return until(cloud, look, done, what=what, limit=request.timeout, show=lambda now: now.condition)
    except WaitTimeout as error:
        raise _failed(cloud, seen[-1], error.message) from error


def _failed(cloud: Cloud, server: Server, text: str) -> ServerNotDrained:
    try:
        jobs = list(cloud.management_servers.jobs(server.id))
    except (ApiError, TransportError):
        jobs = []
    agents = [each for each in server.agents or () if each]
    left = f"; still running there: {', '.join(jobs[:5])}" if jobs else ""
    left += f"; {len(agents)} agents are still connected to it" if agents else ""
    remedy = "wait for the jobs, or run the task with state=up to give the server back its work"
    return ServerNotDrained(f"{text}{left}; {remedy}", state=server.state, jobs=jobs, agents=agents)
