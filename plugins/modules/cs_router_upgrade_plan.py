#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_router_upgrade_plan
short_description: Plan the upgrade of virtual routers of Apache CloudStack
description:
  - Computes which routers need an upgrade and why, whether each is patched, rebooted or replaced, in which batches,
    and which networks are without service for how long.
  - Of a redundant pair the BACKUP is renewed first. Then it takes over, and then the old PRIMARY is renewed.
  - Writes nothing.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
  - hostcraft.cloudstack.listing.cluster
  - hostcraft.cloudstack.zone.owner
  - hostcraft.cloudstack.routers
  - hostcraft.cloudstack.routers.consent
  - hostcraft.cloudstack.routers.upgrade
options:
  fail:
    description: Whether the task fails if the plan is not feasible.
    type: bool
    default: false
notes:
  - With O(pod) or O(cluster), both routers of a network are upgraded if one of them is there.
seealso:
  - module: hostcraft.cloudstack.cs_router_upgrade
"""

EXAMPLES = r"""
- name: Plan the upgrade of the routers of a zone
  hostcraft.cloudstack.cs_router_upgrade_plan:
    zone: zurich
    minimum_version: 4.18.1
    max_parallel: 4
    exclude_accounts: [bank]
  register: plan

- name: Show the plan
  ansible.builtin.debug:
    msg: "{{ plan.text }}"
"""

RETURN = r"""
feasible:
  description: Whether the routers can be upgraded as they are.
  returned: success
  type: bool
  sample: true
text:
  description: The plan as readable lines.
  returned: success
  type: list
  elements: str
routers:
  description: Number of routers.
  returned: success
  type: int
  sample: 40
up_to_date:
  description: Number of routers that need no upgrade.
  returned: success
  type: int
  sample: 12
networks:
  description: Number of networks and VPCs in RV(batches).
  returned: success
  type: int
  sample: 18
batches:
  description: Batches of networks and VPCs, each with its method, the reasons, its steps and the expected times.
  returned: success
  type: list
  elements: list
  sample: [[{"kind": "network", "id": "…", "name": "web", "redundant": true, "method": "recreate",
    "why": ["version_below"], "steps": [{"action": "renew", "router": "…", "name": "r-5-VM", "seconds": 120}],
    "seconds": 245, "seconds_down": 5}]]
interrupted:
  description: Networks that are without service, and for how long.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "web", "id": "…", "account": "shop", "seconds_down": 5}]
left_out:
  description: Networks whose routers need an upgrade and get none, with a code and a remedy.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "db", "id": "…", "code": "single_router", "message": "…", "remedy": "set consent: true"}]
reasons:
  description: Why the plan is not feasible.
  returned: success
  type: list
  elements: dict
  sample: []
seconds:
  description: Expected number of seconds of the whole upgrade.
  returned: success
  type: float
  sample: 2205
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.routers.tasks import PLAN, plan_upgrade
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_OWNER

TASK = ApiTask(options=PLAN, operation=plan_upgrade, constraints={"mutually_exclusive": ONE_OWNER})


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
