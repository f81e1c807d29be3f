#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_secondary_storage_check
short_description: Check a secondary storage VM of Apache CloudStack from the inside
description:
  - Looks into a secondary storage VM by SSH, and reports faults of the agent, the mounts, the route to each store, DNS,
    port 8250 of each management server, and the download of templates.
  - Run it on the KVM or XenServer host of the system VM with its link-local address. For VMware, run it on a management
    server with the private address and its key.
  - Writes and removes an empty file in each mounted store. Changes nothing else.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
options:
  name:
    description: Name of the system VM, for the report.
    type: str
    default: ""
  address:
    description: Link-local or private address of the system VM, from M(hostcraft.cloudstack.cs_system_vm_info).
    type: str
    required: true
  port:
    description: Port of SSH in the system VM.
    type: int
    default: 3922
  key:
    description: File of the private key for system VMs on the machine that the task runs on.
    type: path
    default: /root/.ssh/id_rsa.cloud
  servers:
    description: Addresses or names of all management servers, or of their load balancer.
    type: list
    elements: str
    default: []
  stores:
    description: Addresses or names of NFS servers of secondary storage.
    type: list
    elements: str
    default: []
  resolve:
    description: A name that the system VM has to resolve. By default DNS is not checked.
    type: str
    default: ""
  download:
    description: URL of a template of which the first bytes are downloaded. By default no download is tried.
    type: str
    default: ""
  timeout:
    description: Seconds that the whole check may take.
    type: float
    default: 120
seealso:
  - module: hostcraft.cloudstack.cs_system_vm_info
  - module: hostcraft.cloudstack.cs_diagnostics
"""

EXAMPLES = r"""
- name: Check the secondary storage VM of a KVM host
  hostcraft.cloudstack.cs_secondary_storage_check:
    name: s-1-VM
    address: 169.254.68.151
    servers: [192.0.2.10, 192.0.2.11]
    stores: [192.0.2.20]
    resolve: download.example.com
    download: https://download.example.com/template.qcow2
"""

RETURN = r"""
seen:
  description: What was seen inside of the system VM.
  returned: when the system VM was reached
  type: dict
  sample: {"agent": "active", "nameservers": ["192.0.2.53"], "servers": {"192.0.2.10": true}, "download": 206}
findings:
  description: What is wrong, worst first.
  returned: when the system VM was reached
  type: list
  elements: dict
  contains:
    code:
      description: Code of the finding.
      type: str
    severity:
      description: V(blocks), V(hurts) or V(note).
      type: str
    evidence:
      description: What was seen.
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Source of the finding, such as a section of CloudStack's documentation or an issue.
      type: str
    host:
      description: Name of the system VM, or empty.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample: [{"code": "ssvm_server", "severity": "blocks", "host": "s-1-VM"}]
ignored:
  description: Findings that O(ignore) names.
  returned: when the system VM was reached
  type: list
  elements: dict
  sample: []
unseen:
  description: Checks that were not made, and why.
  returned: when the system VM was reached
  type: list
  elements: dict
  sample: [{"code": "ssvm_download", "missing": "no URL was set"}]
summary:
  description: Number of findings of each severity.
  returned: when the system VM was reached
  type: dict
  sample: {"blocks": 1, "hurts": 0, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.system_vms.storage_check import main

if __name__ == "__main__":
    main()
