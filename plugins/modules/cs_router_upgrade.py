#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_router_upgrade
short_description: Upgrade virtual routers of Apache CloudStack without an unplanned outage
description:
  - Plans as M(hostcraft.cloudstack.cs_router_upgrade_plan) does, and executes the plan batch by batch.
  - After each step, gates must pass - exactly one PRIMARY and one BACKUP, the new version, and the health checks. After
    each network, no rule may be lost. At the first gate that fails, nothing further is started.
  - A PRIMARY is stopped only if a BACKUP runs. If the BACKUP does not take over, the PRIMARY is started again.
  - Locks its zone while it works, or all zones without O(zone). A second run in the zone is refused.
  - The remaining work is read from the server. If a run was killed, run the task again. No router is upgraded twice.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
  - hostcraft.cloudstack.listing.cluster
  - hostcraft.cloudstack.zone.owner
  - hostcraft.cloudstack.routers
  - hostcraft.cloudstack.routers.consent
  - hostcraft.cloudstack.routers.health
  - hostcraft.cloudstack.routers.required_health
  - hostcraft.cloudstack.routers.upgrade
  - hostcraft.cloudstack.maintenance.lock
options:
  health:
    default: fresh
  timeout:
    description: Seconds to wait for the gates of one step, and for jobs that are under way at the beginning.
    type: float
    default: 600
  takeover_timeout:
    description: Seconds in which a BACKUP has to become PRIMARY.
    type: float
    default: 60
seealso:
  - module: hostcraft.cloudstack.cs_router_upgrade_plan
  - module: hostcraft.cloudstack.cs_network_restart
"""

EXAMPLES = r"""
- name: Upgrade the routers of a zone
  hostcraft.cloudstack.cs_router_upgrade:
    zone: zurich
    minimum_version: 4.18.1
    max_parallel: 4

- name: Upgrade single routers in a window
  hostcraft.cloudstack.cs_router_upgrade:
    zone: zurich
    window: 2026-11-28T01:00Z/2026-11-28T05:00Z
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
done:
  description: For each network, the steps with their seconds, and the gates that were checked.
  returned: success
  type: list
  elements: dict
  sample: [{"network": "web", "kind": "network", "finished": true,
    "steps": [{"action": "renew", "router": "r-5-VM", "seconds": 61.2}],
    "gates": [{"name": "one PRIMARY and one BACKUP", "passed": true, "evidence": "r-6-VM Running PRIMARY, …"}]}]
seconds_taken:
  description: Number of seconds that the upgrade took.
  returned: changed
  type: float
  sample: 1980.4
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.routers.tasks import WORK, upgrade_routers
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_OWNER

TASK = ApiTask(options=WORK, operation=upgrade_routers, constraints={"mutually_exclusive": ONE_OWNER})


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
