# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parameters of the modules about virtual routers to their operations."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, InvalidValue, Reason, Refused
from ...core.findings import NEVER
from ...core.routers import actions
from ...core.routers.health import last_failure
from ...core.routers.need import AUTO, METHODS, Target
from ...core.routers.router import NETWORK, VPC, Router
from ...core.routers.upgrade import Seconds, Terms
from ...core.routers.window import EXPECTED, moment, window
from ...operations.routers import info as router_info
from ...operations.routers import network_restart, router
from ...operations.routers import upgrade as router_upgrade
from ...operations.routers.scope import Scope
from ...operations.routers.work import Care
from ...ports.cloud import Cloud
from .. import listing
from ..fields import Params, Spec, seconds
from ..findings import ASKED, outcome
from ..findings import shown as judged
from ..maintenance.claims import LOCK, task_claim
from ..zone import OWNER

PLACE: Spec = {**listing.ZONE, **listing.POD, **listing.CLUSTER, **OWNER}
NETWORKS: Spec = {"networks": {"type": "list", "elements": "str", "default": []}}
CONSENT: Spec = {"consent": {"type": "bool", "default": False}}
HEALTH: Spec = {
    "health": {"type": "str", "choices": list(router_info.HEALTH), "default": router_info.NONE},
}
REQUIRE_HEALTH: Spec = {"require_health": {"type": "bool", "default": False}}
UPGRADE: Spec = {
    "skip_missing": {"type": "bool", "default": False},
    "template": {"type": "str"},
    "minimum_version": {"type": "str"},
    "created_before": {"type": "str"},
    "method": {"type": "str", "choices": [AUTO, *METHODS], "default": AUTO},
    "max_parallel": {"type": "int", "default": 1},
    "one_first": {"type": "bool", "default": True},
    "first_networks": {"type": "list", "elements": "str", "default": []},
    "window": {"type": "str"},
    "exclude_accounts": {"type": "list", "elements": "str", "default": []},
    "exclude_domains": {"type": "list", "elements": "str", "default": []},
    "seconds_per_router": {"type": "float", "default": 120},
    "seconds_per_patch": {"type": "float", "default": 20},
    "seconds_per_failover": {"type": "float", "default": 5},
}
INFO: Spec = {
    **listing.NAME,
    **PLACE,
    **NETWORKS,
    **HEALTH,
    **ASKED,
    "fail": {**ASKED["fail"], "default": NEVER},
}
ROUTER: Spec = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": list(actions.STATES), "default": actions.PRESENT},
    "service_offering": {"type": "str"},
    "forced": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 600},
    **listing.ZONE,
    **OWNER,
    **CONSENT,
}
RESTART: Spec = {
    "network": {"type": "str"},
    "vpc": {"type": "str"},
    "cleanup": {"type": "bool", "default": False},
    "makeredundant": {"type": "bool", "default": False},
    "livepatch": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 900},
    **listing.ZONE,
    **CONSENT,
    **HEALTH,
    **REQUIRE_HEALTH,
}
PLAN: Spec = {**PLACE, **NETWORKS, **UPGRADE, **CONSENT, "fail": {"type": "bool", "default": False}}
WORK: Spec = {
    **PLACE,
    **NETWORKS,
    **UPGRADE,
    **CONSENT,
    **HEALTH,
    "health": {**HEALTH["health"], "default": router_info.FRESH},
    **REQUIRE_HEALTH,
    **LOCK,
    "timeout": {"type": "float", "default": 600},
    "takeover_timeout": {"type": "float", "default": 60},
}


class RoutersNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "routers_not_fit"


def tell_routers(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    question = router_info.Question(_scope(params), params["name"] or "", params["health"], tuple(params["ignore"]))
    found = router_info.report(cloud, question)
    result = {
        "routers": [_told(each) for each in found.routers],
        "health_calls": found.asked,
        "health_untold": dict(found.untold),
        **judged(found.judgement),
    }
    return outcome(params["fail"], found.judgement.findings, "routers have problems", RoutersNotFit, result)


def _told(each: Router) -> dict[str, t.Any]:
    kind, id = each.serves
    return {**plain(each), "serves": {"kind": kind, "id": id, "name": each.serves_name}, "failure": last_failure(each)}


def ensure_router(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    wish = router.Wish(
        params["name"],
        _scope(params),
        params["state"],
        params["service_offering"] or "",
        params["consent"],
        params["forced"],
        seconds("timeout", params["timeout"]),
    )
    return router.ensure_router(cloud, wish, check_mode)


def restart_network(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    wish = network_restart.Restart(
        VPC if params["vpc"] else NETWORK,
        params["vpc"] or params["network"],
        _scope(params),
        params["cleanup"],
        params["makeredundant"],
        params["livepatch"],
        params["consent"],
        params["health"],
        params["require_health"],
        seconds("timeout", params["timeout"]),
    )
    return network_restart.restart(cloud, wish, check_mode)


def plan_upgrade(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    """The plan, or with ``fail`` its reasons as an error."""
    found = router_upgrade.show_plan(cloud, _request(params))
    if params["fail"] and not found.result["feasible"]:
        rows = t.cast("list[dict[str, str]]", found.result["reasons"])
        raise Refused("router upgrade", [Reason(row["code"], row["message"], row["remedy"]) for row in rows])
    return found


def upgrade_routers(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    return router_upgrade.upgrade(cloud, replace(_request(params), claim=task_claim(params)), check_mode)


def _scope(params: Params) -> Scope:
    zone, pod, cluster, domain, account, project = (
        str(params.get(name) or "") for name in ("zone", "pod", "cluster", "domain", "account", "project")
    )
    networks = tuple(params.get("networks") or ())
    return Scope(zone, pod, cluster, domain, account, project, networks, bool(params.get("skip_missing")))


def _request(params: Params) -> router_upgrade.Request:
    before = params["created_before"]
    at = moment(before) if before else None
    if before and at is None:
        raise InvalidValue("created_before", before, EXPECTED)
    if params["max_parallel"] < 1:
        raise InvalidValue("max_parallel", params["max_parallel"], "a number from 1")
    lengths = Seconds(
        *(seconds(name, params[name]) for name in ("seconds_per_router", "seconds_per_patch", "seconds_per_failover"))
    )
    terms = Terms(
        params["max_parallel"],
        params["consent"],
        window("window", params["window"]) if params["window"] else None,
        one_first=params["one_first"],
        first=tuple(params["first_networks"]),
        without_accounts=tuple(params["exclude_accounts"]),
        without_domains=tuple(params["exclude_domains"]),
        seconds=lengths,
    )
    target = Target(minimum=params["minimum_version"] or "", created_before=at, method=params["method"])
    limit = seconds("timeout", params.get("timeout") or 600)
    care = Care(
        target,
        params.get("health") or router_info.NONE,
        bool(params.get("require_health")),
        limit,
        seconds("takeover_timeout", params.get("takeover_timeout") or 60),
    )
    return router_upgrade.Request(_scope(params), target, terms, care, params["template"] or "", limit)
