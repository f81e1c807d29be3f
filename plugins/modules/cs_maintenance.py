#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_maintenance
short_description: Put a host of Apache CloudStack into maintenance and back without stopping VMs
description:
  - Plans a target host for every VM of the host (VMs of users, routers and system VMs), migrates each VM to its target,
    and starts CloudStack's maintenance only when the host is empty.
  - CloudStack's own drain, which M(hostcraft.cloudstack.cs_host) uses, does not add up capacities, lets migrations
    compete for the same capacity, and stops VMs whose migration fails. This module stops no VM without O(consent).
  - If the maintenance cannot be done safely, nothing is changed, and every reason is returned with the VM, the numbers
    and a remedy.
  - With O(hypervisor), the hypervisor is asked which VMs cannot migrate before any VM moves, the host must be empty on
    the hypervisor too, and the maintenance mode of XenServer or vCenter is entered after CloudStack's and exited before
    it.
  - If the task is killed and run again, it continues. The previous state of the host is stored in an annotation of the
    host.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.maintenance
  - hostcraft.cloudstack.maintenance.moves
  - hostcraft.cloudstack.maintenance.lock
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.zone
options:
  name:
    description: Name of the host.
    type: str
    required: true
  state:
    description:
      - V(maintenance) empties the host and puts it into maintenance. A drain that is in progress is waited for. A drain
        that failed is cancelled, and the host is emptied as planned.
      - V(enabled) ends the maintenance, waits for the agent, starts the VMs that were stopped for it, and disables the
        host again if it was disabled before.
      - V(draining) disables the host, moves away all VMs that can move, and returns the others in RV(remaining). Run it
        again until none is left. VMs of a strict host affinity group stay with one of them that cannot move.
      - VMs of a non-strict host anti-affinity group go to different hosts where there is room. A warning names those
        that are moved to the same host.
    type: str
    choices: [maintenance, enabled, draining]
    default: maintenance
  preferred_hosts:
    description: Names of hosts to use as targets first, such as hosts that are already patched.
    type: list
    elements: str
    default: []
  avoid_hosts:
    description: Names of hosts that must not be targets, such as the hosts that are next.
    type: list
    elements: str
    default: []
  balance:
    description:
      - Allow additional migrations to balance the load of the cluster's hosts. Without it, only VMs of the host move,
        to the hosts with the lowest load.
    type: bool
    default: false
  move_back:
    description:
      - With O(state=maintenance) and O(state=draining), the VMs that leave the host are recorded in annotations of the
        host. With O(state=enabled), the recorded VMs are moved back to it. Set it for both tasks.
      - VMs that cannot move back (rules, room, O(spare_hosts)) stay where they are, see RV(not_moved_back). In check
        mode, RV(moved) and RV(distribution) are the plan. A host that was disabled before gets no VMs back.
      - VMs that run on another cluster by then, or do not run, are not moved.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_host
"""

EXAMPLES = r"""
- name: Show the planned migrations
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
  check_mode: true
  register: plan

- name: Set a host into maintenance with spare capacity for one failure
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
    spare_hosts: 1

- name: Set a host into maintenance in CloudStack and vCenter
  hostcraft.cloudstack.cs_maintenance:
    name: esx1.example.net
    zone: zurich
    hypervisor:
      url: https://vcenter.example.net
      username: cloudstack@vsphere.local
      password: "{{ vcenter_password }}"

- name: End the maintenance
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
    state: enabled

- name: Empty a host, to move its VMs back later
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
    move_back: true

- name: Show which VMs would move back
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
    state: enabled
    move_back: true
  check_mode: true
  register: plan

- name: End the maintenance and move them back
  hostcraft.cloudstack.cs_maintenance:
    name: kvm1.example.net
    zone: zurich
    state: enabled
    move_back: true
"""

RETURN = r"""
resource_state:
  description: Resource state of the host.
  returned: success
  type: str
  sample: Maintenance
moved:
  description: The migrations that were made, or that would be made in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{"vm": "web1", "source": "kvm1.example.net", "target": "kvm2.example.net"}]
stopped:
  description: Names of the VMs that were stopped because of O(consent).
  returned: success
  type: list
  elements: str
started:
  description: Names of the VMs that were started again.
  returned: success
  type: list
  elements: str
remaining:
  description: Names of the VMs that remain on the host with O(state=draining).
  returned: success
  type: list
  elements: str
distribution:
  description:
    - C(hosts) with the shares of C(cpu) and C(memory) that are allocated and the number of C(vms), C(before) and
      C(after); the C(fullest) host before and after; the C(thresholds) of the cluster
      (C(cluster.*.allocated.capacity.disablethreshold)) and the hosts that are C(above_threshold) afterwards.
  returned: when VMs are planned to move
  type: dict
  sample:
    hosts:
      - host: kvm1.example.net
        before: {"cpu": 0.12, "memory": 0.31, "vms": 10}
        after: {"cpu": 0.0, "memory": 0.0, "vms": 0}
    fullest:
      before: {"host": "kvm1.example.net", "share": 0.31}
      after: {"host": "kvm2.example.net", "share": 0.35}
    least: null
    thresholds: {"cpu": 0.85, "memory": 0.85}
    above_threshold: []
maintenance_since:
  description: Time at which the maintenance that ends began, in UTC. Null if the server does not return it.
  returned: with O(state=enabled), if the maintenance was begun by this collection
  type: str
  sample: "2026-11-05T10:00:00Z"
not_moved_back:
  description: VMs that were not moved back to the host, with C(vm), C(code), C(message) and C(remedy).
  returned: with O(state=enabled) and O(move_back)
  type: list
  elements: dict
  sample:
    - vm: web1
      code: ram
      message: "VM web1 is not moved back to kvm1: the host does not have enough RAM left"
      remedy: free memory in the cluster, or add a host to it
seconds:
  description: Duration of the task in seconds, including waits for others.
  returned: success, not in check mode
  type: float
  sample: 75.3
hypervisor_host:
  description: Name of the host on its hypervisor, its version, and whether it is in the hypervisor's maintenance mode.
  returned: when O(hypervisor) is given
  type: dict
  sample: {"name": "xen1", "version": "8.2.1", "master": false, "maintenance": true}
details:
  description:
    - If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code), C(message), C(remedy)
      and numbers.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.access import HYPERVISOR
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.claims import LOCK
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.host import (
    MOVES,
    TERMS,
    request,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.host import ensure

OPTIONS: Spec = {
    "name": {"type": "str", "required": True},
    **ZONE,
    "state": {"type": "str", "choices": ["maintenance", "enabled", "draining"], "default": "maintenance"},
    "move_back": {"type": "bool", "default": False},
    "preferred_hosts": {"type": "list", "elements": "str", "default": []},
    "avoid_hosts": {"type": "list", "elements": "str", "default": []},
    "balance": {"type": "bool", "default": False},
}

TASK = ApiTask(
    options={**OPTIONS, **TERMS, **MOVES, **LOCK, **HYPERVISOR},
    operation=lambda cloud, p, check: ensure(cloud, request(p), p["state"], check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
