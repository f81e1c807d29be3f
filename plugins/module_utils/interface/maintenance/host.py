# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters that all maintenance tasks share, and the request that they make."""

from __future__ import annotations

import typing as t

from ...core.errors import InvalidValue
from ...core.placement.evacuation import Terms
from ...core.zone.hosts import HostName
from ...operations.hypervisors.native import Reach
from ...operations.maintenance.foretelling import Request
from ...operations.maintenance.locks import Claim
from ...operations.maintenance.migrations import Limits
from ..fields import Params, Spec
from ..hypervisors import access as hypervisor
from .claims import claim

MOVES: Spec = {
    "planned_moves": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "vm": {"type": "str", "required": True},
            "vm_id": {"type": "str"},
            "source": {"type": "str"},
            "target": {"type": "str", "required": True},
        },
    },
    "max_migrations_per_source": {"type": "int", "default": 2},
    "max_migrations_per_target": {"type": "int", "default": 2},
    "timeout": {"type": "float", "default": 3600},
}
TERMS: Spec = {
    "spare_hosts": {"type": "int", "default": 0},
    "consent": {"type": "list", "elements": "str", "default": []},
    "max_migrations": {"type": "int", "default": 8},
}


def limits(params: Params) -> Limits:
    for name in ("max_migrations", "max_migrations_per_source", "max_migrations_per_target"):
        if params[name] < 1:
            raise InvalidValue(name, params[name], "1 or more")
    return Limits(
        params["max_migrations_per_source"],
        params["max_migrations_per_target"],
        params["max_migrations"],
        params["timeout"],
    )


def of_a_roll(params: Params, its_claim: Claim, reach: t.Optional[Reach]) -> Request:
    """What is asked of every host of a roll; the roll says which, and where its VMs go."""
    return Request(
        which=HostName(""),
        zone=params["zone"],
        claim=its_claim,
        terms=Terms(consent=tuple(params["consent"]), spare_hosts=params["spare_hosts"]),
        limits=limits(params),
        timeout=params["timeout"],
        reach=reach,
    )


def request(params: Params) -> Request:
    """One host's request from a task's parameters."""
    return Request(
        which=HostName(params["name"], params.get("id")),
        zone=params["zone"],
        claim=claim(params),
        terms=Terms(
            consent=tuple(params["consent"]), spare_hosts=params["spare_hosts"], balance=bool(params.get("balance"))
        ),
        preferred=tuple(params.get("preferred_hosts") or ()),
        avoid=tuple(params.get("avoid_hosts") or ()),
        limits=limits(params),
        timeout=params["timeout"],
        reach=hypervisor.reach(params),
        move_back=bool(params.get("move_back")),
        planned=tuple((move["vm_id"] or move["vm"], move["target"]) for move in params.get("planned_moves") or ()),
    )
