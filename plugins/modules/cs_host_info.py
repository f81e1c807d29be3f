#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_info
short_description: Read hypervisor hosts of Apache CloudStack
description:
  - Returns hosts with their states, tags and capacities, and the CPU sockets of each hypervisor, as licences count
    them.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
  - hostcraft.cloudstack.listing.cluster
options:
  hypervisor:
    description: Hypervisor of the hosts.
    type: str
  resource_state:
    description: Resource state of the hosts, in the server's words, such as V(Enabled) or V(Maintenance).
    type: str
  gpus:
    description:
      - Whether graphics cards of the hosts are returned too (RV(hosts[].gpu_groups)). The answer of the server is much
        larger then.
    type: bool
    default: false
    version_added: 1.0.0
  fields:
    description:
      - Names of the values to return for each host. All if not set.
      - Ansible needs much less time and memory for the names and addresses of thousands of hosts than for all values.
    type: list
    elements: str
    version_added: 1.0.0
seealso:
  - module: hostcraft.cloudstack.cs_host
"""

EXAMPLES = r"""
- name: List the hosts of a cluster
  hostcraft.cloudstack.cs_host_info:
    zone: zurich
    cluster: kvm-a
  register: result

- name: Show hosts in maintenance
  ansible.builtin.debug:
    msg: "{{ result.hosts | selectattr('resource_state', 'equalto', 'Maintenance') | map(attribute='name') }}"

- name: Read the names and addresses of all hosts
  hostcraft.cloudstack.cs_host_info:
    fields: [name, ip_address]

- name: Read the graphics cards of a cluster
  hostcraft.cloudstack.cs_host_info:
    zone: zurich
    cluster: xen-a
    gpus: true
  register: cards

- name: Read all hosts
  hostcraft.cloudstack.cs_host_info:
  register: cloud

- name: Show the CPU sockets of each hypervisor
  ansible.builtin.debug:
    msg: "{{ item.hypervisor }}: {{ item.sockets }} CPU sockets in {{ item.hosts }} hosts"
  loop: "{{ cloud.cpu_sockets }}"
"""

RETURN = r"""
hosts:
  description: The hosts, each with the values that M(hostcraft.cloudstack.cs_host) returns, and its capacities.
  returned: always
  type: list
  elements: dict
  contains:
    gpu_groups:
      description:
        - Graphics cards by group, each with the types of virtual cards that it has, and for how many guests.
        - C(per_card) is the number of guests of one card, C(video_memory) is in MiB.
        - Null without O(gpus), or for a host without cards.
      type: list
      elements: dict
      sample: [{"name": "Group of NVIDIA Corporation GK107GL [GRID K1] GPUs", "types": [{"name": "GRID K120Q",
        "remaining": 6, "capacity": 8, "per_card": 8, "video_memory": 512}]}]
cpu_sockets:
  description: The hosts in RV(hosts) and their CPU sockets, by hypervisor.
  returned: always
  type: list
  elements: dict
  sample: [{"hypervisor": "KVM", "hosts": 8, "sockets": 14, "not_told": ["kvm8.example.net"]}]
  contains:
    hypervisor:
      description: The hypervisor, in the server's words.
      type: str
    hosts:
      description: Number of hosts.
      type: int
    sockets:
      description: Number of their CPU sockets, without the hosts in RV(cpu_sockets[].not_told).
      type: int
    not_told:
      description: Names of hosts whose number of sockets CloudStack does not know, because the agent did not report it.
      type: list
      elements: str
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import CLUSTER, NAME, POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_hosts

FILTERS: Spec = {
    **POD,
    **CLUSTER,
    "hypervisor": {"type": "str"},
    "resource_state": {"type": "str"},
    "gpus": {"type": "bool", "default": False},
}

TASK = ApiTask(
    options={**NAME, **ZONE, **FILTERS, "fields": {"type": "list", "elements": "str"}},
    operation=lambda cloud, p, check: listed_hosts(cloud, p["name"], p["zone"], taken(p, FILTERS), p["fields"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
