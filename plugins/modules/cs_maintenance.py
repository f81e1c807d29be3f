#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_maintenance
short_description: Bring a host of Apache CloudStack into maintenance and back without losing a VM
description:
  - Plans a landing for every VM of the host (users' VMs, routers and system VMs), carries the migrations out one
    planned
    target each, and asks CloudStack for maintenance only when the host is empty.
  - CloudStack's own drain, which M(hostcraft.cloudstack.cs_host) offers, adds no capacities up, lets migrations
    collide and
    stops VMs whose migration fails. This module stops none without O(consent).
  - When it cannot be done safely, nothing is changed and every reason is returned, with the VM, the numbers and a
    remedy.
  - With O(hypervisor) the hypervisor itself is asked before a VM moves what cannot leave, the host is proven empty
    there too, and the maintenance mode of XenServer and vCenter is entered after CloudStack's and left before it.
  - Killed and run again, it joins what is under way. What the host was before is kept in an annotation of the host.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.maintenance
  - hostcraft.cloudstack.maintenance.lock
  - hostcraft.cloudstack.hypervisor
options:
  name:
    description: Name of the host.
    type: str
    required: true
  zone:
    description: Name or id of the zone; the only one there is unless something else is said.
    type: str
  state:
    description:
      - V(maintenance) empties the host and puts it into maintenance. A drain that is under way is joined, one that
        failed
        is cancelled and done by plan.
      - V(enabled) ends the maintenance, waits for the agent, starts the VMs that were stopped for it, and leaves the
        host
        disabled if it was disabled before.
      - V(draining) disables the host, moves off what can be moved and tells what is left in RV(remaining); run it
        again
        until nothing is.
    type: str
    choices: [maintenance, enabled, draining]
    default: maintenance
  preferred_hosts:
    description: Names of hosts to fill first, such as those that are patched already.
    type: list
    elements: str
    default: []
  avoid_hosts:
    description: Names of hosts that no VM may land on, such as those that are next.
    type: list
    elements: str
    default: []
seealso:
  - module: hostcraft.cloudstack.cs_host
"""

EXAMPLES = r"""
- name: See what would move where
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
  check_mode: true
  register: plan

- name: Into maintenance, with room for the failure of one more host
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
    spare_hosts: 1

- name: Into maintenance in CloudStack and in vCenter, whose password comes from the vault
  hostcraft.cloudstack.cs_maintenance:
    name: esx1.example.net
    zone: zurich
    hypervisor:
      url: https://vcenter.example.net
      username: cloudstack@vsphere.local
      password: "{{ vcenter_password }}"

- name: And back
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
    state: enabled
"""

RETURN = r"""
resource_state:
  description: Resource state of the host.
  returned: success
  type: str
  sample: Maintenance
moved:
  description: The migrations that were made, or in check mode would be.
  returned: success
  type: list
  elements: dict
  sample: [{"vm": "web1", "source": "kvm1.example.net", "target": "kvm2.example.net"}]
stopped:
  description: Names of the VMs that were stopped by O(consent).
  returned: success
  type: list
  elements: str
started:
  description: Names of the VMs that were started again.
  returned: success
  type: list
  elements: str
remaining:
  description: Names of the VMs that are left on a host with O(state=draining).
  returned: success
  type: list
  elements: str
seconds:
  description: How long the task took, waiting for others included.
  returned: success, not in check mode
  type: float
  sample: 75.3
hypervisor_host:
  description: The host as its hypervisor names it, with its version and whether it is in that maintenance mode.
  returned: when O(hypervisor) is given
  type: dict
  sample: {"name": "xen1", "version": "8.2.1", "master": false, "maintenance": true}
details:
  description:
    - When it is refused, RV(ignore:details.reasons) holds every reason with its C(code), C(message), C(remedy) and
      numbers.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.connection import Spec
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.access import HYPERVISOR
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.host import (
    LIMITS,
    LOCK,
    TERMS,
    request,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.host import ensure

OPTIONS: Spec = {
    "name": {"type": "str", "required": True},
    "zone": {"type": "str"},
    "state": {"type": "str", "choices": ["maintenance", "enabled", "draining"], "default": "maintenance"},
    "preferred_hosts": {"type": "list", "elements": "str", "default": []},
    "avoid_hosts": {"type": "list", "elements": "str", "default": []},
}

TASK = ApiTask(
    options={**OPTIONS, **TERMS, **LIMITS, **LOCK, **HYPERVISOR},
    operation=lambda cloud, p, check: ensure(cloud, request(p), p["state"], check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
