# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_vsphere_cluster``, which speaks to a vCenter alone, not to CloudStack."""

from __future__ import annotations

import contextlib

from ...adapters.vcenter.cluster import open_vsphere_cluster
from ...core.change import Outcome
from ...core.errors import InvalidValue
from ...core.vsphere.cluster import DRS, ClusterWanted, NewHost, thumbprint
from ...operations.vsphere.cluster import ensure_vsphere_cluster
from ..fields import Params, Spec, exact, seconds
from ..hypervisors.access import ALONE, access_alone
from ..module import Module, carry_out
from .hosts import CLUSTER

SPEC: Spec = {
    **ALONE,
    **CLUSTER,
    "hosts": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "username": {"type": "str", "default": "root"},
            "password": {"type": "str", "required": True, "no_log": True},
            "thumbprint": {"type": "str"},
        },
    },
    "ha": {"type": "bool"},
    "drs": {"type": "str", "choices": list(DRS)},
    "timeout": {"type": "float", "default": 300.0},
}


def main() -> None:
    """The body of ``cs_vsphere_cluster``."""
    module = Module(argument_spec=SPEC, supports_check_mode=True)

    def work() -> Outcome:
        desired = wanted(module.params)
        access = access_alone(module.params, "the vCenter")
        with contextlib.closing(open_vsphere_cluster(access, module.params["cluster"])) as clusters:
            return ensure_vsphere_cluster(clusters, desired, module.check_mode)

    carry_out(module, work)


def wanted(params: Params) -> ClusterWanted:
    """Raises InvalidValue."""
    seconds("timeout", params["timeout"])
    names = [each["name"].casefold() for each in params["hosts"]]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValue("hosts.name", name, "a host that is listed once")
    hosts = tuple(
        NewHost(
            each["name"],
            each["username"],
            exact(each["password"]),
            thumbprint(each["thumbprint"]) if each["thumbprint"] else "",
        )
        for each in params["hosts"]
    )
    return ClusterWanted(hosts, params["ha"], params["drs"], params["timeout"])
