#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vlan_probe
short_description: Test whether the switches pass VLANs between KVM hosts
description:
  - Runs on several KVM hosts at the same time. Each host sends a frame on each VLAN every second, and returns the VLANs
    on which it heard the other hosts. M(hostcraft.cloudstack.cs_trunk_info) checks the hosts themselves; this module
    checks the switches between them.
  - The filter P(hostcraft.cloudstack.vlan_gaps#filter) compares the results of all hosts. The playbook C(check_vlans)
    does all of this.
  - Frames are sent on the interface on which the KVM agent creates VLANs. No interface, address or setting is created
    or changed, and VLANs that are in use are tested too. While the module runs, the interface is promiscuous.
  - The frames are broadcasts with the EtherType 0x88B5, which IEEE 802 reserves for experiments. VMs ignore
    them.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  label:
    description: The traffic label of the physical network; the bridge on the host. A network card is accepted too.
    type: str
    required: true
  vlan:
    description: VLANs to test, for example V(600-799).
    type: raw
    required: true
  hosts:
    description: Names of all hosts that take part, in the same order on each of them.
    type: list
    elements: str
    required: true
  name:
    description: Name of this host in O(hosts). Defaults to its host name.
    type: str
  run:
    description: Any text that is the same on all hosts and different in each run. Frames of other runs are ignored.
    type: str
    default: ""
  seconds:
    description: Number of seconds to send and to listen. All hosts must have started well before the first one ends.
    type: float
    default: 20
  rate:
    description:
      - Maximum number of frames per second that this host sends. Switches may take more broadcasts for a storm.
      - O(seconds) must be at least the number of VLANs divided by this number.
    type: int
    default: 500
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
notes:
  - Requires root, and C(ip) of iproute2.
  - All hosts have to run the task at the same time. With more hosts than Ansible has forks, run it in the background
    (C(async), C(poll=0)), as the playbook C(check_vlans) does. Otherwise hosts of different batches do not hear each
    other.
  - Frames leave by the network cards of an Open vSwitch bridge, not through the bridge.
seealso:
  - module: hostcraft.cloudstack.cs_trunk_info
  - module: hostcraft.cloudstack.cs_host_network_info
"""

EXAMPLES = r"""
- name: Send and hear frames on all hosts at the same time
  hostcraft.cloudstack.cs_vlan_probe:
    name: "{{ inventory_hostname }}"
    label: cloudbr1
    vlan: 600-799
    hosts: "{{ ansible_play_hosts }}"
  register: probed

- name: Check that every VLAN passes between all hosts
  ansible.builtin.assert:
    that: gaps == []
    fail_msg: "{{ gaps | join('. ') }}"
  vars:
    gaps: "{{ ansible_play_hosts | map('extract', hostvars, 'probed') | hostcraft.cloudstack.vlan_gaps }}"
  run_once: true
"""

RETURN = r"""
heard:
  description: VLANs on which frames of each other host arrived, by host. Hosts that were not heard are missing.
  returned: success
  type: dict
  sample: {kvm2: [600-799]}
moved:
  description:
    - Frames that arrived on another VLAN than they were sent on, by host, with C(vlan) and C(came_on). The latter is 0
      for frames without a tag.
  returned: success
  type: dict
  sample: {kvm2: [{vlan: 600, came_on: 0}]}
interfaces:
  description: The interfaces that the frames were sent on.
  returned: success
  type: list
  elements: str
  sample: [bond0]
vlans:
  description: The VLANs that were tested.
  returned: success
  type: list
  elements: str
  sample: [600-799]
name:
  description: Name of this host.
  returned: success
  type: str
  sample: kvm1
hosts:
  description: Names of all hosts.
  returned: success
  type: list
  elements: str
  sample: [kvm1, kvm2]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.trunks.probe import main

if __name__ == "__main__":
    main()
