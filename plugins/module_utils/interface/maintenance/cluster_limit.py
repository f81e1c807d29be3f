# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the closing of clusters at their limit."""

from __future__ import annotations

from ...core.errors import InvalidValue
from ...operations.maintenance.cluster_limit import Request
from ..fields import Params, Spec
from .claims import claim

OPTIONS: Spec = {
    "spare_hosts": {"type": "int", "default": 1},
    "max_vms_per_host": {"type": "int"},
    "margin": {"type": "int", "default": 10},
}


def request(params: Params) -> Request:
    """Raises InvalidValue for what is below 0."""
    for name in OPTIONS:
        if params[name] is not None and params[name] < 0:
            raise InvalidValue(name, params[name], "0 or more")
    return Request(claim({}), params["spare_hosts"], params["max_vms_per_host"], params["margin"])
