# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task reaches controllers itself: the option ``bmc``."""

from __future__ import annotations

import typing as t

from ...adapters.bmc.gateway import open_bmc
from ...core.bmc.controller import IPMI, REDFISH
from ...core.errors import MissingValue
from ...operations.bmc.asking import Direct
from ..fields import Params, Spec, environment, exact, port, seconds

OPTIONS: Spec = {
    "protocol": {"type": "str", "choices": [IPMI, REDFISH]},
    "address": {"type": "str"},
    "port": {"type": "int"},
    "username": {"type": "str", "fallback": (environment, ["CLOUDSTACK_BMC_USERNAME"])},
    "password": {"type": "str", "no_log": True, "fallback": (environment, ["CLOUDSTACK_BMC_PASSWORD"])},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 15.0},
}
BMC: Spec = {"bmc": {"type": "dict", "options": OPTIONS}}


def direct(params: Params) -> t.Optional[Direct]:
    """None where the task says nothing of it. Raises MissingValue without a password, InvalidValue."""
    given = params.get("bmc")
    if not given:
        return None
    if not given.get("password"):
        raise MissingValue("a login to the controller", ["bmc.password"])
    return with_password(params, given["password"])


def with_password(params: Params, password: str) -> Direct:
    """The same with another password, to see whether the controller takes it."""
    given = params.get("bmc") or {}
    number, timeout = given.get("port"), given.get("timeout")
    return Direct(
        open_bmc,
        exact(password),
        given.get("username"),
        given.get("address"),
        None if number is None else port("bmc.port", number),
        given.get("protocol"),
        given.get("validate_certs", True),
        given.get("ca_path"),
        15.0 if timeout is None else seconds("bmc.timeout", timeout),
    )
