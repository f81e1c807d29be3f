#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_allocation_state_info
short_description: Read which zones, pods and clusters of Apache CloudStack accept new VMs
description:
  - Returns the allocation state of every zone, pod and cluster, and the disabled places around each.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing.zone
seealso:
  - module: hostcraft.cloudstack.cs_allocation_state
"""

EXAMPLES = r"""
- name: Read the allocation states of a zone
  hostcraft.cloudstack.cs_allocation_state_info:
    zone: zurich
  register: result

- name: Show the disabled places
  ansible.builtin.debug:
    msg: "{{ result.places | selectattr('allocation_state', 'equalto', 'Disabled') | map(attribute='name') }}"
"""

RETURN = r"""
places:
  description: Zones, their pods and their clusters, each as M(hostcraft.cloudstack.cs_allocation_state) returns it.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.allocation_states import (
    listed_allocation_states,
)

TASK = ApiTask(
    options=ZONE,
    operation=lambda cloud, p, check: listed_allocation_states(cloud, p["zone"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
