# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the tasks that ask KVM hosts alone."""

from __future__ import annotations

import typing as t

from ...adapters.kvm.cluster import open_kvm_hosts
from ...core.change import Outcome
from ...core.zone.hosts import Host
from ...operations.hypervisors import kvm
from ...ports.cloud import Cloud
from ...ports.hypervisors import KvmHosts
from ..fields import Params, Spec
from ..findings import FAIL
from ..zone import ONE_CLUSTER, ZONE
from .access import HOSTS, REQUIRED, required_access

WHERE: Spec = {
    **ZONE,
    **ONE_CLUSTER,
    **HOSTS,
    **REQUIRED,
}
MIGRATION: Spec = {
    **WHERE,
    "guests": {"type": "bool", "default": True},
    "fail": {**FAIL, "default": "never"},
}
CONSOLES: Spec = {**WHERE, "force": {"type": "bool", "default": False}}


def check_migration(cloud: Cloud, params: Params) -> Outcome:
    return kvm.check_migration(cloud, _where(params), _reach(params), params["guests"], params["fail"])


def reload_consoles(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    return kvm.reload_consoles(cloud, _where(params), _reach(params), params["force"], check_mode)


def _where(params: Params) -> kvm.Where:
    return kvm.Where(params["zone"], params["cluster"], tuple(params["hosts"]))


def _reach(params: Params) -> kvm.Reach:
    """How to open the hosts. Raises MissingValue, InvalidValue."""
    reached = required_access(params)

    def opened(hosts: t.Sequence[Host]) -> KvmHosts:
        return open_kvm_hosts(reached, hosts)

    return opened
