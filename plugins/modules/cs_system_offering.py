#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_system_offering
short_description: Manage service offerings of system VMs and routers of Apache CloudStack
description:
  - Creates and removes system offerings, and changes their text and tags.
  - The server cannot change the other values of an offering. A task with another value is refused and names the option.
  - An offering that a network offering uses for its routers, and the server's own ones, are not removed.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.zone.required_tags
options:
  name:
    description: Name or ID of the offering.
    type: str
    required: true
  display_text:
    description: Text of the offering. Defaults to the name.
    type: str
  kind:
    description: What it is for. Required to create it. It cannot be changed.
    type: str
    choices: [domainrouter, consoleproxy, secondarystoragevm]
  cpu_number:
    description: Number of CPU cores. Required to create it. It cannot be changed.
    type: int
  cpu_speed:
    description: Speed of a core in MHz. Required to create it. It cannot be changed.
    type: int
  memory:
    description: Memory in MB, at least 512. Required to create it. It cannot be changed.
    type: int
  storage_type:
    description: Whether the disk is on V(shared) storage, the server's default, or V(local). It cannot be changed.
    type: str
    choices: [shared, local]
  offer_ha:
    description: Whether the system VM is started on another host if its host fails. It cannot be changed.
    type: bool
  limit_cpu_use:
    description: Whether the CPU is limited to the speed even if the host has spare capacity. It cannot be changed.
    type: bool
  network_rate:
    description: Rate of the network in Mbit/s. It cannot be changed.
    type: int
seealso:
  - module: hostcraft.cloudstack.cs_system_offering_info
  - module: hostcraft.cloudstack.cs_network_offering
  - module: hostcraft.cloudstack.cs_system_vm
  - module: hostcraft.cloudstack.cs_router
"""

EXAMPLES = r"""
- name: Create an offering for larger routers
  hostcraft.cloudstack.cs_system_offering:
    name: router-1g
    kind: domainrouter
    cpu_number: 2
    cpu_speed: 1000
    memory: 1024
    offer_ha: true
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
  sample: router-1g
display_text:
  description: Text of the offering.
  returned: success
  type: str
  sample: router-1g
kind:
  description: What it is for.
  returned: success
  type: str
  sample: domainrouter
cpu_number:
  description: Number of CPU cores.
  returned: success
  type: int
  sample: 2
cpu_speed:
  description: Speed of a core in MHz.
  returned: success
  type: int
  sample: 1000
memory:
  description: Memory in MB.
  returned: success
  type: int
  sample: 1024
storage_type:
  description: Whether the disk is on V(shared) or V(local) storage.
  returned: success
  type: str
  sample: shared
offer_ha:
  description: Whether the system VM is started on another host if its host fails.
  returned: success
  type: bool
  sample: true
limit_cpu_use:
  description: Whether the CPU is limited to the speed.
  returned: success
  type: bool
  sample: false
network_rate:
  description: Rate of the network in Mbit/s.
  returned: success
  type: int
  sample: 200
host_tags:
  description: Tags of hosts that it requires.
  returned: success
  type: list
  elements: str
  sample: []
storage_tags:
  description: Tags of primary storage that it requires.
  returned: success
  type: list
  elements: str
  sample: []
is_default:
  description: Whether it is one of the server's own.
  returned: success
  type: bool
  sample: false
created:
  description: When it was created.
  returned: success
  type: str
  sample: "2026-11-01T12:00:00+0000"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import (
    STATE,
    Spec,
    taken,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import REQUIRED_TAGS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.system_offerings import (
    ensure_system_offering,
)

FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    "display_text": {"type": "str"},
    "kind": {"type": "str", "choices": ["domainrouter", "consoleproxy", "secondarystoragevm"]},
    "cpu_number": {"type": "int"},
    "cpu_speed": {"type": "int"},
    "memory": {"type": "int"},
    "storage_type": {"type": "str", "choices": ["shared", "local"]},
    "offer_ha": {"type": "bool"},
    "limit_cpu_use": {"type": "bool"},
    "network_rate": {"type": "int"},
    **REQUIRED_TAGS,
}

TASK = ApiTask(
    options={**FIELDS, **STATE},
    operation=lambda cloud, p, check: ensure_system_offering(cloud, taken(p, FIELDS), p["state"], check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
