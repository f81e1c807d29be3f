#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vm_migration
short_description: Migrate one VM of Apache CloudStack to another host
description:
  - Migrates a running VM, system VM or router to a host of its cluster without interrupting it.
  - The server checks capacity and tags only. This module also checks affinity groups, dedication, storage pools,
    devices and the limit of guests, and refuses the migration with every reason before it starts.
  - It uses the lock of the cluster, so it is refused while a maintenance or a roll of the cluster runs.
  - Migrating with storage to another pool or cluster is not supported; M(hostcraft.cloudstack.cs_volume_migration)
    moves volumes. M(hostcraft.cloudstack.cs_maintenance) empties a whole host.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.maintenance.lock
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_host
options:
  name:
    description: Name or ID of the VM, or its name on the hypervisor, such as V(i-2-10-VM).
    type: str
    required: true
  host:
    description: Name or ID of the host that the VM migrates to. It must be in the cluster of the VM.
  spare_hosts:
    description: Number of hosts of the cluster that may fail afterwards, with capacity for all VMs on the others (N+f).
    type: int
    default: 0
  timeout:
    description: Maximum number of seconds for the migration.
    type: float
    default: 3600
seealso:
  - module: hostcraft.cloudstack.cs_maintenance
  - module: hostcraft.cloudstack.cs_system_vm
"""

EXAMPLES = r"""
- name: Show the hosts that the VM can migrate to
  hostcraft.cloudstack.cs_vm_migration:
    zone: zurich
    name: web1
    host: kvm-a2
  check_mode: true
  register: plan

- name: Migrate it
  hostcraft.cloudstack.cs_vm_migration:
    zone: zurich
    name: web1
    host: kvm-a2
"""

RETURN = r"""
vm:
  description: Name of the VM.
  returned: success
  type: str
  sample: web1
vm_id:
  description: ID of the VM.
  returned: success
  type: str
  sample: 8a9d4b7e-1f0c-4a52-9d53-2c1f4f0e6b11
source:
  description: Host of the VM before.
  returned: success
  type: str
  sample: kvm-a1
host:
  description: Host of the VM.
  returned: success
  type: str
  sample: kvm-a2
suitable_hosts:
  description: Hosts that the VM could migrate to before. Empty if the VM was on O(host).
  returned: success
  type: list
  elements: str
  sample: [kvm-a2, kvm-a3]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.claims import LOCK, claim
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_HOST, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.one_vm import (
    MigrationRequest,
    migrate,
)

TASK = ApiTask(
    options={
        "name": {"type": "str", "required": True},
        **ZONE,
        **ONE_HOST,
        **LOCK,
        "spare_hosts": {"type": "int", "default": 0},
        "timeout": {"type": "float", "default": 3600},
    },
    operation=lambda cloud, p, check: migrate(
        cloud,
        MigrationRequest(p["zone"], p["name"], p["host"], p["spare_hosts"], claim(p), p["timeout"]),
        check,
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
