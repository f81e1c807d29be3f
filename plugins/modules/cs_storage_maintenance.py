#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_storage_maintenance
short_description: Put a primary storage pool of Apache CloudStack into maintenance and back
description:
  - The server stops every VM of users that has a volume on the pool, with HA or without. This module shows these VMs
    before, and refuses the maintenance unless each of them is in O(consent).
  - System VMs and routers are restarted on another pool by the server. If there is none, they need consent too.
  - When the maintenance ends, each VM that ran before has to run again. The server stops at the first VM that does not
    start. This module starts the others, and fails with the names of the VMs that do not run.
  - With O(hypervisor), every host in service has to have the pool mounted again.
  - If the task is killed and run again, it continues. The VMs and the previous state of the pool are stored in
    annotations of the pool.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.storage
  - hostcraft.cloudstack.storage.consent
  - hostcraft.cloudstack.storage.work
  - hostcraft.cloudstack.zone
options:
  state:
    description:
      - V(maintenance) stops the VMs and takes the pool out of use. A disabled pool is enabled for a moment, because the
        server requires it. A maintenance that is in progress is waited for, one that failed is tried again.
      - V(enabled) ends the maintenance, starts the VMs that ran before, and disables the pool again if it was disabled.
    type: str
    choices: [maintenance, enabled]
    default: maintenance
  consent:
    description:
      - Names or ids of VMs that may be stopped, or V(all). They are started again when the maintenance ends.
seealso:
  - module: hostcraft.cloudstack.cs_storage_maintenance_info
  - module: hostcraft.cloudstack.cs_volume_migration
  - module: hostcraft.cloudstack.cs_storage_pool
"""

EXAMPLES = r"""
- name: Show which VMs the maintenance stops
  hostcraft.cloudstack.cs_storage_maintenance_info:
    zone: zurich
    pool: primary-a
  register: plan

- name: Put the pool into maintenance
  hostcraft.cloudstack.cs_storage_maintenance:
    zone: zurich
    pool: primary-a
    consent: [web1, db1]

- name: End the maintenance, and compare the mounts of all hosts
  hostcraft.cloudstack.cs_storage_maintenance:
    zone: zurich
    pool: primary-a
    state: enabled
    hypervisor:
      url: qemu+ssh://root@{host}/system
"""

RETURN = r"""
id:
  description: Id of the pool.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the pool.
  returned: success
  type: str
  sample: primary-a
state:
  description: State of the pool, in the server's words.
  returned: success
  type: str
  sample: Maintenance
stops:
  description: VMs of users that were stopped, or that a maintenance would stop.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the VM.
      type: str
    vm:
      description: Name of the VM.
      type: str
    kind:
      description: V(User), V(Router), V(ConsoleProxy), V(SecondaryStorageVm) or V(InternalLb).
      type: str
    state:
      description: Its state before.
      type: str
    volumes:
      description: Names of its volumes on the pool.
      type: list
      elements: str
restarts:
  description: System VMs and routers that the server restarts on another pool. Empty before CloudStack 4.18, which does
    not list their volumes.
  returned: success
  type: list
  elements: dict
down:
  description: VMs with volumes on the pool that do not run anyway.
  returned: success
  type: list
  elements: dict
other_pools:
  description: Pools that are up and can be used meanwhile.
  returned: success
  type: list
  elements: str
  sample: [primary-b]
started:
  description: Names of VMs that were stopped by the maintenance and run again.
  returned: success
  type: list
  elements: str
  sample: [web1, db1]
maintenance_since:
  description: Time at which the maintenance that ends began, in UTC. Null if the server does not return it.
  returned: with O(state=enabled), if the maintenance was begun by this collection
  type: str
  sample: "2026-11-05T10:00:00Z"
reached_by:
  description: Names of hosts that have the pool mounted after the maintenance.
  returned: with O(hypervisor) and O(state=enabled)
  type: list
  elements: str
  sample: [kvm01.example.com]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.access import HYPERVISOR
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.storage.options import (
    CONSENT,
    POOL,
    WORK,
    maintenance_request,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage.maintenance import ensure

TASK = ApiTask(
    options={
        **ZONE,
        **POOL,
        "state": {"type": "str", "choices": ["maintenance", "enabled"], "default": "maintenance"},
        **CONSENT,
        **WORK,
        **HYPERVISOR,
    },
    operation=lambda cloud, p, check: ensure(cloud, maintenance_request(p), check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
