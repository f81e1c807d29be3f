# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management servers of one cloud: their states, what is wrong with them, and what may be done to one of them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason
from ..findings import BLOCKS, HURTS, NOTE, Finding, Table, Unseen, Verdict, rows

UP, DOWN, MAINTENANCE, READY = "Up", "Down", "Maintenance", "ReadyToShutDown"
PREPARING, PREPARING_STOP, STOPPING = "PreparingForMaintenance", "PreparingForShutDown", "ShuttingDown"
# As 4.19 and 4.20 call it.
OLD_NAMES: t.Mapping[str, str] = {"PreparingToShutDown": PREPARING_STOP}
# What a task asks for, and the state of the server that it means.
IN_SERVICE, IN_MAINTENANCE, PREPARED, STOPPED = "up", "maintenance", "ready_to_shut_down", "shut_down"
STATES: t.Mapping[str, str] = {IN_SERVICE: UP, IN_MAINTENANCE: MAINTENANCE, PREPARED: READY, STOPPED: DOWN}
# On the way to each.
UNDER_WAY: t.Mapping[str, str] = {IN_MAINTENANCE: PREPARING, PREPARED: PREPARING_STOP, STOPPED: STOPPING}
CANCEL_MAINTENANCE, CANCEL_SHUTDOWN, PREPARE, PREPARE_STOP, TRIGGER = (
    *("cancel_maintenance", "cancel_shutdown", "prepare_maintenance", "prepare_shutdown", "trigger_shutdown"),
)
# What leads from a state to the one asked for, step by step; a state that is not here leads nowhere.
STEPS: t.Mapping[str, t.Mapping[str, tuple[str, ...]]] = {
    IN_SERVICE: {
        UP: (),
        MAINTENANCE: (CANCEL_MAINTENANCE,),
        PREPARING: (CANCEL_MAINTENANCE,),
        PREPARING_STOP: (CANCEL_SHUTDOWN,),
        READY: (CANCEL_SHUTDOWN,),
    },
    IN_MAINTENANCE: {MAINTENANCE: (), PREPARING: (), UP: (PREPARE,)},
    PREPARED: {READY: (), PREPARING_STOP: (), UP: (PREPARE_STOP,)},
    STOPPED: {
        DOWN: (),
        STOPPING: (),
        MAINTENANCE: (TRIGGER,),
        READY: (TRIGGER,),
        PREPARING_STOP: (TRIGGER,),
        UP: (PREPARE_STOP, TRIGGER),
    },
}
# States that show that a step was done.
EFFECTS: t.Mapping[str, tuple[str, ...]] = {
    PREPARE: (PREPARING, MAINTENANCE),
    PREPARE_STOP: (PREPARING_STOP, READY),
    TRIGGER: (STOPPING, DOWN),
    CANCEL_MAINTENANCE: (UP,),
    CANCEL_SHUTDOWN: (UP,),
}
FAIR = 0.5  # of the average number of agents: a server with fewer is left out by the balance


def state_of(text: str) -> str:
    """A state by its name of today."""
    return OLD_NAMES.get(text, text)


@dataclass(frozen=True)
class Peer:
    """What one server thinks of another. reached: whether it answers on the cluster port."""

    id: str
    name: str
    address: str
    reached: bool


@dataclass(frozen=True)
class Server:
    """agents, jobs, peers: None where this release does not tell them. restart_for: settings that need a restart."""

    id: str
    name: str
    state: str
    version: str = ""
    address: str = ""
    agents: t.Optional[tuple[str, ...]] = None
    jobs: t.Optional[int] = None
    peers: t.Optional[tuple[Peer, ...]] = None
    started: str = ""
    booted: str = ""
    os: str = ""
    java: str = ""
    kernel: str = ""
    restart_for: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        return f"management server {self.name}" + (f" ({self.address})" if self.address else "")

    @property
    def condition(self) -> str:
        told = [f"state {self.state}"]
        if self.jobs:
            told.append(f"{self.jobs} pending jobs")
        if self.agents:
            told.append(f"{len(self.agents)} agents")
        return ", ".join(told)


NODES = Table(
    "management servers",
    rows(
        BLOCKS,
        (
            "no_server_up",
            "No management server is Up",
            "start the service on a server, and read its log for the reason",
            "listManagementServers",
        ),
        (
            "peer_unreachable",
            "A management server does not reach another one",
            "open the cluster port (9090) between their addresses; the certificate must contain cluster.node.IP, so "
            "set management.network.cidr to that network and restart both",
            "4.11.1: Multiple Management Servers; PR 7728",
        ),
        (
            "versions_differ",
            "Management servers that are Up have different versions",
            "install the same version on all of them; rolling upgrades are not supported",
            "4.11.1: Upgrade",
        ),
    ),
    rows(
        HURTS,
        (
            "server_down",
            "A management server is Down",
            "start its service; if the machine no longer exists, remove the server from CloudStack",
            "listManagementServers",
        ),
        (
            "server_closed",
            "A management server accepts no jobs",
            "finish the work on it, then run cs_management_server with state=up",
            "prepareForMaintenance, prepareForShutdown",
        ),
        (
            "restart_needed",
            "Settings were changed that a management server reads only at its start",
            "restart all management servers: playbook restart_management_servers",
            "4.11.1: Configuration Parameters",
        ),
        (
            "agents_unbalanced",
            "A management server has few agents compared with the others",
            "set host to all servers, indirect.agent.lb.algorithm to roundrobin or shuffle, and "
            "indirect.agent.lb.check.interval above 0",
            "Working with Hosts: Host load balancing",
        ),
    ),
    rows(
        NOTE,
        (
            "one_server",
            "The cloud has only one management server",
            "add a second one, so that the API stays available during a restart",
            "4.11.1: Multiple Management Servers",
        ),
    ),
)


def judge(servers: t.Sequence[Server]) -> t.Iterator[Verdict]:
    """What is wrong with all servers together."""
    up = [each for each in servers if each.state == UP]
    if not up:
        yield NODES.found("no_server_up", ", ".join(f"{each.name} is {each.state}" for each in servers) or "none")
    for each in servers:
        if each.state == DOWN:
            yield NODES.found("server_down", f"{each.called}, last start {each.started or 'unknown'}", each.name)
        elif each.state != UP:
            yield NODES.found("server_closed", f"{each.called} is in {each.condition}", each.name)
        if each.restart_for:
            yield NODES.found("restart_needed", f"{each.called}: {', '.join(each.restart_for)}", each.name)
    if len({each.version for each in up if each.version}) > 1:
        yield NODES.found("versions_differ", ", ".join(f"{each.name}: {each.version}" for each in up))
    if len(servers) == 1:
        yield NODES.found("one_server", servers[0].called)
    yield from _peers(up)
    yield from _balance(up)


def _peers(up: t.Sequence[Server]) -> t.Iterator[Verdict]:
    """A peer that was never met is not even listed (management_server.md 6.1)."""
    for each in up:
        if each.peers is None:
            if len(up) > 1:
                yield Unseen("peer_unreachable", f"{each.name}: this release does not return peers")
            continue
        reached = {peer.id for peer in each.peers if peer.reached}
        for other in up:
            if other is not each and other.id not in reached:
                told = "does not reach" if any(peer.id == other.id for peer in each.peers) else "has never reached"
                facts = {"peer": other.name, "address": other.address}
                yield NODES.found("peer_unreachable", f"{each.called} {told} {other.called}", each.name, **facts)


def _balance(up: t.Sequence[Server]) -> t.Iterator[Finding]:
    counts = [len(each.agents or ()) for each in up]
    average = sum(counts) / len(counts) if counts else 0.0
    # A few agents are never even.
    if average < 2 or any(each.agents is None for each in up):
        return
    for each, count in zip(up, counts):
        if count < average * FAIR:
            evidence = f"{each.called} has {count} agents, the average is {average:.1f}"
            yield NODES.found("agents_unbalanced", evidence, each.name, agents=count, average=average)


@dataclass(frozen=True)
class Plan:
    """What is to be done to a server. reasons: why not."""

    steps: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


def plan(server: Server, servers: t.Sequence[Server], wanted: str, consent: bool) -> Plan:
    """What leads to the state asked for, and what speaks against it."""
    steps = STEPS[wanted].get(server.state)
    if steps is None:
        remedy = "start its service" if server.state in (DOWN, STOPPING) else "run this task with state=up first"
        text = f"{server.called} is in state {server.state}, from which it cannot change to {STATES[wanted]}"
        return Plan((), (Reason("wrong_state", text, remedy, {"state": server.state}),))
    reasons = []
    others = [each for each in servers if each.id != server.id]
    if {PREPARE, PREPARE_STOP, TRIGGER} & set(steps):
        busy = [each for each in others if each.state in (PREPARING, PREPARING_STOP)]
        for each in busy:
            text = f"{each.called} is in state {each.state}; only one server may leave service at a time"
            reasons.append(
                Reason("another_prepares", text, "wait until it is done, or cancel it", {"server": each.name})
            )
        if not any(each.state == UP for each in others) and (not consent or wanted == IN_MAINTENANCE):
            text = f"{server.called} is the only one in service: without it, the API, agents and jobs stop"
            remedy = "start another server first"
            remedy += ", or set consent" if wanted != IN_MAINTENANCE else "; CloudStack refuses it"
            reasons.append(Reason("last_server", text, remedy, {"servers": len(servers)}))
    return Plan(steps, tuple(reasons))
