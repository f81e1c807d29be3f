#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_ha_info
short_description: Show and explain host HA of Apache CloudStack
description:
  - Shows the state of host HA for every host, what it means, what to do about it, and which states can follow.
  - Lists everything that a host needs so that host HA can act, and names what is missing.
  - Returns the last fence drill of each host and its age.
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
  ask:
    description: Whether the management server asks each controller now.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_host_ha
  - module: hostcraft.cloudstack.cs_ha_info
"""

EXAMPLES = r"""
- name: Read what is missing for host HA
  hostcraft.cloudstack.cs_host_ha_info:
    zone: zurich
    cluster: kvm-a
    ask: true
  register: ha

- name: Show what is missing
  ansible.builtin.debug:
    msg: "{{ item.host }}: {{ item.readiness | rejectattr('met') | map(attribute='remedy') | join('; ') }}"
  loop: "{{ ha.hosts | rejectattr('ready') }}"
  loop_control:
    label: "{{ item.host }}"
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
    enabled:
      description: Whether host HA is enabled for it.
      type: bool
    provider:
      description: Its provider.
      type: str
    state:
      description: State of host HA.
      type: str
    effective:
      description: V(enabled) if host HA is enabled at every level, else V(disabled).
      type: str
    decided_by:
      description: The level that decides, V(zone), V(cluster), V(host) or V(not_configured).
      type: str
    meaning:
      description: What the state means.
      type: str
    advice:
      description: What to do.
      type: str
    next_states:
      description: States that may follow.
      type: list
      elements: str
    readiness:
      description: Everything that host HA needs, with a code, whether it is met (V(null) if it could not be seen),
        what was seen and what helps.
      type: list
      elements: dict
    ready:
      description: Whether nothing is known to be missing.
      type: bool
    last_drill:
      description: Result of the last fence drill, how long it took and how many seconds ago it ended.
      type: dict
  sample:
    - host: kvm01.example.com
      state: Ineligible
      ready: false
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import PLACES
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.bmc.host_ha import seen_host_ha

TASK = ApiTask(
    options={**PLACES, "ask": {"type": "bool", "default": False}},
    operation=lambda cloud, p, check: seen_host_ha(cloud, taken(p, PLACES), p["ask"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
