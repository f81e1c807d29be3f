# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parameters of the modules about the monitoring of routers to their operations."""

from __future__ import annotations

from ...core.change import Outcome
from ...core.errors import HostcraftError, InvalidValue
from ...core.findings import NEVER
from ...core.routers.monitoring import TABLE, value
from ...operations.routers import monitoring
from ...ports.cloud import Cloud
from ..fields import Params, Spec
from ..findings import ASKED, outcome
from ..findings import shown as judged
from ..listing import ZONE

_TYPES: dict[str, dict[str, str]] = {
    "flag": {"type": "bool"},
    "number": {"type": "int"},
    "checks": {"type": "list", "elements": "str"},
}
SETTINGS: Spec = {**ZONE, **{row.option: dict(_TYPES[row.kind]) for row in TABLE}}
INFO: Spec = {**ZONE, **ASKED, "fail": {**ASKED["fail"], "default": NEVER}}


class MonitoringNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "monitoring_not_fit"


def ensure_monitoring(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    given = [row for row in TABLE if params[row.option] is not None]
    if not given:
        options = ", ".join(row.option for row in TABLE)
        raise InvalidValue("service_monitoring", None, f"at least one of {options}")
    wanted = {row.option: value(row, params[row.option]) for row in given}
    return monitoring.ensure_monitoring(cloud, monitoring.Request(wanted, params["zone"] or ""), check_mode)


def tell_monitoring(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    question = monitoring.Question(params["zone"] or "", tuple(params["ignore"]))
    seen = monitoring.seen_monitoring(cloud, question)
    result = {
        "settings": dict(seen.settings),
        "routers": [
            {"name": each.name, "zone": each.zone, "hypervisor": each.hypervisor, "checks": len(each.checks)}
            for each in seen.routers
        ],
        **judged(seen.judgement),
    }
    findings = seen.judgement.findings
    return outcome(params["fail"], findings, "routers are not monitored as set", MonitoringNotFit, result)
