#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_site_info
short_description: Compare a zone of Apache CloudStack with its declaration
description:
  - Returns where a zone differs from its declaration. Objects may be missing, different, impossible to make as
    declared, or not declared.
  - Objects that are declared are compared by the decisions of M(hostcraft.cloudstack.cs_site).
  - Objects that are not declared are reported if their list is set. For example, without C(primary_storage) in the
    declaration, no pool is reported, and with an empty list all of them are. Hosts are reported if O(hosts) is not
    empty.
  - Settings, providers, guest networks, local storage and image stores that serve all zones are never reported as not
    declared.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.site
  - hostcraft.cloudstack.looks.findings
options:
  fail:
    default: never
seealso:
  - module: hostcraft.cloudstack.cs_site
  - module: hostcraft.cloudstack.cs_doctor
"""

EXAMPLES = r"""
- name: Compare the zone with its declaration
  hostcraft.cloudstack.cs_site_info:
    declaration: "{{ cloudstack_zone }}"
    hosts: "{{ hostvars | hostcraft.cloudstack.declared_hosts(groups['cloudstack_hosts'])
      | hostcraft.cloudstack.hosts_with_passwords(hostvars) }}"
  register: drift

- name: Show what differs
  ansible.builtin.debug:
    msg: "{{ drift.text }}"

- name: Examine the whole cloud, and add what differs
  hostcraft.cloudstack.cs_doctor:
    zone: zurich
    results:
      cs_site_info: "{{ drift }}"
"""

RETURN = r"""
findings:
  description: What differs, worst first.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: V(declared_impossible), V(declared_missing), V(declared_differently) or V(not_declared).
      type: str
    severity:
      description: V(blocks), V(hurts) or V(note).
      type: str
    host:
      description: Kind and name of the object.
      type: str
    evidence:
      description: What differs.
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Source of the finding, such as a section of CloudStack's documentation or an issue.
      type: str
    facts:
      description: The C(kind) and C(name) of the object, and its values C(before) and C(after) a run of cs_site.
      type: dict
  sample:
    - code: declared_differently
      severity: hurts
      host: host kvm-a4.zurich.example.net
      evidence: "differs from its declaration: host kvm-a4.zurich.example.net: host_tags [gpu, ssd] -> [gpu]"
ignored:
  description: Findings with a code in O(ignore).
  returned: always
  type: list
  elements: dict
unseen:
  description: Always empty.
  returned: always
  type: list
  elements: dict
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 0, "hurts": 1, "note": 0}
text:
  description: A summary, and a line for each finding.
  returned: always
  type: list
  elements: str
  sample: ["54 objects: 0 blocks, 1 hurts, 0 note"]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.drift import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
