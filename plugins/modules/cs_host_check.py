#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_check
short_description: Check whether a KVM host can join Apache CloudStack and work in it
description:
  - Examines the host that the task runs on. Returns every reason why adding it would fail or cause problems, each with
    a code, evidence, a remedy and a source.
  - Changes nothing. Needs no access to the API. Runs on the host, preferably as root, because other users cannot see
    everything.
  - With O(peers), the host is also compared with the other hosts of its cluster.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  name:
    description: Name of the host in findings. Defaults to its host name.
    type: str
  joined:
    description:
      - Whether the host is already in CloudStack. If it is, a keystore and a guid are expected, and libvirt must accept
        migrations.
    type: bool
    default: false
  management_servers:
    description: Addresses that the agent connects to, as V(ADDRESS) or V(ADDRESS:PORT). The default port is 8250.
    type: list
    elements: str
    default: []
  secondary_storage:
    description: URLs of secondary storage, such as V(nfs://nfs.example.net/export/secondary).
    type: list
    elements: str
    default: []
  sites:
    description:
      - Addresses outside of the cloud that the host must connect to, such as package repositories, as V(ADDRESS) or
        V(ADDRESS:PORT). The default port is 443.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  programs:
    description:
      - Further programs that may listen on the network, such as V(node_exporter). Others are reported as
        C(service_unexpected), because CloudStack recommends to run nothing else on its hosts.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  mount:
    description:
      - Also mount O(secondary_storage), read-only, in a mount namespace that ends after the check.
      - Without it, only a connection to the port of the storage is tested.
    type: bool
    default: false
  peers:
    description: Results of this module on the other hosts of the cluster. They may include the host itself.
    type: list
    elements: dict
    default: []
  peer_addresses:
    description:
      - Addresses of the other hosts of the cluster, to test whether they accept migrations (ports 16514 or 16509).
    type: list
    elements: str
    default: []
  username:
    description: User that the management server logs in as to prepare the host.
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
    description: Maximum number of VXLANs of a host.
    type: int
    default: 200
  memory_factor:
    description:
      - Memory over-provisioning factor of the cluster. CloudStack assumes that every host can provide it. Above V(1),
        memory and swap of the host are compared with what is promised to VMs.
    type: float
    default: 1.0
    version_added: 1.0.0
  direct_download:
    description: Whether hosts download templates themselves, bypassing secondary storage, for which they need aria2.
    type: bool
    default: false
    version_added: 1.0.0
  minimum_memory:
    description:
      - Memory in MiB that the host needs. Ten percent less is accepted, because firmware and kernel reserve some.
    type: int
    default: 4096
  minimum_disk:
    description: Local disk in GiB that the host needs. Ten percent less is accepted.
    type: int
    default: 36
  updates:
    description:
      - Also report pending updates, as the package manager knows them. The module does not refresh the package lists.
    type: bool
    default: false
  maximum_offset:
    description: Maximum offset of the clock in seconds.
    type: float
    default: 0.5
  certificate_days:
    description: Number of days before its end from which a certificate is reported as expiring.
    type: int
    default: 30
  timeout:
    description: Maximum number of seconds for one command or connection.
    type: float
    default: 10
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
  - hostcraft.cloudstack.machine.labels
notes:
  - The table of codes is in the guide on host checks.
seealso:
  - module: hostcraft.cloudstack.cs_host
  - plugin: hostcraft.cloudstack.cluster_findings
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check that a host can join a cluster
  hostcraft.cloudstack.cs_host_check:
    traffic_labels: [cloudbr0, cloudbr1]
    management_servers: [10.10.0.5, 10.10.0.6]
    secondary_storage: ["nfs://nfs.example.net/export/secondary"]
    sites: [download.cloudstack.org, "deb.debian.org:80"]

- name: Read the state of every host of a cluster without failing
  hostcraft.cloudstack.cs_host_check:
    name: "{{ inventory_hostname }}"
    traffic_labels: [cloudbr0]
    fail: never
  register: seen

- name: Compare the hosts with each other
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
  description: The findings, worst first.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the check.
      type: str
    severity:
      description: V(blocks) if adding fails, V(hurts) if something fails later, V(note) for information.
      type: str
    evidence:
      description: Description of the problem, with evidence.
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Section of CloudStack's documentation, or issue, that describes it.
      type: str
    host:
      description: The host, if the finding compares hosts.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample:
    - code: bridge_missing
      severity: blocks
      evidence: "The traffic label names an interface that does not exist: no 'cloudbr1'; bridges are cloudbr0"
      remedy: create the bridge, or correct the KVM traffic label of the physical network
      source: "KVM: Configure the Network Bridges; cs#9705"
      host: ""
      facts: {label: cloudbr1}
unseen:
  description: Checks that could not be made, with the missing information.
  returned: always
  type: list
  elements: dict
  sample: [{code: clock_offset, missing: the offset of the clock (chrony is not installed)}]
ignored:
  description: Findings that were ignored because of O(ignore).
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {blocks: 1, hurts: 0, note: 0}
facts:
  description: The evidence that was read, for O(peers) of the other hosts. C(null) if something could not be read.
  returned: always
  type: dict
  sample: {name: kvm1.example.net, machine: {architecture: x86_64, cgroup: 2}}
code:
  description: V(host_not_fit) if findings failed the task.
  returned: failure
  type: str
  sample: host_not_fit
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.check import main

if __name__ == "__main__":
    main()
