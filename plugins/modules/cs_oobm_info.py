#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_oobm_info
short_description: Show out-of-band management of hosts of Apache CloudStack
description:
  - Shows for every host whether out-of-band management can be used, which level decides that, and the power state that
    CloudStack read last.
  - Computes how long one round of CloudStack's power state checks may take, and warns if the thread pool is too small
    for the zone.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
options:
  refresh:
    description: Whether the management server asks each controller now.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_oobm
"""

EXAMPLES = r"""
- name: Read the present power states of a cluster
  hostcraft.cloudstack.cs_oobm_info:
    zone: zurich
    cluster: kvm-a
    refresh: true
  register: oobm

- name: Check that every controller answers
  ansible.builtin.assert:
    that: oobm.hosts | selectattr('error', 'ne', '') | list == []
"""

RETURN = r"""
hosts:
  description: The hosts, by name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the host.
      type: str
    host:
      description: Name of the host.
      type: str
    cluster_id:
      description: ID of its cluster.
      type: str
    configured:
      description: Whether CloudStack has a controller for it.
      type: bool
    enabled:
      description: Whether it is enabled for the host itself.
      type: bool
    state:
      description: V(enabled) if it can be used, else V(disabled).
      type: str
    decided_by:
      description: The level that decides, V(zone), V(cluster), V(host) or V(not_configured).
      type: str
    certain:
      description: V(false) if this server does not show the switches of the zone and cluster.
      type: bool
    driver:
      description: CloudStack's driver.
      type: str
    address:
      description: Address of the controller.
      type: str
    port:
      description: Port of the controller.
      type: str
    username:
      description: User of the controller.
      type: str
    power_state:
      description: V(On), V(Off), V(Unknown) or V(Disabled).
      type: str
    power_state_age:
      description: V(0) if it was read now, else V(null), because CloudStack does not return the time of its last
        reading.
      type: int
    power_state_oldest:
      description: Maximum age in seconds, computed from the settings.
      type: float
    error:
      description: Error of the server when it asked the controller.
      type: str
  sample:
    - host: kvm01.example.com
      state: disabled
      decided_by: cluster
      power_state: Disabled
settings:
  description: The settings that govern power state checks.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the setting.
      type: str
    value:
      description: Its value.
      type: int
    default:
      description: Its default.
      type: int
    restart_needed:
      description: Whether the management servers read it only when they start.
      type: bool
  sample: [{"name": "outofbandmanagement.sync.poolsize", "value": 50, "default": 50, "restart_needed": true}]
sweep_seconds:
  description: How many seconds one round of power state checks may take.
  returned: success
  type: float
  sample: 4.8
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import PLACES
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.bmc.oobm_info import seen_oobm

TASK = ApiTask(
    options={**PLACES, "refresh": {"type": "bool", "default": False}},
    operation=lambda cloud, p, check: seen_oobm(cloud, taken(p, PLACES), p["refresh"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
