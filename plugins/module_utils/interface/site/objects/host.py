# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_host``: a host."""

from __future__ import annotations

from ....core.change import Outcome
from ....core.zone.hosts import HostName
from ....operations.maintenance.elsewhere import ended
from ....operations.zone import hosts
from ....ports.cloud import Cloud
from ...fields import ID, Params, Spec, taken
from ...hypervisors.kind import KIND
from ...task import ApiTask
from ...zone import CLUSTER, POD, ZONE

FIELDS: Spec = {
    **KIND,
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "is_tag_a_rule": {"type": "bool"},
    "host_tags": {"type": "list", "elements": "str", "aliases": ["host_tag"]},
    "os_category": {"type": "str"},
    "annotation": {"type": "str"},
}
OPTIONS: Spec = {
    "name": {"type": "str", "required": True, "aliases": ["ip_address"]},
    **ID,
    **ZONE,
    **POD,
    **CLUSTER,
    "url": {"type": "str"},
    "allocation_state": {"type": "str", "choices": ["enabled", "disabled", "maintenance"]},
    "state": {"type": "str", "choices": ["present", "absent", "reconnected"], "default": "present"},
    "force": {"type": "bool", "default": False},
    "force_destroy_local_storage": {"type": "bool", "default": False},
    "maintenance_timeout": {"type": "float", "default": 3600},
}


def operation(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    request = hosts.HostRequest(
        which=HostName(params["name"], params["id"], params["url"]),
        zone=params["zone"],
        pod=params["pod"],
        cluster=params["cluster"],
        fields=taken(params, FIELDS),
        resource_state=params["allocation_state"] and params["allocation_state"].capitalize(),
        forced=params["force"],
        destroy_local_storage=params["force_destroy_local_storage"],
        drain_limit=params["maintenance_timeout"],
    )
    if params["state"] == "reconnected":
        return hosts.reconnect(cloud, request, check_mode)
    return hosts.ensure_host(cloud, request, params["state"], check_mode, ended=ended)


TASK = ApiTask(
    options={**OPTIONS, **FIELDS},
    operation=operation,
    constraints={"required_by": {"is_tag_a_rule": ["host_tags"]}},
)
