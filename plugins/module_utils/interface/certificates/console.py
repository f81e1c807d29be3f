# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parameters of the modules about console certificates to their operations."""

from __future__ import annotations

import re
import typing as t

from ...adapters.certificates.probe import all_served
from ...adapters.certificates.resolver import addresses_of_all
from ...adapters.certificates.x509 import Cryptography
from ...core.certificates.console.change import Seen, shown
from ...core.certificates.console.check import Wish
from ...core.certificates.console.domains import domain
from ...core.change import Outcome, plain
from ...core.errors import HostcraftError
from ...core.findings import NEVER
from ...core.system_vms.vm import CONSOLE as PROXY
from ...core.system_vms.vm import STORAGE
from ...operations.certificates.console import ensure_console_certificate
from ...operations.certificates.console_info import Question, Report, report
from ...operations.certificates.console_plan import Request
from ...operations.certificates.given import Texts
from ...ports.cloud import Cloud
from ..fields import Params, Spec, exact, port, seconds
from ..findings import ASKED, outcome
from ..findings import shown as judged

SYSTEM_VMS: Spec = {
    "zone": {"type": "str"},
    "console_port": {"type": "int", "default": 443},
    "storage_port": {"type": "int", "default": 443},
}
CONSOLE: Spec = {
    "certificate": {"type": "str", "required": True},
    "intermediates": {"type": "list", "elements": "str", "default": []},
    "root": {"type": "str"},
    "private_key": {"type": "str", "required": True, "no_log": True},
    "private_key_passphrase": {"type": "str", "no_log": True},
    "console_domain": {"type": "str", "required": True},
    "storage_domain": {"type": "str"},
    "names": {"type": "list", "elements": "str", "default": []},
    "consent": {"type": "bool", "default": False},
    "restart": {"type": "str", "choices": ["reboot", "destroy"], "default": "reboot"},
    "days": {"type": "int", "default": 30},
    "timeout": {"type": "float", "default": 900.0},
    "accept": {"type": "list", "elements": "str", "default": []},
    **SYSTEM_VMS,
}
INFO: Spec = {
    "root": {"type": "str"},
    "days": {"type": "int", "default": 30},
    "resolve": {"type": "bool", "default": True},
    "balancer_port": {"type": "int", "default": 443},
    "public_range": {"type": "bool", "default": False},
    **ASKED,
    "fail": {**ASKED["fail"], "default": NEVER},
    **SYSTEM_VMS,
}
_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL)


def ensure_certificate(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    timeout = seconds("timeout", params["timeout"])
    storage = params["storage_domain"]
    certificates = [("certificate", params["certificate"])]
    certificates += [("intermediates", text) for text in params["intermediates"]]
    if params["root"]:
        certificates.append(("root", params["root"]))
    request = Request(
        texts=Texts(certificates, exact(params["private_key"]), params["private_key_passphrase"] or ""),
        wish=Wish(
            domain("console_domain", params["console_domain"]),
            domain("storage_domain", storage) if storage else None,
            params["days"],
        ),
        zone=params["zone"] or "",
        names=tuple(params["names"]),
        ports=ports_of(params),
        consent=params["consent"],
        restart=params["restart"],
        timeout=timeout,
        accept=tuple(params["accept"]),
    )
    return ensure_console_certificate(cloud, Cryptography(), all_served, request, check_mode)


class ConsolesNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "consoles_not_fit"


def tell_certificates(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    question = Question(
        ports_of(params),
        params["zone"] or "",
        params["root"] or "",
        params["days"],
        params["ignore"],
        addresses_of_all if params["resolve"] else None,
        params["public_range"],
        port("balancer_port", params["balancer_port"]),
    )
    found = report(cloud, all_served, question)
    result = {
        "settings": {kind: {"domain": each.raw, "encrypted": each.encrypted} for kind, each in found.expected.items()},
        "system_vms": [_told(each, found) for each in found.seen],
        "dns_names": [plain(each) for each in found.names],
        **judged(found.judgement),
    }
    findings = found.judgement.findings
    return outcome(params["fail"], findings, "console certificates have problems", ConsolesNotFit, result)


def _told(seen: Seen, found: Report) -> dict[str, t.Any]:
    vm = seen.vm
    return {
        "name": vm.name,
        "kind": vm.kind,
        "zone": vm.zone,
        "state": vm.state,
        "address": vm.address,
        "host_name": seen.host_name,
        "open_consoles": vm.viewers,
        "certificate": shown(seen.leaf, found.now),
        "codes": [each.code for each in found.judgement.findings if each.host == vm.name],
    }


def ports_of(params: Params) -> dict[str, int]:
    """By kind of system VM. Raises InvalidValue."""
    options = {PROXY: "console_port", STORAGE: "storage_port"}
    return {kind: port(name, params[name]) for kind, name in options.items()}


def keys_among_certificates(params: Params) -> t.Iterator[str]:
    """Files of web servers often hold the key beside the certificate."""
    texts = [params["certificate"], params["root"], *_listed(params["intermediates"])]
    for text in texts:
        for found in _KEY.findall(str(text or "")):
            yield found
            yield from (line for line in found.splitlines() if line and not line.startswith("-----"))


def _listed(value: object) -> t.Sequence[object]:
    return value if isinstance(value, (list, tuple)) else [value]
