#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_xenserver_check
short_description: Check whether a XenServer pool can join Apache CloudStack and work in it
description:
  - Reads a XenServer or XCP-ng pool and returns every requirement of CloudStack that it does not meet, each with a
    code, evidence and a remedy.
  - Looks at versions, products, CPUs, updates and network backends that differ, management on a VLAN, memory of the
    control domains, clocks and NTP, bonds that members do not have, traffic labels, and storage that is not plugged.
  - Changes nothing. Needs no access to CloudStack's API. Runs on a machine that can connect to the pool and has the
    Python package XenAPI.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
  - hostcraft.cloudstack.machine.labels
options:
  traffic_labels:
    description: XenServer traffic labels of the zone's physical networks. Each must be a network on every host.
  minimum_dom0_memory:
    description: Minimum memory of a control domain in MiB.
    type: int
    default: 2940
  joined:
    description:
      - Whether the pool is already in CloudStack. Set it to V(false) before the cluster is added; running VMs are a
        finding then.
    type: bool
    default: true
notes:
  - The table of codes is in the guide on XenServer pools.
seealso:
  - module: hostcraft.cloudstack.cs_hypervisor_info
  - module: hostcraft.cloudstack.cs_xenserver_network
"""

EXAMPLES = r"""
- name: Check that a pool can become a cluster
  hostcraft.cloudstack.cs_xenserver_check:
    traffic_labels: [cloud-private, cloud-public, cloud-guest]
    joined: false
    hypervisor:
      url: https://xen1.example.net
      username: root
      password: "{{ vault_xenserver_password }}"
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
      description: The host. Empty if the finding is about the pool.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample:
    - code: dom0_memory
      severity: hurts
      evidence: "The control domain has less memory than the minimum: xen2 has 1024 of 2940 MiB"
      remedy: set dom0_memory of cs_xenserver_pool and restart the host
      source: "XenServer: Configure XenServer dom0 Memory"
      host: xen2
      facts: {memory: 1073741824}
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
  sample: {blocks: 0, hurts: 1, note: 0}
hosts:
  description: The hosts of the pool, the master first.
  returned: always
  type: list
  elements: dict
  sample: [{name: xen1, address: 10.0.0.11, master: true, enabled: true, version: 8.3.0, dom0: 3221225472}]
ha:
  description: Whether the pool's own HA is on.
  returned: always
  type: bool
  sample: false
code:
  description: V(pool_not_fit) if findings failed the task.
  returned: failure
  type: str
  sample: pool_not_fit
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.xenserver.pool import check_main


def main() -> None:
    check_main()


if __name__ == "__main__":
    main()
