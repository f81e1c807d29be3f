# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_load_balancer_node`` and ``cs_load_balancer_info``, on the load balancer that they run on."""

from __future__ import annotations

import typing as t

from ...adapters.haproxy.client import HAProxy
from ...core.change import Outcome, plain
from ...core.errors import NotAsRead, Reason, Refused, WaitTimeout
from ...core.servers import balanced as core
from ..fields import Spec
from ..module import Json, Module, carry_out

SOCKET: Spec = {"socket": {"type": "path", "default": "/run/haproxy/admin.sock"}}
OPTIONS: Spec = {
    **SOCKET,
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": list(core.STATES), "default": "ready"},
    "last": {"type": "bool", "default": False},
    "wait": {"type": "float", "default": 0},
}


def main() -> None:
    """The body of cs_load_balancer_node."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    carry_out(module, lambda: _ensured(HAProxy(module.params["socket"]), module.params, module.check_mode))


def _ensured(haproxy: HAProxy, params: t.Mapping[str, t.Any], check_mode: bool) -> Outcome:
    """See, decide, act, verify."""
    name, state = params["name"], params["state"]
    before = core.named(seen(haproxy), name)
    commands = core.commands(before, state)
    if state != "ready" and commands and not params["last"] and not core.others_serve(seen(haproxy), name):
        remedy = "wait until another node serves, or set last: true"
        raise Refused(f"node {name}", [Reason("last_node", "no other node serves", remedy)])
    after = before
    if not check_mode:
        for command in commands:
            haproxy.tell(command)
        after = core.named(seen(haproxy), name)
        if core.commands(after, state):
            raise NotAsRead(f"node {name}", {"web": after.web.status, "agents": after.agents.status})
        after = _awaited(haproxy, after, state, params["wait"])
    return Outcome(
        bool(commands),
        {"state": before.web.state if before.web.state != state else before.agents.state} if commands else {},
        {"state": state} if commands else {},
        {"node": shown(after)},
    )


def _awaited(haproxy: HAProxy, node: core.Balanced, state: str, seconds: float) -> core.Balanced:
    """Until it serves, or has no session of a user left."""
    end = haproxy.now() + seconds
    while seconds and not (node.serves if state == "ready" else node.web.sessions == 0):
        if haproxy.now() >= end:
            waited = f"{node.name} to serve" if state == "ready" else f"the sessions of users on {node.name} to end"
            last = f"{node.web.status}, {node.agents.status}, {node.web.sessions} sessions of users"
            raise WaitTimeout(waited, seconds, last)
        haproxy.sleep(1)
        node = core.named(seen(haproxy), node.name)
    return node


def info() -> None:
    """The body of cs_load_balancer_info."""
    module = Module(argument_spec=SOCKET, supports_check_mode=True)
    haproxy = HAProxy(module.params["socket"])
    carry_out(module, lambda: _told(haproxy))


def _told(haproxy: HAProxy) -> Outcome:
    nodes = [shown(node) for node in seen(haproxy)]
    return Outcome(False, result={"nodes": nodes, "configuration": core.loaded(haproxy.ask("show info"))})


def seen(haproxy: HAProxy) -> tuple[core.Balanced, ...]:
    return core.nodes(haproxy.ask("show stat"))


def shown(node: core.Balanced) -> Json:
    sides = {name: {**plain(side), "state": side.state} for name, side in (("web", node.web), ("agents", node.agents))}
    return {"name": node.name, "serves": node.serves, **sides}
