#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_trunk_info
short_description: Check which VLANs of a zone of Apache CloudStack reach which hosts
description:
  - Compares the VLANs of a zone (guest VLANs, VLANs chosen by administrators, private gateways, shared, public,
    management and storage ranges) with the networks of its hosts. Returns a matrix of hosts and VLANs that shows
    whether each VLAN reaches the NICs of the host, does not reach them, or cannot be seen, with a code and a remedy.
  - A traffic label is searched among the bridges and NICs on KVM, among the networks on XenServer, and among the
    switches on VMware.
  - Switches beyond the NICs of the hosts are not checked.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.listing.physical_network
  - hostcraft.cloudstack.listing.vlan
options:
  cluster:
    description:
      - Name or id of the cluster to check. Required with O(hypervisor) in a zone with several clusters, unless all are
        KVM.
    type: str
  hosts:
    description:
      - Results of M(hostcraft.cloudstack.cs_host_network_info) on KVM hosts. They are preferred to O(hypervisor).
      - A host is identified by its address, or else by its name. Failed results are ignored.
    type: list
    elements: dict
    default: []
seealso:
  - module: hostcraft.cloudstack.cs_host_network_info
  - module: hostcraft.cloudstack.cs_vlan_info
  - module: hostcraft.cloudstack.cs_traffic_type
"""

EXAMPLES = r"""
- name: Read the bridges on every KVM host
  hostcraft.cloudstack.cs_host_network_info:
  register: seen

- name: Check that VLANs 300-399 reach every host
  hostcraft.cloudstack.cs_trunk_info:
    zone: zurich
    vlan: 300-399
    hosts: "{{ ansible_play_hosts | map('extract', hostvars, 'seen') }}"
  delegate_to: localhost
  run_once: true
  register: trunks

- name: Show hosts that VLANs do not reach
  ansible.builtin.debug:
    msg: "{{ row.host }}: {{ row.vlans | join(', ') }}: {{ row.message }} ({{ row.remedy }})"
  loop: "{{ trunks.matrix | selectattr('state', 'ne', 'reaches') }}"
  loop_control:
    loop_var: row
    label: "{{ row.host }}"

- name: Check the VLANs of a XenServer pool
  hostcraft.cloudstack.cs_trunk_info:
    zone: zurich
    cluster: xen-1
    hypervisor:
      url: https://xen1.example.net
      username: root
      password: "{{ xen_password }}"
"""

RETURN = r"""
zone:
  description: Name of the zone.
  returned: always
  type: str
  sample: zurich
matrix:
  description: One row for each host and each user of VLANs.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      type: str
      sample: kvm1
    cluster:
      description: Name of its cluster.
      type: str
    hypervisor:
      description: Its kind.
      type: str
    physical_network:
      description: Name of the physical network.
      type: str
    traffic_type:
      description: Traffic type of the VLANs.
      type: str
      sample: Guest
    label:
      description: Its label on this kind of hypervisor, or the default of the host.
      type: str
      sample: cloudbr1
    vlans:
      description: The VLANs.
      type: list
      elements: str
      sample: ["100-200"]
    holder:
      description:
        - V(guest_vlans) for the guest VLANs of the physical network, or a kind of holder as in
          M(hostcraft.cloudstack.cs_vlan_info).
      type: str
      sample: guest_vlans
    names:
      description: Names of the holders.
      type: list
      elements: str
    state:
      description: V(reaches), V(does_not) or V(unseen).
      type: str
      sample: does_not
    code:
      description:
        - V(reaches), V(host_unread), V(host_disconnected), V(label_unset), V(label_missing), V(label_tagged),
          V(no_uplink), V(no_carrier), V(carrier_unseen), V(vlan_filtered), V(trunk_unseen) or V(host_tags).
      type: str
      sample: label_missing
    message:
      description: What was seen.
      type: str
      sample: the host has no interface cloudbr1; the most similar name is cloudbr0
    remedy:
      description: What to do.
      type: str
    present:
      description: VLANs for which the host already has an interface or network.
      type: list
      elements: str
      sample: ["175"]
    nics:
      description: NICs that carry them.
      type: list
      elements: str
    mtu:
      description: MTU in bytes.
      type: int
incomplete:
  description:
    - VLANs that do not reach some hosts of a cluster, with C(cluster), C(physical_network), C(traffic_type), C(vlans),
      C(hosts) and C(of), the number of hosts of the cluster. A VM on such a VLAN cannot run on all hosts.
  returned: always
  type: list
  elements: dict
  sample:
    - {cluster: c1, physical_network: guests, traffic_type: Guest, vlans: [300-399], hosts: [kvm2], of: 4}
findings:
  description: Other differences. C(code) is V(mtu_differs).
  returned: always
  type: list
  elements: dict
clusters:
  description:
    - Each cluster with C(vlans_on_demand), whether a VLAN is added to a host with its first guest and removed with the
      last (KVM, XenServer) or stays on all hosts (VMware), C(vlans), the same in words, and the number of rows of
      RV(matrix) in each state.
  returned: always
  type: list
  elements: dict
  sample:
    - cluster: c1
      hypervisor: KVM
      vlans_on_demand: true
      vlans: on hosts that run a guest of it, as long as one runs there
      reaches: 4
      does_not: 0
      unseen: 0
tunnels:
  description: Physical networks that do not use VLANs, which are not checked.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.access import HYPERVISOR
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.trunks.question import OPTIONS, question
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.trunks.report import judged_trunks

TASK = ApiTask(
    options={**OPTIONS, **HYPERVISOR},
    operation=lambda cloud, p, check: judged_trunks(cloud, question(p)),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
