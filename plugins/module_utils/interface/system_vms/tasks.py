# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parameters of the modules about system VMs to their operations."""

from __future__ import annotations

from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, InvalidValue
from ...core.findings import NEVER
from ...core.system_vms.life import RECREATED, STATES
from ...core.system_vms.vm import KINDS
from ...core.text import all_printable
from ...operations.system_vms import info, life
from ...ports.cloud import Cloud
from ..fields import Params, Spec, seconds
from ..findings import ASKED, outcome
from ..findings import shown as judged
from ..listing import NAME, ZONE
from ..maintenance.claims import LOCK, task_claim

KIND: Spec = {"kind": {"type": "str", "choices": list(KINDS)}}
SYSTEM_VM: Spec = {
    "name": {"type": "str"},
    **KIND,
    "zone": {"type": "str"},
    "state": {"type": "str", "choices": list(STATES)},
    "service_offering": {"type": "str"},
    "template": {"type": "str"},
    "host": {"type": "str"},
    "leave_hosts": {"type": "list", "elements": "str", "default": []},
    "forced": {"type": "bool", "default": False},
    "consent": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 900.0},
    **LOCK,
}
INFO: Spec = {
    **NAME,
    **KIND,
    **ZONE,
    **ASKED,
    "fail": {**ASKED["fail"], "default": NEVER},
}


class SystemVmsNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "system_vms_not_fit"


def ensure_system_vm(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    if not any(params[name] for name in ("state", "service_offering", "host", "leave_hosts")):
        raise InvalidValue("state", None, "at least one of state, service_offering, host and leave_hosts")
    if params["template"] and params["state"] != RECREATED:
        raise InvalidValue("template", params["template"], f"no template unless state is {RECREATED}")
    request = life.Request(
        name=params["name"] or "",
        kind=params["kind"] or "",
        zone=params["zone"] or "",
        state=params["state"],
        offering=params["service_offering"] or "",
        template=params["template"] or "",
        host=params["host"] or "",
        leave=tuple(params["leave_hosts"]),
        forced=params["forced"],
        consent=params["consent"],
        timeout=seconds("timeout", params["timeout"]),
        claim=task_claim(params),
    )
    return life.ensure_system_vms(cloud, request, check_mode)


def tell_system_vms(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    question = info.Question(params["name"] or "", params["kind"] or "", params["zone"] or "", tuple(params["ignore"]))
    seen = info.seen_system_vms(cloud, question)
    result = {
        "system_vms": [plain(vm) for vm in all_printable(seen.vms)],
        "console_limits": plain(seen.limits),
        "consoles": [plain(each) for each in seen.loads],
        **judged(seen.judgement),
    }
    findings = seen.judgement.findings
    return outcome(params["fail"], findings, "system VMs have problems", SystemVmsNotFit, result)
