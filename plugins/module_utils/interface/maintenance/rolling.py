# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of a rolling maintenance, and the operation that each state asks for."""

from __future__ import annotations

from ...core.change import Outcome
from ...core.errors import InvalidValue, Reason, Refused
from ...operations.maintenance import rolling, server_roll, walking
from ...ports.cloud import Cloud
from ..fields import Params, Spec
from ..hypervisors import access as hypervisor
from ..zone import ONE_CLUSTER, ZONE
from . import host as maintenance
from .claims import claim
from .lock import set_lock

ROLL: Spec = {
    "first": {"type": "list", "elements": "str", "default": []},
    "max_parallel": {"type": "int", "default": 1},
    "seconds_per_gib": {"type": "float", "default": 8},
    "seconds_per_host": {"type": "float", "default": 900},
    "balance": {"type": "bool", "default": False},
    "oldest_record": {"type": "float", "default": 604800},
}
OPTIONS: Spec = {**ZONE, **ONE_CLUSTER, **hypervisor.HOSTS, **maintenance.TERMS, **ROLL, **hypervisor.HYPERVISOR}


STAGES = list(walking.STAGES)
WALK: Spec = {
    "stages": {"type": "list", "elements": "str", "choices": STAGES, "default": []},
    "stage": {"type": "str", "choices": STAGES},
    "wave": {"type": "list", "elements": "str", "default": []},
    "skip": {"type": "list", "elements": "str", "default": []},
    "max_waves": {"type": "int", "default": 0},
    "pause": {"type": "bool", "default": False},
    **maintenance.MOVES,
}
WEEK = 7 * 86400.0


def request(params: Params) -> rolling.Request:
    return rolling.Request(
        zone=params["zone"],
        cluster=params["cluster"],
        hosts=tuple(params["hosts"]),
        first=tuple(params["first"]),
        most_at_once=params["max_parallel"],
        spare_hosts=params["spare_hosts"],
        consent=tuple(params["consent"]),
        migrations=params["max_migrations"],
        seconds_per_gib=params["seconds_per_gib"],
        seconds_per_host=params["seconds_per_host"],
        run=params.get("run") or "",
        oldest_record=float(params.get("oldest_record") or WEEK),
        claim=claim(params),
        reach=hypervisor.reach(params),
        balance=bool(params.get("balance")),
    )


def planned(cloud: Cloud, params: Params) -> Outcome:
    """The plan, or with ``fail`` its reasons as an error."""
    outcome = rolling.show_plan(cloud, request(params))
    if params["fail"] and not outcome.result["feasible"]:
        reasons = [
            Reason(str(r["code"]), str(r["message"]), str(r["remedy"]), {"host": r["host"]})
            for r in outcome.result["reasons"]  # type: ignore[attr-defined]
        ]
        raise Refused(f"cluster {params['cluster']}", reasons)
    return outcome


def advanced(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    """On to the next stage. Raises InvalidValue for a stage without its hosts."""
    if bool(params["stage"]) != bool(params["wave"]):
        raise InvalidValue("wave", params["wave"], "the hosts on which the stage has run, together with stage")
    asked = request(params)
    step = walking.Step(
        stages=frozenset(params["stages"]),
        ran=params["stage"] or "",
        wave=tuple(params["wave"]),
        skipped=frozenset(params["skip"]),
        moves=tuple((move["vm_id"] or move["vm"], move["target"]) for move in params["planned_moves"]),
        waves=params["max_waves"],
        pause=params["pause"],
    )
    return walking.walk(cloud, asked, maintenance.of_a_roll(params, asked.claim, asked.reach), step, check_mode)


def walk(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    """What ``state`` asks for."""
    asked, state = request(params), params["state"]
    if params["engine"] == "cloudstack" and state == "next":
        return server_roll.roll(cloud, asked, params["payload"], params["forced"], params["stage_timeout"], check_mode)
    if params["engine"] == "cloudstack" and state == "advanced":
        raise InvalidValue("state", state, "next with engine=cloudstack, which rolls the whole cluster in one task")
    if state == "advanced":
        return advanced(cloud, params, check_mode)
    if state == "next":
        return rolling.next_wave(cloud, asked, check_mode)
    if state == "worked":
        return rolling.host_worked(cloud, asked, params["host"], check_mode)
    if state in ("done", "skipped"):
        return rolling.host_done(cloud, asked, params["host"], state == "skipped", check_mode)
    if state == "released":
        return set_lock(cloud, params, check_mode)
    return rolling.finish(cloud, asked, check_mode, abandon=state == "abandoned")
