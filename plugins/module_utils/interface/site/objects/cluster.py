# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_cluster``: a cluster."""

from __future__ import annotations

from ....core.change import Outcome
from ....operations.zone.topology import (
    ClusterRequest,
    ensure_cluster,
)
from ....ports.cloud import Cloud
from ...fields import (
    ENABLED,
    ID,
    Params,
    Spec,
    presence,
    taken,
)
from ...hypervisors.kind import KIND
from ...task import ApiTask
from ...zone import POD, ZONE

VSWITCHES = ["vmwaresvs", "vmwaredvs", "nexusdvs"]
FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    **KIND,
    "cluster_type": {"type": "str", "choices": ["CloudManaged", "ExternalManaged"]},
    "arch": {"type": "str", "choices": ["x86_64", "aarch64", "s390x"]},
    "url": {"type": "str"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "guest_vswitch_name": {"type": "str"},
    "guest_vswitch_type": {"type": "str", "choices": VSWITCHES},
    "public_vswitch_name": {"type": "str"},
    "public_vswitch_type": {"type": "str", "choices": VSWITCHES},
    "vms_ip_address": {"type": "str"},
    "vms_username": {"type": "str"},
    "vms_password": {"type": "str", "no_log": True},
    "ovm3_cluster": {"type": "str"},
    "ovm3_pool": {"type": "str"},
    "ovm3_vip": {"type": "str"},
}
OPTIONS: Spec = {
    **ID,
    **ZONE,
    **POD,
    **ENABLED,
    "managed_state": {"type": "str", "choices": ["managed", "unmanaged"]},
    "managed_state_timeout": {"type": "float", "default": 600},
}


def operation(cloud: Cloud, p: Params, check_mode: bool) -> Outcome:
    request = ClusterRequest(
        {**taken(p, FIELDS), **presence(p).fields},
        zone=p["zone"],
        pod=p["pod"],
        managed_state=p["managed_state"] and p["managed_state"].capitalize(),
        id=p["id"],
        limit=p["managed_state_timeout"],
    )
    return ensure_cluster(cloud, request, presence(p).state, check_mode)


TASK = ApiTask(options={**FIELDS, **OPTIONS}, operation=operation)
