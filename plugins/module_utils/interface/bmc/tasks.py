# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parameters of the modules about controllers to their operations."""

from __future__ import annotations

import dataclasses
import functools
import secrets
import typing as t

from ...adapters.bmc.presence import answers
from ...core.bmc.oobm import OobmWish
from ...core.change import Outcome, plain
from ...core.errors import HostcraftError
from ...core.findings import summary
from ...operations.bmc import check, drill, host_ha, oobm, power
from ...operations.bmc.alone import Claim
from ...operations.bmc.asking import Direct
from ...ports.cloud import Cloud
from ..fields import Params, taken
from ..findings import outcome
from ..maintenance import claims
from ..zone import PLACES
from .access import direct, with_password


class ControllersNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "controllers_not_fit"


def ensure_oobm(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    names = ("driver", "address", "port", "username", "password")
    wish = OobmWish(**{name: params[name] or None for name in names})
    tried: t.Optional[t.Callable[[str], Direct]] = None
    if params.get("bmc"):
        tried = functools.partial(with_password, params)
    request = oobm.Request(
        taken(params, PLACES), wish, params["state"], params["new_password"] or None, params["verify"], tried
    )
    return oobm.ensure_oobm(cloud, request, check_mode)


def switch_power(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    request = power.Request(
        taken(params, PLACES),
        params["action"],
        params["force"],
        direct(params),
        params["wait_for_agent"],
        params["timeout"],
        params["agent_timeout"],
    )
    return power.power(cloud, request, check_mode)


def ensure_host_ha(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    request = host_ha.Request(
        taken(params, PLACES),
        params["provider"] or None,
        params["state"],
        params["degraded"],
        params["consent"],
        answers,
    )
    return host_ha.ensure_host_ha(cloud, request, check_mode)


def run_drill(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    request = drill.Request(
        taken(params, PLACES),
        secrets.token_hex(4),
        params["phase"],
        params["consent"],
        direct(params),
        params["timeout"],
        params["agent_timeout"],
        params["watch_timeout"],
        _claim(params),
    )
    return drill.run_drill(cloud, request, check_mode)


def _claim(params: Params) -> t.Optional[Claim]:
    """Of a whole drill for its task alone; the phases of a drill in one playbook run share it until ``restore``."""
    if not params.get("holder"):
        return None
    if params["phase"] == "whole":
        return claims.claim(params)
    claim = claims.claim({**params, "run": params["run"] or "fence_drill"})
    return dataclasses.replace(claim, keep=params["phase"] != "restore")


def check_controllers(cloud: Cloud, params: Params) -> Outcome:
    request = check.Request(
        taken(params, PLACES),
        direct(params),
        params["ask_server"],
        answers if params["ping"] else None,
        tuple(params["ignore"]),
    )
    checked = check.check_controllers(cloud, request)
    findings = [finding for each in checked for finding in each.judgement.findings]
    result = {"hosts": [_shown(each) for each in checked], "summary": summary(findings)}
    lead = "controllers do not meet CloudStack's requirements"
    return outcome(params["fail"], findings, lead, ControllersNotFit, result)


def _shown(checked: check.Checked) -> dict[str, t.Any]:
    controller = checked.controller
    return {
        "host": checked.host,
        "power_state": controller.power if controller else None,
        "privilege": controller.privilege if controller else None,
        "users": [plain(account) for account in controller.accounts] if controller else [],
        "reset_types": sorted(controller.reset_types or ()) if controller else [],
        "cipher_suites": sorted(controller.cipher_suites or ()) if controller else [],
        "firmware": controller.firmware if controller else None,
        "model": controller.model if controller else None,
        "findings": [plain(each) for each in checked.judgement.findings],
        "ignored": [plain(each) for each in checked.judgement.ignored],
    }
