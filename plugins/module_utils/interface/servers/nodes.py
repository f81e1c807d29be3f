# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_management_server`` and ``cs_management_server_info``."""

from __future__ import annotations

from ...core.change import Outcome, plain
from ...core.errors import HostcraftError
from ...core.findings import NEVER
from ...core.servers.nodes import IN_SERVICE, STATES, Server
from ...operations.servers.nodes import Request, ensure_server, seen_servers
from ...ports.cloud import Cloud
from ..fields import Params, Spec, seconds
from ..findings import ASKED, outcome, shown
from ..listing import NAME

INFO: Spec = {**NAME, **ASKED, "fail": {**ASKED["fail"], "default": NEVER}}
SERVER: Spec = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": list(STATES), "default": IN_SERVICE},
    "algorithm": {"type": "str", "choices": ["static", "roundrobin", "shuffle"]},
    "forced": {"type": "bool", "default": False},
    "rebalance": {"type": "bool", "default": True},
    "consent": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 3600.0},
}


class ServersNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "servers_not_fit"


def tell(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    seen = seen_servers(cloud, params["name"] or "", tuple(params["ignore"]))
    result = {"management_servers": [_told(each) for each in seen.servers], **shown(seen.judgement)}
    lead = "management servers have problems"
    return outcome(params["fail"], seen.judgement.findings, lead, ServersNotFit, result)


def _told(server: Server) -> dict[str, object]:
    agents = server.agents
    return {
        **plain(server),
        "agents": None if agents is None else [each for each in agents if each],
        "agents_count": None if agents is None else len(agents),
    }


def ensure(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    request = Request(
        params["name"],
        params["state"],
        params["algorithm"] or "",
        params["forced"],
        params["rebalance"],
        params["consent"],
        seconds("timeout", params["timeout"]),
    )
    return ensure_server(cloud, request, check_mode)
