#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_storage_ip_range
short_description: Manage storage IP ranges of pods of Apache CloudStack
description:
  - Creates, changes and removes ranges of addresses for the storage traffic of a pod. The zone must have a physical
    network with storage traffic.
  - A range of the pod is identified by O(start_ip). A range that overlaps another one is refused, and the other range
    is named.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_pod
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.zone.ip_range
options:
  start_ip:
    required: true
  gateway:
    description: Gateway of the storage network. Required to create it. It cannot be changed.
  netmask:
    description: Netmask of the storage network. Required to create it.
  vlan:
    description: VLAN of the storage network.
    type: int
seealso:
  - module: hostcraft.cloudstack.cs_storage_ip_range_info
  - module: hostcraft.cloudstack.cs_management_ip_range
"""

EXAMPLES = r"""
- name: Add addresses for secondary storage
  hostcraft.cloudstack.cs_storage_ip_range:
    zone: zurich
    pod: a
    start_ip: 10.20.0.10
    end_ip: 10.20.0.99
    gateway: 10.20.0.1
    netmask: 255.255.255.0
    vlan: 20
"""

RETURN = r"""
id:
  description: Id of the range.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
zone_id:
  description: Id of its zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
pod:
  description: Name of its pod.
  returned: success
  type: str
  sample: a
pod_id:
  description: Id of its pod.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
start_ip:
  description: First address.
  returned: success
  type: str
  sample: 10.20.0.10
end_ip:
  description: Last address.
  returned: success
  type: str
  sample: 10.20.0.99
gateway:
  description: Gateway.
  returned: success
  type: str
  sample: 10.20.0.1
netmask:
  description: Netmask.
  returned: success
  type: str
  sample: 255.255.255.0
vlan:
  description: Its VLAN.
  returned: success
  type: str
  sample: "20"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import STATE, Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import IP_RANGE, ONE_POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.pod_ranges import (
    ensure_storage_range,
)

FIELDS: Spec = {
    **IP_RANGE,
    "start_ip": {**IP_RANGE["start_ip"], "required": True},
    "vlan": {"type": "int"},
}
OPTIONS: Spec = {
    **ZONE,
    **ONE_POD,
    **STATE,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_storage_range(
        cloud, p["zone"], p["pod"], taken(p, FIELDS), p["state"], check
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
