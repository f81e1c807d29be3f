# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_host_password``."""

from __future__ import annotations

import dataclasses

from ...adapters.cloudstack.client import SystemClock
from ...adapters.vcenter.login import VcenterLogin
from ...adapters.xenserver.login import XenLogin
from ...core.change import Outcome
from ...core.host_passwords.change import API, DATABASE, Wish
from ...operations.host_passwords.change import Request, ensure_host_password
from ...ports.cloud import Cloud
from ..database.access import database
from ..fields import Params, Spec, exact, seconds, taken
from ..hypervisors.access import access as hypervisor_access
from ..zone import PLACES

PASSWORDS: Spec = {
    "username": {"type": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "new_password": {"type": "str", "required": True, "no_log": True},
    "update_on_host": {"type": "bool", "default": False},
    "record": {"type": "str", "choices": [API, DATABASE], "default": API},
    "verify": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 300.0},
}


def ensure(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    timeout = seconds("timeout", params["timeout"])
    username, old, new = (exact(params[name]) for name in ("username", "password", "new_password"))
    its = hypervisor_access(params)
    own = dataclasses.replace(its, username=username) if its else None
    pool, vcenter = (XenLogin(own, SystemClock()), VcenterLogin(own)) if own else (None, None)
    wish = Wish(
        username,
        params["record"],
        bool(params.get("host")),
        params["update_on_host"],
        params["verify"],
        pool is not None,
    )
    request = Request(taken(params, PLACES), wish, old, new, database(params), pool, vcenter, timeout)
    return ensure_host_password(cloud, request, check_mode)
