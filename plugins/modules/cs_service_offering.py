#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_service_offering
short_description: Manage compute offerings of Apache CloudStack
description:
  - Creates and removes compute offerings, and changes their text, tags, domains and zones.
  - The server cannot change the other values of an offering. A task with another value is refused and names the option.
  - An offering that VMs use can be removed. These VMs keep it, and no new ones can be created with it.
  - M(hostcraft.cloudstack.cs_system_offering) manages offerings of system VMs.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.zone.required_tags
  - hostcraft.cloudstack.state.display_text
  - hostcraft.cloudstack.zone.limits
options:
  name:
    description: Name or ID of the offering.
    type: str
    required: true
  cpu_number:
    description: Number of CPU cores. Required for a new offering, except with O(is_customized). It cannot be changed.
    type: int
  cpu_speed:
    description: MHz of a core. Required for a new offering, except with O(is_customized). It cannot be changed.
    type: int
  memory:
    description: Memory in MB. Required for a new offering, except with O(is_customized). It cannot be changed.
    type: int
  is_customized:
    description: Whether users choose the size of each VM. It cannot be changed.
    type: bool
  storage_type:
    description: Whether root disks are on V(shared) storage, the server's default, or V(local). It cannot be changed.
    type: str
    choices: [shared, local]
  provisioning_type:
    description: How root disks are provisioned. It cannot be changed.
    type: str
    choices: [thin, sparse, fat]
  offer_ha:
    description: Whether VMs are started on another host if their host fails. It cannot be changed.
    type: bool
  limit_cpu_usage:
    description: Whether the CPU is limited to the speed even if the host has spare capacity. It cannot be changed.
    type: bool
  is_volatile:
    description: Whether root disks are reset at each reboot. It cannot be changed.
    type: bool
  network_rate:
    description: Rate of the network in Mbit/s. It cannot be changed.
    type: int
  host_tags:
    aliases: [host_tag]
  storage_tags:
    aliases: [storage_tag]
  bytes_read_rate:
    description: Rate of reading from the root disk in bytes per second. It cannot be changed.
    type: int
  bytes_write_rate:
    description: Rate of writing to the root disk in bytes per second. It cannot be changed.
    type: int
  disk_iops_read_rate:
    description: Rate of reading from the root disk in operations per second. It cannot be changed.
    type: int
  disk_iops_write_rate:
    description: Rate of writing to the root disk in operations per second. It cannot be changed.
    type: int
  is_iops_customized:
    description: Whether users choose the IOPS of the root disk. It cannot be changed.
    type: bool
    aliases: [disk_iops_customized]
  disk_iops_min:
    description: IOPS that the storage guarantees for the root disk. It cannot be changed.
    type: int
  disk_iops_max:
    description: Maximum IOPS that the storage allows for the root disk. It cannot be changed.
    type: int
  hypervisor_snapshot_reserve:
    description:
      - Space for snapshots of the hypervisor on managed storage, in percent of the root disk. It cannot be changed.
    type: int
  implicit_dedication:
    description:
      - Places VMs on hosts that have only VMs of the same account. It sets O(deployment_planner) and the mode in
        O(service_offering_details). It cannot be changed.
      - V(strict) uses no other hosts. Hosts with system VMs or routers are not used either, and the task warns of them.
      - V(preferred) uses other hosts if there are none.
    type: str
    choices: [strict, preferred]
  deployment_planner:
    description:
      - Planner that places the VMs, such as V(FirstFitPlanner), V(UserDispersingPlanner) or
        V(UserConcentratedPodPlanner). By default, the server's setting C(vm.deployment.planner). It cannot be changed.
    type: str
  service_offering_details:
    description: Further details of the offering, such as C(pciDevice). They cannot be changed.
    type: dict
seealso:
  - module: hostcraft.cloudstack.cs_service_offering_info
  - module: hostcraft.cloudstack.cs_system_offering
  - module: hostcraft.cloudstack.cs_dedication
"""

EXAMPLES = r"""
- name: Create an offering that dedicates hosts to accounts
  hostcraft.cloudstack.cs_service_offering:
    name: desktop-alone
    cpu_number: 2
    cpu_speed: 2000
    memory: 4096
    implicit_dedication: strict

- name: Create an offering for hosts and storage with a tag
  hostcraft.cloudstack.cs_service_offering:
    name: database
    cpu_number: 8
    cpu_speed: 2400
    memory: 65536
    offer_ha: true
    host_tags: [large]
    storage_tags: [ssd]
    zones: [zurich]
"""

RETURN = r"""
id:
  description: ID of the offering.
  returned: success
  type: str
  sample: 3e1b1d2c-0c3f-4a0f-9d3a-5c1f0b9a7e55
name:
  description: Name of the offering.
  returned: success
  type: str
  sample: database
cpu_number:
  description: Number of CPU cores. V(null) if users choose it.
  returned: success
  type: int
  sample: 8
cpu_speed:
  description: MHz of a core. V(null) if users choose it.
  returned: success
  type: int
  sample: 2400
memory:
  description: Memory in MB. V(null) if users choose it.
  returned: success
  type: int
  sample: 65536
host_tags:
  description: Tags of hosts that it requires.
  returned: success
  type: list
  elements: str
  sample: [large]
storage_tags:
  description: Tags of primary storage that it requires.
  returned: success
  type: list
  elements: str
  sample: [ssd]
deployment_planner:
  description: Planner that places the VMs. Empty for the server's setting.
  returned: success
  type: str
  sample: ImplicitDedicationPlanner
implicit_dedication:
  description: Whether the dedication of hosts is V(strict) or V(preferred). V(null) with any other planner.
  returned: success
  type: str
  sample: strict
service_offering_details:
  description: Further details of the offering.
  returned: success
  type: dict
  sample: {"ImplicitDedicationMode": "Strict"}
domain_ids:
  description: IDs of the domains that it is limited to. Empty for all.
  returned: success
  type: list
  elements: str
  sample: []
zone_ids:
  description: IDs of the zones that it is limited to. Empty for all.
  returned: success
  type: list
  elements: str
  sample: []
state:
  description: State of the offering.
  returned: success
  type: str
  sample: Active
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import (
    DISPLAY_TEXT,
    STATE,
    Spec,
    taken,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import LIMITS, REQUIRED_TAGS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.service_offerings import (
    ensure_service_offering,
)

NUMBERS = (
    *("cpu_number", "cpu_speed", "memory", "network_rate", "bytes_read_rate", "bytes_write_rate"),
    *("disk_iops_read_rate", "disk_iops_write_rate", "disk_iops_min", "disk_iops_max", "hypervisor_snapshot_reserve"),
)
FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    **DISPLAY_TEXT,
    **{name: {"type": "int"} for name in NUMBERS},
    **{name: {"type": "bool"} for name in ("is_customized", "offer_ha", "limit_cpu_usage", "is_volatile")},
    "is_iops_customized": {"type": "bool", "aliases": ["disk_iops_customized"]},
    "storage_type": {"type": "str", "choices": ["shared", "local"]},
    "provisioning_type": {"type": "str", "choices": ["thin", "sparse", "fat"]},
    **{name: {**option, "aliases": [name[:-1]]} for name, option in REQUIRED_TAGS.items()},
    "implicit_dedication": {"type": "str", "choices": ["strict", "preferred"]},
    "deployment_planner": {"type": "str"},
    "service_offering_details": {"type": "dict"},
    **LIMITS,
}

TASK = ApiTask(
    options={**FIELDS, **STATE},
    operation=lambda cloud, p, check: ensure_service_offering(cloud, taken(p, FIELDS), p["state"], check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
