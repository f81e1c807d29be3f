# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parameters of the modules about templates of system VMs to their operations."""

from __future__ import annotations

from urllib.parse import urlsplit

from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, InvalidValue
from ...core.findings import NEVER
from ...core.system_vms.templates import HYPERVISORS, Wish, name_of
from ...operations.system_vms import templates
from ...ports.cloud import Cloud
from ..fields import Params, Spec, seconds
from ..findings import ASKED, outcome
from ..findings import shown as judged
from ..listing import ZONE

TEMPLATE: Spec = {
    "name": {"type": "str"},
    "version": {"type": "str"},
    "hypervisor": {"type": "str", "choices": list(HYPERVISORS), "required": True},
    "url": {"type": "str"},
    "format": {"type": "str"},
    "checksum": {"type": "str"},
    "os_type": {"type": "str"},
    "routing": {"type": "bool", "default": True},
    **ZONE,
    "default": {"type": "bool", "default": False},
    "minimum_version": {"type": "str"},
    "prepared": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 3600.0},
}
INFO: Spec = {
    **ZONE,
    "hypervisor": {"type": "str", "choices": list(HYPERVISORS)},
    **ASKED,
    "fail": {**ASKED["fail"], "default": NEVER},
}


class TemplatesNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "templates_not_fit"


def ensure_template(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    hypervisor = HYPERVISORS[params["hypervisor"]]
    form = (params["format"] or hypervisor.formats[0]).upper()
    if form not in hypervisor.formats:
        raise InvalidValue("format", params["format"], f"one of {', '.join(hypervisor.formats)} for {hypervisor.name}")
    if params["minimum_version"]:
        name_of(None, hypervisor, params["minimum_version"])
    wish = Wish(
        name=name_of(params["name"], hypervisor, params["version"]),
        hypervisor=hypervisor,
        format=form,
        url=_url(params["url"]) if params["url"] else "",
        checksum=params["checksum"] or "",
        os_type=params["os_type"] or "",
        routing=params["routing"],
    )
    request = templates.Request(
        wish=wish,
        zone=params["zone"] or "",
        default=params["default"],
        minimum=params["minimum_version"] or "",
        prepared=params["prepared"],
        timeout=seconds("timeout", params["timeout"]),
    )
    return templates.ensure_template(cloud, request, check_mode)


def _url(text: str) -> str:
    """Raises InvalidValue for what the server would refuse after a while, or could not download."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or any(char.isspace() for char in text):
        raise InvalidValue("url", text, "a URL that begins with http:// or https://")
    return text


def tell_templates(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    question = templates.Question(params["hypervisor"] or "", params["zone"] or "", tuple(params["ignore"]))
    seen = templates.seen_templates(cloud, question)
    result = {
        "templates": [templates.shown(each) for each in seen.templates],
        "defaults": [
            {"zone": zone, "hypervisor": hypervisor, "template": name} for zone, hypervisor, name in seen.defaults
        ],
        "behind": [plain(each) for each in seen.behind],
        **judged(seen.judgement),
    }
    findings = seen.judgement.findings
    return outcome(params["fail"], findings, "templates of system VMs have problems", TemplatesNotFit, result)
