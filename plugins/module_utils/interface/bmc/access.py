# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task reaches controllers itself: the option ``bmc``."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback

from ...adapters.bmc.gateway import open_bmc
from ...core.bmc.controller import IPMI, REDFISH
from ...core.errors import InvalidValue, MissingValue
from ...operations.bmc.asking import Direct
from ..connection import Params, Spec
from ..zone import PLACES

OPTIONS: Spec = {
    "protocol": {"type": "str", "choices": [IPMI, REDFISH]},
    "address": {"type": "str"},
    "port": {"type": "int"},
    "username": {"type": "str", "fallback": (env_fallback, ["CLOUDSTACK_BMC_USERNAME"])},
    "password": {"type": "str", "no_log": True, "fallback": (env_fallback, ["CLOUDSTACK_BMC_PASSWORD"])},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 15.0},
}
BMC: Spec = {"bmc": {"type": "dict", "options": OPTIONS}}


def places(params: Params) -> dict[str, t.Optional[str]]:
    """Empty texts are unset."""
    return {name: params.get(name) or None for name in PLACES if name in params}


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
    port = given.get("port")
    if port is not None and not 0 < port < 65536:
        raise InvalidValue("bmc.port", port, "a port number from 1 to 65535")
    if given.get("timeout") is not None and given["timeout"] <= 0:
        raise InvalidValue("bmc.timeout", given["timeout"], "a number of seconds above 0")
    return Direct(
        open_bmc,
        str.__str__(password),
        given.get("username"),
        given.get("address"),
        port,
        given.get("protocol"),
        given.get("validate_certs", True),
        given.get("ca_path"),
        given.get("timeout") or 15.0,
    )
