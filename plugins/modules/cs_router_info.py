#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_router_info
short_description: Get information about virtual routers of Apache CloudStack
description:
  - Returns virtual routers with what they serve, their version and template, whether they require an upgrade, their
    redundant state, the results of their health checks, and their last failure with its meaning.
  - 2000 routers take a single listing of five pages. Only O(health=fresh) takes one call more for each running router.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
  - hostcraft.cloudstack.listing.cluster
  - hostcraft.cloudstack.zone.owner
  - hostcraft.cloudstack.routers
  - hostcraft.cloudstack.routers.health
  - hostcraft.cloudstack.looks.findings
options:
  name:
    description:
      - Name or id of a router. Without it, all are returned. An unknown name returns an empty list.
  fail:
    default: never
notes:
  - Checks that mean nothing on a router in BACKUP state have the code V(backup_check_failed).
seealso:
  - module: hostcraft.cloudstack.cs_router
  - module: hostcraft.cloudstack.cs_router_upgrade_plan
"""

EXAMPLES = r"""
- name: Read all routers of a zone
  hostcraft.cloudstack.cs_router_info:
    zone: zurich
  register: routers

- name: Show those that require an upgrade
  ansible.builtin.debug:
    msg: "{{ routers.routers | selectattr('requires_upgrade') | map(attribute='name') }}"

- name: Fail if a router of a network is not healthy now
  hostcraft.cloudstack.cs_router_info:
    networks: [web]
    health: fresh
    fail: hurts
"""

RETURN = r"""
routers:
  description: The routers.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name.
      type: str
    state:
      description: State, such as V(Running).
      type: str
    serves:
      description: Kind (V(network) or V(vpc)), id and name of what it serves.
      type: dict
    redundant:
      description: Whether it is one of two routers.
      type: bool
    redundant_state:
      description: V(PRIMARY), V(BACKUP), V(FAULT) or V(UNKNOWN).
      type: str
    requires_upgrade:
      description: Whether the server considers it outdated. Null if it does not return this.
      type: bool
    version:
      description: Version of its template.
      type: str
    software_version:
      description: Version of its scripts.
      type: str
    template:
      description: Name of its template.
      type: str
    checks:
      description: Results of health checks.
      type: list
      elements: dict
    failure:
      description: The newest failed check with its code, meaning and remedy. Null if there is none.
      type: dict
  sample: [{"name": "r-5-VM", "state": "Running", "serves": {"kind": "network", "id": "…", "name": "web"},
    "redundant": true, "redundant_state": "PRIMARY", "requires_upgrade": false, "version": "4.18.1"}]
health_calls:
  description: Number of routers that were asked for fresh checks.
  returned: always
  type: int
  sample: 0
health_untold:
  description: What the server answered instead of results, by the name of the router.
  returned: always
  type: dict
  sample: {}
findings:
  description: What is wrong, with codes and remedies.
  returned: always
  type: list
  elements: dict
  sample: [{"code": "router_disk_full", "severity": "hurts", "host": "r-5-VM"}]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: Always empty.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 0, "hurts": 1, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.routers.tasks import INFO, tell_routers
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_OWNER

TASK = ApiTask(options=INFO, operation=tell_routers, constraints={"mutually_exclusive": ONE_OWNER})


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
