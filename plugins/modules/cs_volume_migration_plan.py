#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_volume_migration_plan
short_description: Plan how to empty a primary storage pool of Apache CloudStack
description:
  - Returns for each volume of a pool which other pool it is moved to, and how. Nothing is changed.
  - With VMware and XenServer, volumes of running VMs are moved live if the server lists storage motion for the
    hypervisor. With KVM and other hypervisors the VM must be stopped, which needs consent.
  - A target is up, in the same zone and cluster (or of the whole zone), shared, and has the tags that the offerings of
    the volume require. Its disable thresholds and its over-provisioning factor are observed. If the server does not
    return how much of a volume is written, its whole size is counted.
  - Volumes of a pool with the scope zone that are attached to a VM are moved only to pools of the whole zone.
  - Volumes on local disks, volumes with work in progress, and volumes of VMs with VM snapshots are refused.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.storage
  - hostcraft.cloudstack.storage.consent
  - hostcraft.cloudstack.storage.migration
  - hostcraft.cloudstack.zone
options:
  consent:
    description:
      - Names or ids of VMs that may be stopped, or V(all).
seealso:
  - module: hostcraft.cloudstack.cs_volume_migration
  - module: hostcraft.cloudstack.cs_storage_maintenance
"""

EXAMPLES = r"""
- name: Plan how to empty a pool
  hostcraft.cloudstack.cs_volume_migration_plan:
    zone: zurich
    pool: primary-a
    consent: [all]
  register: plan

- name: Show the VMs that must be stopped
  ansible.builtin.debug:
    msg: "{{ plan.stops }}"
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
  sample: Disabled
feasible:
  description: Whether every volume can be moved.
  returned: success
  type: bool
  sample: true
moves:
  description: Volumes in the order of the work.
  returned: success
  type: list
  elements: dict
  contains:
    volume:
      description: Name of the volume.
      type: str
    volume_id:
      description: Id of the volume.
      type: str
    vm:
      description: Name of its VM. Empty for a volume that is not attached.
      type: str
    size:
      description: Its size in bytes.
      type: int
    target:
      description: Name of the pool that it is moved to.
      type: str
    target_id:
      description: Id of this pool.
      type: str
    how:
      description: V(offline) if its VM does not run, V(live) if it runs meanwhile, V(stopped) if it is stopped for it.
      type: str
stops:
  description: Names of VMs that are stopped and started again.
  returned: success
  type: list
  elements: str
  sample: [web1]
reasons:
  description: Why volumes cannot be moved, each with a code, a message and a remedy.
  returned: success
  type: list
  elements: dict
left:
  description: Names of system VMs and routers on the pool. The server restarts them on another pool when the pool
    enters maintenance.
  returned: success
  type: list
  elements: str
  sample: [r-4-VM]
waiting:
  description: Names of deleted volumes that the server has yet to remove (C(storage.cleanup.interval)).
  returned: success
  type: list
  elements: str
  sample: []
started:
  description: Names of VMs that were started again.
  returned: success
  type: list
  elements: str
  sample: [web1]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.storage.options import (
    CONSENT,
    MIGRATION,
    POOL,
    migration_request,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage.migration import show_plan

TASK = ApiTask(
    options={**ZONE, **POOL, **MIGRATION, **CONSENT},
    operation=lambda cloud, p, check: show_plan(cloud, migration_request(p)),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
