#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_capacity_info
short_description: Read what zones, pods, clusters and hosts of Apache CloudStack hold and have left
description:
  - Adds up every VM by the accounting of CloudStack itself, in MHz and bytes, with the factors that each VM was started
    with, and tells what is used, reserved for VMs that were stopped not long ago, and free.
  - Tells which thresholds are crossed, how many more VMs of a size find room, and whether the VMs of a failed host
    would find a place on the others (N+1).
  - The innermost of the places that are named is meant.
  - It tells of this moment. CloudStack keeps no history of hosts and clusters that its API would show (the metrics
    listings are of this moment too, and the only history, C(listVirtualMachinesUsageHistory), is that of single VMs),
    so for a trend keep what this module returns, by day.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
options:
  zone:
    description: Name or id of the zone; the only one there is unless something else is said.
    type: str
  pod:
    description: Name or id of a pod of the zone.
    type: str
  cluster:
    description: Name or id of a cluster of the zone, or of O(pod) where two pods have clusters of one name.
    type: str
  host:
    description: Name of a host of the zone.
    type: str
  size:
    description: A VM that might come, for RV(clusters[].headroom.more_vms) and RV(clusters[].stranded).
    type: dict
    suboptions:
      cpu_number:
        description: Cores.
        type: int
        default: 1
      cpu_speed:
        description: MHz of each.
        type: int
        default: 1000
      memory:
        description: MiB.
        type: int
        default: 1024
  spare_hosts:
    description: How many hosts of a cluster may fail at once with room for all VMs on the rest (the f of N+f).
    type: int
    default: 1
  max_vms_per_host:
    description:
      - Limit of running guests of one host, for RV(clusters[].vm_limit).
      - By default what the server's hypervisor capabilities say of the version that a host runs; KVM has none.
    type: int
seealso:
  - module: hostcraft.cloudstack.cs_overprovision
  - module: hostcraft.cloudstack.cs_maintenance
"""

EXAMPLES = r"""
- name: Is there room for the failure of a host, and for how many more VMs of 4 cores and 8 GiB
  hostcraft.cloudstack.cs_capacity_info:
    zone: zurich
    cluster: kvm-a
    size:
      cpu_number: 4
      cpu_speed: 2000
      memory: 8192
  register: capacity

- name: Stop the play where there is none
  ansible.builtin.assert:
    that: capacity.clusters[0].headroom.holds
    fail_msg: "{{ capacity.clusters[0].headroom.failing | join(', ') }} must not fail"

- name: Clusters that take no more VMs because a threshold is crossed
  hostcraft.cloudstack.cs_capacity_info:
    zone: zurich
  register: zone

- name: Their names
  ansible.builtin.debug:
    msg: "{{ zone.clusters | selectattr('crossed') | map(attribute='name') }}"
"""

RETURN = r"""
zones:
  description:
    - The sums of the zone, when a whole zone is asked for. C(listCapacity) of a zone counts every host with the factors
      of one of its clusters; here each counts with its own.
  returned: always
  type: list
  elements: dict
pods:
  description: The sums of each pod, when a zone or pod is asked for.
  returned: always
  type: list
  elements: dict
clusters:
  description: The clusters of the place, or the one that the host is in.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the cluster.
      type: str
    cpu_factor:
      description: CPU over-provisioning factor.
      type: float
    memory_factor:
      description: Memory over-provisioning factor.
      type: float
    capacity:
      description: What there is with over-provisioning; C(cpu) in MHz, C(memory) in bytes.
      type: dict
      sample: {"cpu": 128000, "memory": 34359738368}
    used:
      description: What running VMs count for.
      type: dict
    reserved:
      description: What the server holds beyond that, such as for VMs stopped not long ago.
      type: dict
    free:
      description: The rest.
      type: dict
    share:
      description: Used and reserved as a fraction of the capacity.
      type: dict
      sample: {"cpu": 0.0938, "memory": 0.375}
    usable:
      description: The same of the hosts that take VMs.
      type: dict
    thresholds:
      description: The disable and notification thresholds that are in effect.
      type: dict
    crossed:
      description: Names of those that are reached.
      type: list
      elements: str
      sample: [memory_notificationthreshold]
    headroom:
      description:
        - Whether any O(spare_hosts) hosts may fail (C(holds)), names of hosts that may not (C(failing)), how many more
          VMs of O(size) find room (C(more_vms)), and how many while the spare hosts are kept (C(more_vms_with_spare)).
      type: dict
      sample: {"spare_hosts": 1, "holds": true, "failing": [], "more_vms": 20, "more_vms_with_spare": 12}
      contains:
        more_vms:
          description: So many more surely find room; counted up to 4096.
          type: int
    largest_vm:
      description: The most CPU and the most memory that one more VM can have.
      type: dict
    stranded:
      description: What is free but of no use to VMs of O(size).
      type: dict
    vm_limit:
      description: Running VMs and the most there should be, (N - spare_hosts) times the limit of a host.
      type: dict
      sample: {"running": 12, "most": 150, "exceeded": false}
    keeping:
      description: VMs that were started with other factors, with what they count for.
      type: list
      elements: dict
    hosts_by_tag:
      description: Names of hosts by host tag; those without a tag under an empty one.
      type: dict
hosts:
  description: The hosts of the place, each with its account, tags, states and number of VMs.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.capacity import QUESTION, question
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.capacity.account import capacity_of

PLACES = ("zone", "pod", "cluster", "host")

TASK = ApiTask(
    options={**{name: {"type": "str"} for name in PLACES}, **QUESTION},
    operation=lambda cloud, p, check: capacity_of(cloud, taken(p, PLACES), question(p)),
    constraints={"mutually_exclusive": [("host", "pod"), ("host", "cluster")]},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
