#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vsphere_check
short_description: Check whether a vSphere cluster can join Apache CloudStack and work in it
description:
  - Reads a cluster of a vCenter and returns every requirement of CloudStack that it does not meet, each with a code,
    evidence, a remedy and a source.
  - Checks the location and settings of the cluster, versions, CPUs, switches and traffic labels, the management
    network, time, the firewall, iSCSI, datastores and paths.
  - Changes nothing. Needs no access to CloudStack's API. Runs on a machine that can connect to the vCenter and has
    pyvmomi.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.hypervisor.vsphere
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
options:
  traffic_labels:
    description:
      - VMware traffic labels of the zone's physical networks, by traffic type.
      - A label is V(SWITCH), V(SWITCH,VLAN) or V(SWITCH,VLAN,KIND); kinds are V(vmwaresvs), V(vmwaredvs), V(nexusdvs).
    type: dict
    suboptions:
      management:
        description: Of management traffic.
        type: list
        elements: str
        default: []
      storage:
        description: Of storage traffic.
        type: list
        elements: str
        default: []
      public:
        description: Of public traffic.
        type: list
        elements: str
        default: []
      guest:
        description: Of guest traffic.
        type: list
        elements: str
        default: []
  joined:
    description: Whether the cluster is already in CloudStack. If not, it must not contain VMs.
    type: bool
    default: false
  management_portgroup:
    description: CloudStack's setting C(vmware.management.portgroup).
    type: str
    default: Management Network
  management_vlan:
    description: Expected VLAN of the management port group, V(0) for none. Not checked if not set.
    type: int
  use_dvswitch:
    description: Value of CloudStack's setting C(vmware.use.dvswitch), if known.
    type: bool
  console_ports:
    description:
      - TCP ports, as V(FIRST-LAST), that console proxies connect to; see CloudStack's settings
        C(vmware.additional.vnc.portrange.start) and C(vmware.additional.vnc.portrange.size).
      - By default, V(59000-60000) is checked on hosts of version 4, and nothing on newer ones.
    type: list
    elements: str
    default: []
  ntp_servers:
    description: Expected NTP servers of the hosts. By default, any server is accepted.
    type: list
    elements: str
    default: []
  iscsi_targets:
    description: Addresses of iSCSI targets that every host must have, if primary storage uses iSCSI.
    type: list
    elements: str
    default: []
  minimum_version:
    description: Minimum version of the hosts.
    type: str
    default: "4.1"
notes:
  - The table of codes is in the guide on vSphere.
seealso:
  - module: hostcraft.cloudstack.cs_vsphere_host
  - module: hostcraft.cloudstack.cs_vmware_dc
"""

EXAMPLES = r"""
- name: Check that a cluster can join
  hostcraft.cloudstack.cs_vsphere_check:
    cluster: zurich-dc/cloud-1
    hypervisor:
      url: https://vcenter.example.net
      username: cloudstack@vsphere.local
      password: "{{ vault_vcenter_password }}"
      ca_path: /etc/ssl/vcenter-ca.pem
    traffic_labels:
      management: [vSwitch0]
      public: ["dvSwitch1,300,vmwaredvs"]
      guest: ["dvSwitch0,,vmwaredvs"]
    use_dvswitch: true
    ntp_servers: [ntp1.example.net, ntp2.example.net]

- name: Read the state of a cluster without failing
  hostcraft.cloudstack.cs_vsphere_check:
    cluster: zurich-dc/cloud-1
    joined: true
    fail: never
  register: seen
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
      description: Section of CloudStack's documentation that describes it.
      type: str
    host:
      description: The host. Empty if the finding is about the cluster.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample:
    - code: switch_missing
      severity: blocks
      evidence: >-
        The host does not have the switch named in a traffic label: guest traffic uses vSwitch1; existing switches are
        vSwitch0
      remedy: "create the switch, or correct the label: the names of switches must be the same on all hosts of a zone"
      source: "vSphere: Configure Virtual Switch"
      host: esx01.example.net
      facts: {}
ignored:
  description: Findings that were ignored because of O(ignore).
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: Checks that could not be made, with the missing information.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {blocks: 1, hurts: 0, note: 0}
cluster:
  description: What was seen.
  returned: always
  type: dict
  sample: {name: cloud-1, datacenter: zurich-dc, ha: true, drs: fullyAutomated}
code:
  description: V(cluster_not_fit) if findings failed the task.
  returned: failure
  type: str
  sample: cluster_not_fit
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.vsphere.hosts import check_main


def main() -> None:
    check_main()


if __name__ == "__main__":
    main()
