#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_check
short_description: Tell why a KVM host cannot join Apache CloudStack or will not work in it
description:
  - Looks at the host that the task runs on and names every reason at once why adding it would fail or hurt, each with a
    code, what was seen, what helps, and where that is written.
  - Changes nothing. Needs no access to the API; runs on the host, best as root, since much is hidden from others.
  - With O(peers) the host is compared with the others of its cluster too.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  name:
    description: Name of the host in findings; its host name unless something else is said.
    type: str
  joined:
    description:
      - Whether the host is in CloudStack already. Then its keystore and guid belong there, and libvirt has to take
        migrations.
    type: bool
    default: false
  traffic_labels:
    description: KVM traffic labels of the zone's physical networks. Each has to be a bridge with a usable card.
    type: list
    elements: str
    default: []
  management_servers:
    description: Addresses that the agent is to connect to, as V(ADDRESS) or V(ADDRESS:PORT); the port is 8250.
    type: list
    elements: str
    default: []
  secondary_storage:
    description: URLs of secondary storage, such as V(nfs://nfs.example.net/export/secondary).
    type: list
    elements: str
    default: []
  mount:
    description:
      - Try to mount O(secondary_storage) too, read-only, in a mount namespace that ends with the try.
      - Without it a connection to the storage's port has to do.
    type: bool
    default: false
  peers:
    description: Results of this module on the other hosts of the cluster. The host itself may be among them.
    type: list
    elements: dict
    default: []
  peer_addresses:
    description: Addresses of the cluster's other hosts, to see whether they take migrations (ports 16514 or 16509).
    type: list
    elements: str
    default: []
  username:
    description: User that the management server prepares the host as.
    type: str
    default: root
  ssh_port:
    description: Port that the management server connects to.
    type: int
    default: 22
  security_groups:
    description: Whether the zone uses security groups.
    type: bool
    default: false
  vxlan:
    description: Whether the zone isolates guest networks by VXLAN.
    type: bool
    default: false
  vxlan_networks:
    description: How many VXLANs a host may have to carry.
    type: int
    default: 200
  minimum_memory:
    description: Memory in MiB that the host needs. A tenth less passes, since firmware and kernel keep some.
    type: int
    default: 4096
  maximum_offset:
    description: Seconds that the clock may be off.
    type: float
    default: 0.5
  certificate_days:
    description: Days before its end from which on a certificate counts as expiring.
    type: int
    default: 30
  timeout:
    description: Seconds that one command or connection may take.
    type: float
    default: 10
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
notes:
  - The table of codes is in the guide on host checks.
seealso:
  - module: hostcraft.cloudstack.cs_host
  - plugin: hostcraft.cloudstack.cluster_findings
    plugin_type: filter
"""

EXAMPLES = r"""
- name: May this host join?
  hostcraft.cloudstack.cs_host_check:
    traffic_labels: [cloudbr0, cloudbr1]
    management_servers: [10.10.0.5, 10.10.0.6]
    secondary_storage: ["nfs://nfs.example.net/export/secondary"]

- name: Look at every host of a cluster, whatever is wrong with it
  hostcraft.cloudstack.cs_host_check:
    name: "{{ inventory_hostname }}"
    traffic_labels: [cloudbr0]
    fail: never
  register: seen

- name: Judge them against each other
  hostcraft.cloudstack.cs_host_check:
    name: "{{ inventory_hostname }}"
    traffic_labels: [cloudbr0]
    peers: "{{ ansible_play_hosts | map('extract', hostvars, 'seen') }}"
    peer_addresses: "{{ others | map('extract', hostvars, 'ansible_host') }}"
    ignore: [swap_absent]
    fail: hurts
  vars:
    others: "{{ ansible_play_hosts | difference([inventory_hostname]) }}"
"""

RETURN = r"""
findings:
  description: What is wrong, worst first.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the check.
      type: str
    severity:
      description: V(blocks) when adding fails, V(hurts) when something fails later, V(note) when it is good to know.
      type: str
    evidence:
      description: What is wrong and what was seen.
      type: str
    remedy:
      description: What helps.
      type: str
    source:
      description: Section of CloudStack's documents, or issue, that it is known from.
      type: str
    host:
      description: The host, where the finding compares hosts.
      type: str
    facts:
      description: The values that decided.
      type: dict
  sample:
    - code: bridge_missing
      severity: blocks
      evidence: "The traffic label names no interface: no 'cloudbr1'; bridges are cloudbr0"
      remedy: make the bridge, or correct the KVM traffic label of the physical network
      source: "KVM: Configure the Network Bridges; cs#9705"
      host: ""
      facts: {label: cloudbr1}
unseen:
  description: Checks that could not be made, with what could not be seen.
  returned: always
  type: list
  elements: dict
  sample: [{code: clock_offset, missing: how far the clock is off (chrony is not there)}]
ignored:
  description: Findings that O(ignore) left out.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: How many findings there are of each severity.
  returned: always
  type: dict
  sample: {blocks: 1, hurts: 0, note: 0}
facts:
  description: What was seen; C(null) where something could not be. For O(peers) of the other hosts.
  returned: always
  type: dict
  sample: {name: kvm1.example.net, machine: {architecture: x86_64, cgroup: 2}}
code:
  description: V(host_not_fit) when findings failed the task.
  returned: failure
  type: str
  sample: host_not_fit
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.check import main

if __name__ == "__main__":
    main()
