#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_cluster_lock
short_description: Lock a cluster of Apache CloudStack against other runs
description:
  - Takes the lock that M(hostcraft.cloudstack.cs_maintenance) and M(hostcraft.cloudstack.cs_rolling_maintenance) take,
    so that no roll and no drain of another run works on the cluster. For playbooks that work on a cluster with modules
    of other systems, such as the upgrade of a XenServer pool.
  - The lock is an annotation of the cluster that all administrators see. The lock of a run that is known to be over is
    taken over.
  - Repeat the task with V(held) before each long step to renew the lease. It fails if another run has the lock.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.maintenance.lock
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_cluster
options:
  state:
    description:
      - V(held) takes the lock, or renews the lease of this run's lock.
      - V(released) releases the lock of this run. It does nothing if this run has none. With O(take_over), it also
        releases the lock of a run that is over.
    type: str
    choices: [held, released]
    default: held
  run:
    description: Name of the run. Tasks with the same name in one run of a playbook share the lock.
    required: true
  lease:
    default: 3600
seealso:
  - module: hostcraft.cloudstack.cs_rolling_maintenance
"""

EXAMPLES = r"""
- name: Lock the cluster
  hostcraft.cloudstack.cs_cluster_lock:
    zone: zurich
    cluster: xen-a
    run: firmware

- name: Release the cluster
  hostcraft.cloudstack.cs_cluster_lock:
    zone: zurich
    cluster: xen-a
    run: firmware
    state: released
"""

RETURN = r"""
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.claims import LOCK
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.lock import set_lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_CLUSTER, ZONE

TASK = ApiTask(
    options={
        **ZONE,
        **ONE_CLUSTER,
        **LOCK,
        "state": {"type": "str", "choices": ["held", "released"], "default": "held"},
        "run": {**LOCK["run"], "required": True},
        "lease": {**LOCK["lease"], "default": 3600},
    },
    operation=set_lock,
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
