# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task reaches the hypervisors of a cluster: the option ``hypervisor``, its environment, and the adapter."""

from __future__ import annotations

import typing as t

from ...core.errors import InvalidValue, MissingValue
from ...core.hypervisors.model import CAPABILITIES, HypervisorAccess
from ...core.zone.hosts import Host
from ...core.zone.topology import Cluster
from ...operations.hypervisors.native import Reach
from ...ports.hypervisors import Hypervisor
from ..fields import Params, Spec, environment, exact, seconds

OPTIONS: Spec = {
    "url": {"type": "str", "fallback": (environment, ["CLOUDSTACK_HYPERVISOR_URL"])},
    "username": {"type": "str", "fallback": (environment, ["CLOUDSTACK_HYPERVISOR_USERNAME"])},
    "password": {"type": "str", "no_log": True, "fallback": (environment, ["CLOUDSTACK_HYPERVISOR_PASSWORD"])},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path", "fallback": (environment, ["CLOUDSTACK_HYPERVISOR_CA"])},
    "pki_path": {"type": "path"},
    "cluster": {"type": "str"},
    "timeout": {"type": "float", "default": 30.0},
}
HYPERVISOR: Spec = {"hypervisor": {"type": "dict", "options": OPTIONS}}
REQUIRED: Spec = {"hypervisor": {**HYPERVISOR["hypervisor"], "required": True}}
# For tasks that speak to nothing else: one that says nothing of it is connected by the environment.
ALONE: Spec = {"hypervisor": {**HYPERVISOR["hypervisor"], "apply_defaults": True}}

HOSTS: Spec = {"hosts": {"type": "list", "elements": "str", "default": []}}


def access(params: Params) -> t.Optional[HypervisorAccess]:
    """What the task says of it; None where it says nothing. Raises InvalidValue."""
    given = params.get("hypervisor")
    if not given:
        return None
    if not given.get("url"):
        raise InvalidValue("hypervisor.url", given.get("url"), "a dictionary, see the documentation")
    seconds("hypervisor.timeout", given["timeout"])
    return HypervisorAccess(**{name: exact(value) for name, value in given.items() if value is not None})


def required_access(params: Params, whom: str = "the hypervisors") -> HypervisorAccess:
    """The same where the task cannot do without. Raises MissingValue, InvalidValue."""
    found = access(params)
    if found is None:
        raise MissingValue(f"a connection to {whom}", ["hypervisor.url"])
    return found


def access_alone(params: Params, whom: str) -> HypervisorAccess:
    """The same of a task with ALONE, where no URL means that nothing was said. Raises MissingValue, InvalidValue."""
    said = (params.get("hypervisor") or {}).get("url")
    return required_access(params if said else {}, whom)


def reach(params: Params) -> t.Optional[Reach]:
    """How to open the hypervisors of a cluster, or None where the task says nothing of them."""
    its = access(params)
    return None if its is None else _reach(its)


def required_reach(params: Params) -> Reach:
    """The same where the task cannot do without. Raises MissingValue, InvalidValue."""
    return _reach(required_access(params))


def _reach(its: HypervisorAccess) -> Reach:
    def opened(cluster: Cluster, hosts: t.Sequence[Host]) -> Hypervisor:
        return connect(its, cluster.hypervisor, cluster.name, hosts)

    return opened


def connect(access: HypervisorAccess, hypervisor: str, cluster: str, hosts: t.Sequence[Host]) -> Hypervisor:
    """The adapter of CloudStack's kind of hypervisor for one cluster; nothing is sent yet.

    cluster: CloudStack's name of it. Raises InvalidValue for a kind that there is no adapter of, MissingLibrary.
    """
    if hypervisor == "KVM":
        from ...adapters.kvm.gateway import open_kvm

        return open_kvm(access, hosts)
    if hypervisor == "XenServer":
        from ...adapters.xenserver.gateway import open_xenserver

        return open_xenserver(access)
    if hypervisor == "VMware":
        from ...adapters.vcenter.gateway import open_vcenter

        return open_vcenter(access, access.cluster or cluster)
    raise InvalidValue("hypervisor", hypervisor, f"one of {', '.join(CAPABILITIES)}")
