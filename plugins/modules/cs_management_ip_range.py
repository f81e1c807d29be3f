#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_management_ip_range
short_description: Manage management IP ranges of pods of Apache CloudStack
description:
  - Adds, changes and removes further ranges of management addresses of a pod, for system VMs.
  - A range is identified by O(start_ip). A range that overlaps another one is refused, and the other range is named.
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
    description: Gateway. Defaults to the one of the pod. Used only to create the range.
  netmask:
    description: Netmask. Defaults to the one of the pod. Used only to create the range.
  vlan:
    description: VLAN of the range, a number or V(untagged). It cannot be changed.
    type: str
  for_system_vms:
    description:
      - Whether the range is reserved for console proxies and secondary storage VMs. It cannot be changed.
      - To extend such a range, the module removes it and creates it again, because the server would not reserve the
        additional addresses. The change is refused while an address of the range is in use.
    type: bool
seealso:
  - module: hostcraft.cloudstack.cs_pod_info
  - module: hostcraft.cloudstack.cs_storage_ip_range
"""

EXAMPLES = r"""
- name: Add addresses for system VMs of a pod
  hostcraft.cloudstack.cs_management_ip_range:
    zone: zurich
    pod: a
    start_ip: 10.10.1.100
    end_ip: 10.10.1.149
    for_system_vms: true
"""

RETURN = r"""
pod:
  description: Name of the pod.
  returned: unless absent
  type: str
  sample: a
pod_id:
  description: Id of the pod.
  returned: unless absent
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
start_ip:
  description: First address.
  returned: unless absent
  type: str
  sample: 10.10.1.100
end_ip:
  description: Last address.
  returned: unless absent
  type: str
  sample: 10.10.1.149
vlan:
  description: Its VLAN.
  returned: unless absent
  type: str
  sample: untagged
for_system_vms:
  description: Whether it is reserved for console proxies and secondary storage VMs.
  returned: unless absent
  type: bool
  sample: true
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import STATE, Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import IP_RANGE, ONE_POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.pod_ranges import (
    ensure_management_range,
)

FIELDS: Spec = {
    **IP_RANGE,
    "start_ip": {**IP_RANGE["start_ip"], "required": True},
    "vlan": {"type": "str"},
    "for_system_vms": {"type": "bool"},
}
OPTIONS: Spec = {
    **ZONE,
    **ONE_POD,
    **STATE,
}

TASK = ApiTask(
    options={**FIELDS, **OPTIONS},
    operation=lambda cloud, p, check: ensure_management_range(
        cloud, p["zone"], p["pod"], taken(p, FIELDS), p["state"], check
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
