#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_doctor
short_description: Find what is wrong with an Apache CloudStack as a whole
description:
  - Runs every check of this collection that needs the API alone, and returns all findings in one list, worst first.
    Each finding has a code, the evidence, a remedy, and the modules and playbooks that help.
  - Checks capacity, rolling maintenance, hosts, VLANs, high availability, fencing, storage, certificates, system VMs
    and their templates, routers, management servers, alerts, usage and settings.
  - A check that fails is a finding with the code V(judge_failed). The other checks go on.
  - Findings of modules that run elsewhere, such as M(hostcraft.cloudstack.cs_backup_info), are added with O(results).
  - M(hostcraft.cloudstack.cs_report) makes a page of the result.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.vlans
  - hostcraft.cloudstack.looks.findings
options:
  zone:
    description: Name or id of a zone. Without it, all zones are examined.
  judges:
    description: The checks to run. All by default.
    type: list
    elements: str
    choices:
      - capacity
      - rolls
      - hosts
      - vlans
      - ha
      - fencing
      - storage
      - certificates
      - console_certificates
      - system_vms
      - templates
      - routers
      - router_monitoring
      - management_servers
      - alerts
      - usage
      - settings
    default: []
  spare_hosts:
    description: Number of hosts of a cluster that may fail at the same time (the f of N+f).
    type: int
    default: 1
  days:
    description: Report certificates that expire in fewer days.
    type: int
    default: 30
  probe:
    description: Whether the TLS ports of hosts, system VMs and management servers are asked for their certificates.
    type: bool
    default: true
  results:
    description:
      - Registered results of other modules that return findings, by the name of the module. A result, a list of
        results, or what a loop registered.
    type: dict
    default: {}
  fail:
    default: never
requirements:
  - cryptography, for the Python interpreter that runs the task
seealso:
  - module: hostcraft.cloudstack.cs_report
  - module: hostcraft.cloudstack.cs_backup_info
"""

EXAMPLES = r"""
- name: Examine the cloud
  hostcraft.cloudstack.cs_doctor:
  register: doctor

- name: Show what is wrong
  ansible.builtin.debug:
    msg: "{{ doctor.text }}"

- name: Check the backups on the management server
  hostcraft.cloudstack.cs_backup_info:
    path: /var/backups/cloudstack
    fail: never
  delegate_to: management1
  register: backups

- name: Fail if anything of a zone needs work, backups included
  hostcraft.cloudstack.cs_doctor:
    zone: zurich
    results:
      cs_backup_info: "{{ backups }}"
    ignore: [one_server]
    fail: hurts
"""

RETURN = r"""
findings:
  description: What is wrong, worst first.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the finding.
      type: str
    severity:
      description: V(blocks), V(hurts) or V(note).
      type: str
    judge:
      description: The check that found it, or the module whose result was given.
      type: str
    zone:
      description: Name of the zone. Empty if the finding is not about one zone alone.
      type: str
    object:
      description: Name of what it is about, such as a host or a cluster. Empty if it is not about a single object.
      type: str
    evidence:
      description: What was seen.
      type: str
    remedy:
      description: What to do.
      type: str
    tools:
      description: Modules and playbooks that help.
      type: list
      elements: str
    source:
      description: Source of the finding, such as a section of CloudStack's documentation or an issue.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample:
    - code: no_spare_capacity
      severity: hurts
      judge: capacity
      zone: zurich
      object: kvm-a
      tools: [cs_capacity_info]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: What could not be checked, with C(code), C(judge), C(zone) and what was C(missing).
  returned: always
  type: list
  elements: dict
  sample: [{"code": "probe", "judge": "console_certificates", "zone": "", "missing": "no port was checked"}]
judged:
  description: Names of the checks that ended, and of the modules whose results were given.
  returned: always
  type: list
  elements: str
  sample: [capacity, rolls, hosts]
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 0, "hurts": 1, "note": 3}
text:
  description: The same as readable lines.
  returned: always
  type: list
  elements: str
  sample: ["17 checks: 0 blocks, 1 hurts, 3 note"]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.doctor import DOCTOR, tell
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=DOCTOR, operation=tell)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
