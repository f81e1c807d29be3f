#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_volume_migration
short_description: Move volumes of Apache CloudStack off a primary storage pool
description:
  - Executes the plan of M(hostcraft.cloudstack.cs_volume_migration_plan). If a volume cannot be moved, nothing is
    changed, and every reason is returned.
  - If the whole pool is emptied, it is disabled first, so that no new volumes are placed on it, and it stays disabled.
  - A VM that must be stopped is stopped only with O(consent), one after the other, and is started again as soon as
    its volumes are moved.
  - If the migration of a volume fails, the volume stays where it is, the others are moved, and the task fails.
  - If the task is killed and run again, it continues. Migrations in progress are waited for. VMs that were stopped are
    stored in annotations of the pool.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.storage
  - hostcraft.cloudstack.storage.consent
  - hostcraft.cloudstack.storage.migration
  - hostcraft.cloudstack.zone
options:
  max_migrations:
    description: Maximum number of volumes that are moved at the same time.
    type: int
    default: 2
  timeout:
    description: Seconds that the migration of one volume may take.
    type: float
    default: 10800
seealso:
  - module: hostcraft.cloudstack.cs_volume_migration_plan
  - module: hostcraft.cloudstack.cs_storage_maintenance
"""

EXAMPLES = r"""
- name: Empty a pool
  hostcraft.cloudstack.cs_volume_migration:
    zone: zurich
    pool: primary-a
    targets: [primary-b, primary-c]
    consent: [web1]
    max_migrations: 4

- name: Move one volume
  hostcraft.cloudstack.cs_volume_migration:
    zone: zurich
    pool: primary-a
    volumes: [DATA-17]
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
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage.migration import ensure

TASK = ApiTask(
    options={
        **ZONE,
        **POOL,
        **MIGRATION,
        **CONSENT,
        "max_migrations": {"type": "int", "default": 2},
        "timeout": {"type": "float", "default": 10800},
    },
    operation=lambda cloud, p, check: ensure(cloud, migration_request(p), check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
