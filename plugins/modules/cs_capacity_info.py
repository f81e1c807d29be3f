#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_capacity_info
short_description: Read used and free capacity of zones, pods, clusters and hosts of Apache CloudStack
description:
  - Adds up all VMs with CloudStack's own accounting, in MHz and bytes and with the factors that each VM was started
    with. Returns used capacity, capacity that is reserved for recently stopped VMs, and free capacity.
  - Warns with both figures if the result differs from C(listCapacity) of the server.
  - Returns which thresholds are exceeded, how many more VMs of a given size fit, and whether the VMs of a failed host
    fit on the other hosts (N+1).
  - The narrowest option of O(zone), O(pod), O(cluster) and O(host) decides what the result is about.
  - Primary and secondary storage, addresses and VLANs are compared with the thresholds of their settings too.
  - The result is the present state. The API has no history of hosts and clusters (metrics listings return the present
    state too, and C(listVirtualMachinesUsageHistory) is about single VMs). For a trend, store the result of this module
    every day.
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
  size:
    description: Size of a further VM, for RV(clusters[].headroom.more_vms) and RV(clusters[].stranded).
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
    description:
      - Number of hosts of a cluster that may fail at the same time, with capacity for all VMs on the remaining hosts
        (the f of N+f).
    type: int
    default: 1
  max_vms_per_host:
    description:
      - Maximum number of running guests of one host, for RV(clusters[].vm_limit).
      - Defaults to the limit in the server's hypervisor capabilities for the version of a host. KVM has none.
    type: int
seealso:
  - module: hostcraft.cloudstack.cs_overprovision
  - module: hostcraft.cloudstack.cs_maintenance
"""

EXAMPLES = r"""
- name: Read the capacity of a cluster for VMs of a size
  hostcraft.cloudstack.cs_capacity_info:
    zone: zurich
    cluster: kvm-a
    size:
      cpu_number: 4
      cpu_speed: 2000
      memory: 8192
  register: capacity

- name: Fail if a cluster cannot bear the failure of a host
  ansible.builtin.assert:
    that: capacity.clusters[0].headroom.holds
    fail_msg: "{{ capacity.clusters[0].headroom.failing | join(', ') }} must not fail"

- name: Read the capacity of clusters
  hostcraft.cloudstack.cs_capacity_info:
    zone: zurich
  register: zone

- name: Show what else is above a threshold
  ansible.builtin.debug:
    msg: >-
      {{ (zone.storage | selectattr('crossed') | map(attribute='name')) +
      (zone.resources | selectattr('crossed') | map(attribute='resource')) }}

- name: Show clusters above a threshold
  ansible.builtin.debug:
    msg: "{{ zone.clusters | selectattr('crossed') | map(attribute='name') }}"
"""

RETURN = r"""
zones:
  description:
    - The sums of the zone, if a whole zone is requested. C(listCapacity) of a zone applies the factors of one cluster
      to all hosts; here the factors of each cluster are applied.
  returned: always
  type: list
  elements: dict
pods:
  description: The sums of each pod, if a zone or pod is requested.
  returned: always
  type: list
  elements: dict
clusters:
  description: The clusters of the place, or the cluster of the host.
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
      description: Capacity with over-provisioning. C(cpu) in MHz, C(memory) in bytes.
      type: dict
      sample: {"cpu": 128000, "memory": 34359738368}
    used:
      description: Capacity used by running VMs.
      type: dict
    reserved:
      description: Further capacity that the server reserves, such as for recently stopped VMs.
      type: dict
    free:
      description: The rest.
      type: dict
    share:
      description: Used and reserved as a fraction of the capacity.
      type: dict
      sample: {"cpu": 0.0938, "memory": 0.375}
    usable:
      description: The same, for the hosts that accept VMs.
      type: dict
    thresholds:
      description: The disable and notification thresholds that are in effect.
      type: dict
    crossed:
      description: Names of the thresholds that the hosts in resource state Enabled reach, as CloudStack counts.
      type: list
      elements: str
      sample: [memory_notificationthreshold]
    stopped_vms_start:
      description: Whether stopped VMs start in the cluster although a disable threshold is reached, because the global
        setting C(cluster.threshold.enabled) is false. New VMs never do.
      type: bool
      sample: false
    headroom:
      description:
        - Whether any O(spare_hosts) hosts may fail (C(holds)), names of hosts that may not (C(failing)), number of
          further VMs of O(size) that fit (C(more_vms)), the number of these that the server deploys before a disable
          threshold of the cluster stops it (C(more_vms_below_thresholds)), and the number that fits if the spare hosts
          are kept (C(more_vms_with_spare)).
      type: dict
      sample: {"spare_hosts": 1, "holds": true, "failing": [], "more_vms": 20,
        "more_vms_below_thresholds": 15, "more_vms_with_spare": 12}
      contains:
        more_vms:
          description: At least this number fits. Counted up to 4096.
          type: int
        more_vms_below_thresholds:
          description:
            - At most C(more_vms). The thresholds are C(cpu_disablethreshold) and C(memory_disablethreshold) of
              RV(clusters[].thresholds). Reserved capacity counts.
            - Stopped VMs are started beyond it if RV(clusters[].stopped_vms_start).
          type: int
    largest_vm:
      description: Maximum CPU and maximum memory of one further VM.
      type: dict
    stranded:
      description: Free capacity that VMs of O(size) cannot use.
      type: dict
    vm_limit:
      description: Number of running VMs and their maximum, (N - spare_hosts) times the limit of a host.
      type: dict
      sample: {"running": 12, "most": 150, "exceeded": false}
    keeping:
      description: VMs that were started with other factors, with the capacity that they use.
      type: list
      elements: dict
    hosts_by_tag:
      description: Names of hosts by host tag. Hosts without a tag are listed under an empty name.
      type: dict
hosts:
  description: The hosts of the place, each with its account, tags, states and number of VMs.
  returned: always
  type: list
  elements: dict
storage:
  description: Primary storage pools that the place uses.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the pool.
      type: str
    cluster:
      description: Name of its cluster. Empty for a pool with the scope zone.
      type: str
    scope:
      description: Its scope.
      type: str
    state:
      description: Its state, in the server's words.
      type: str
    allocated:
      description: Bytes that are allocated to volumes, out of those that can be allocated (with over-provisioning, for
        types of storage that support it).
      type: dict
      sample: {"used": 2147483648, "total": 2199023255552, "free": 2196875771904, "share": 0.001}
    used:
      description: Bytes that are written, out of the size of the pool.
      type: dict
    thresholds:
      description: The disable thresholds (C(pool.storage...disablethreshold)) and notification thresholds
        (C(cluster.storage...notificationthreshold)) that are in effect.
      type: dict
    crossed:
      description: Names of the thresholds that are reached.
      type: list
      elements: str
      sample: [allocated_notificationthreshold]
    not_notified:
      description: Kinds of capacity whose notification threshold is not below the disable threshold.
      type: list
      elements: str
      sample: []
resources:
  description:
    - Public addresses, addresses of shared networks, guest VLANs and secondary storage of a zone, and private
      addresses of each pod, each with its threshold. Not for a cluster or host. Resources without figures from the
      server are not in the list.
  returned: always
  type: list
  elements: dict
  sample: [{"resource": "guest_vlans", "place": "zurich", "used": 80, "total": 101, "free": 21, "share": 0.7921,
    "thresholds": {"notificationthreshold": 0.75}, "crossed": ["notificationthreshold"]}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.capacity import QUESTION, question
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import HOST_ALONE, PLACES
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.capacity.account import capacity_of

TASK = ApiTask(
    options={**PLACES, **QUESTION},
    operation=lambda cloud, p, check: capacity_of(cloud, taken(p, PLACES), question(p)),
    constraints={"mutually_exclusive": HOST_ALONE},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
