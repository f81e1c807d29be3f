#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_system_vm_template_info
short_description: Show templates of system VMs and routers of Apache CloudStack
description:
  - Shows the templates of system VMs in each zone, and whether each hypervisor of a zone has one that is ready. This
    includes the first one, which is seeded on the secondary storage.
  - Shows which template new routers get, and which system VMs and routers are outdated.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.looks.findings
options:
  hypervisor:
    description: Show only templates of this hypervisor.
    type: str
    choices: [KVM, XenServer, VMware, Hyperv, LXC, Ovm3]
  fail:
    default: never
seealso:
  - module: hostcraft.cloudstack.cs_system_vm_template
"""

EXAMPLES = r"""
- name: Check after an upgrade that every system VM has the present template
  hostcraft.cloudstack.cs_system_vm_template_info:
    fail: hurts
"""

RETURN = r"""
templates:
  description: Templates of system VMs, one row for each zone.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: ID of the template.
      type: str
    name:
      description: Name of the template.
      type: str
    hypervisor:
      description: Its hypervisor.
      type: str
    zone_id:
      description: ID of the zone.
      type: str
    zone:
      description: Name of the zone.
      type: str
    type:
      description: V(SYSTEM), V(ROUTING) or another type.
      type: str
    format:
      description: Its format.
      type: str
    url:
      description: Where it comes from.
      type: str
    checksum:
      description: Its checksum.
      type: str
    ready:
      description: Whether it is ready in the zone.
      type: bool
    complete:
      description: Whether it is ready and every image store that the server shows has it.
      type: bool
    status:
      description: Status of the download.
      type: str
    public:
      description: Whether all users see it.
      type: bool
    featured:
      description: Whether it is featured.
      type: bool
    extractable:
      description: Whether it can be downloaded.
      type: bool
    password_enabled:
      description: Whether it sets passwords.
      type: bool
    copies:
      description: Image stores and primary storage pools, with V(store), V(role), V(state) and V(percent).
      type: list
      elements: dict
  sample: [{"name": "systemvm-kvm-4.22.0", "zone": "zurich", "ready": true, "complete": true}]
defaults:
  description: The template that new routers get, for each zone and hypervisor. Empty if the server has no setting.
  returned: always
  type: list
  elements: dict
  sample: [{"zone": "zurich", "hypervisor": "KVM", "template": "SystemVM Template (KVM)"}]
behind:
  description: System VMs and routers that do not have the template that new ones get, or are too old.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the system VM or router.
      type: str
    kind:
      description: What it is.
      type: str
    zone:
      description: Name of its zone.
      type: str
    state:
      description: Its state.
      type: str
    template:
      description: Name of its template.
      type: str
    version:
      description: Its version.
      type: str
    why:
      description: V(template), V(version) or V(requires_upgrade).
      type: list
      elements: str
  sample: [{"name": "v-2-VM", "kind": "console proxy", "template": "systemvm-kvm-4.20.0", "why": ["template"]}]
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
  sample: [{"code": "template_missing", "severity": "blocks", "evidence": "zone zurich, KVM"}]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: Always empty.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 1, "hurts": 0, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.system_vms.templates import (
    INFO,
    tell_templates,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=INFO, operation=tell_templates)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
