#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_hypervisor_capability_info
short_description: Read what Apache CloudStack assumes about hypervisors
description:
  - Returns the limits and capabilities of all hypervisors and versions, or of one hypervisor.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
options:
  hypervisor:
    description: Hypervisor, such as V(XenServer), V(VMware) or V(KVM).
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_hypervisor_capability
"""

EXAMPLES = r"""
- name: Read the limits of XenServer
  hostcraft.cloudstack.cs_hypervisor_capability_info:
    hypervisor: XenServer
  register: result

- name: Show the maximum number of guests of each version
  ansible.builtin.debug:
    msg: "{{ dict(rows | map(attribute='version') | zip(rows | map(attribute='max_guests'))) }}"
  vars:
    rows: "{{ result.hypervisor_capabilities }}"
"""

RETURN = r"""
hypervisor_capabilities:
  description: The entries, each with the values that M(hostcraft.cloudstack.cs_hypervisor_capability) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.hypervisor_capabilities import (
    listed_capabilities,
)

TASK = ApiTask(
    options={"hypervisor": {"type": "str"}},
    operation=lambda cloud, p, check: listed_capabilities(cloud, p["hypervisor"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
