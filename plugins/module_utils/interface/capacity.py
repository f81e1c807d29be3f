# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the capacity modules, and what they ask for."""

from __future__ import annotations

from ..core.capacity.overprovisioning import ALLOWANCES
from ..core.errors import InvalidValue
from ..operations.capacity.account import Question, sizes
from ..operations.capacity.overprovisioning import Request
from .fields import STATE, Params, Spec

QUESTION: Spec = {
    "size": {
        "type": "dict",
        "options": {
            "cpu_number": {"type": "int", "default": 1},
            "cpu_speed": {"type": "int", "default": 1000},
            "memory": {"type": "int", "default": 1024},
        },
    },
    "spare_hosts": {"type": "int", "default": 1},
    "max_vms_per_host": {"type": "int"},
}
OVERPROVISION: Spec = {
    "cpu_factor": {"type": "float"},
    "memory_factor": {"type": "float"},
    **STATE,
    "allow": {"type": "list", "elements": "str", "choices": list(ALLOWANCES), "default": []},
    "spare_hosts": {"type": "int"},
    "restart_vms": {"type": "list", "elements": "str"},
    "timeout": {"type": "float", "default": 600},
}


def question(params: Params) -> Question:
    """Raises InvalidValue for what is below 0."""
    for name in ("spare_hosts", "max_vms_per_host"):
        if params[name] is not None and params[name] < 0:
            raise InvalidValue(name, params[name], "0 or more")
    size = params["size"]
    asked = Question(spare_hosts=params["spare_hosts"], most_vms=params["max_vms_per_host"])
    if not size:
        return asked
    return Question(sizes(size["cpu_number"], size["cpu_speed"], size["memory"]), asked.spare_hosts, asked.most_vms)


def overprovision_request(params: Params) -> Request:
    """Raises InvalidValue for factors that are given and taken away at once."""
    given = {"cpu": params["cpu_factor"], "ram": params["memory_factor"]}
    for name in ("cpu_factor", "memory_factor"):
        if params["state"] == "absent" and params[name] is not None:
            raise InvalidValue(name, params[name], "no value with state=absent, which resets both factors")
    return Request(
        given,
        params["state"] == "absent",
        tuple(params["allow"]),
        params["spare_hosts"],
        tuple(params["restart_vms"] or ()),
        params["timeout"],
    )
