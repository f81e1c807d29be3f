# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_acceptance``."""

from __future__ import annotations

from ...adapters.console import page_fault
from ...core.acceptance.trial import ANSWERED, CONSOLES, Wish
from ...core.change import Outcome
from ...operations.acceptance.trial import DONE, STATES, Request, accept_zone
from ...ports.cloud import Cloud
from ..fields import Params, Spec, seconds
from ..zone import ZONE

OPTIONS: Spec = {
    **ZONE,
    "state": {"type": "str", "choices": list(STATES), "default": DONE},
    "template": {"type": "str"},
    "service_offering": {"type": "str"},
    "network": {"type": "str"},
    "network_offering": {"type": "str"},
    "hypervisor": {"type": "str"},
    "console": {"type": "str", "choices": list(CONSOLES), "default": ANSWERED},
    "console_hosts": {"type": "list", "elements": "str", "default": []},
    "console_verify": {"type": "bool", "default": True},
    "console_ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 1800.0},
}


def accept(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    wish = Wish(
        template=params["template"] or "",
        offering=params["service_offering"] or "",
        network=params["network"] or "",
        network_offering=params["network_offering"] or "",
        hypervisor=params["hypervisor"] or "",
        console=params["console"],
        console_hosts=tuple(params["console_hosts"]),
    )
    verify, authorities = params["console_verify"], params["console_ca_path"] or ""
    request = Request(
        zone=params["zone"] or "",
        state=params["state"],
        wish=wish,
        timeout=seconds("timeout", params["timeout"]),
        page_fault=lambda url: page_fault(url, verify, authorities),
    )
    return accept_zone(cloud, request, check_mode)
