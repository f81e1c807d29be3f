#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_storage_maintenance_info
short_description: Show what the maintenance of a primary storage pool of Apache CloudStack stops
description:
  - Returns which VMs a maintenance of the pool stops, which system VMs and routers it restarts on another pool, and
    which VMs need consent.
  - For a pool in maintenance, or after one that was interrupted, returns the VMs that ran before and do not run now.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.storage
  - hostcraft.cloudstack.zone
seealso:
  - module: hostcraft.cloudstack.cs_storage_maintenance
"""

EXAMPLES = r"""
- name: Show which VMs the maintenance of a pool stops
  hostcraft.cloudstack.cs_storage_maintenance_info:
    zone: zurich
    pool: primary-a
  register: plan

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ plan.stops | map(attribute='vm') }}"
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
  sample: Up
stops:
  description: VMs of users that a maintenance stops, as M(hostcraft.cloudstack.cs_storage_maintenance) returns them.
  returned: success
  type: list
  elements: dict
restarts:
  description: System VMs and routers that the server restarts on another pool.
  returned: success
  type: list
  elements: dict
down:
  description: VMs with volumes on the pool that do not run.
  returned: success
  type: list
  elements: dict
other_pools:
  description: Pools that are up and can be used meanwhile.
  returned: success
  type: list
  elements: str
  sample: [primary-b]
reasons:
  description: Why the maintenance is refused without consent, each with a code, a message and a remedy.
  returned: success
  type: list
  elements: dict
  sample: [{"code": "vm_stops", "vm": "web1", "message": "the server stops VM web1, because its volumes ROOT-3 are on
    the pool", "remedy": "migrate its volumes first (cs_volume_migration), or add its name to consent"}]
not_back:
  description: Names of VMs that ran before the maintenance and do not run now.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.storage.options import POOL
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage.maintenance import foretold

TASK = ApiTask(
    options={**ZONE, **POOL},
    operation=lambda cloud, p, check: foretold(cloud, p["zone"], p["pool"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
