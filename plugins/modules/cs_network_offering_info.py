#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_offering_info
short_description: Read network offerings of Apache CloudStack
description:
  - Returns all network offerings, or those of a name, guest type or use of VLANs.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
options:
  guest_ip_type:
    description: Guest type of the offerings.
    type: str
    choices: [Isolated, Shared, L2]
  specify_vlan:
    description: Whether their networks are given their VLAN.
    type: bool
seealso:
  - module: hostcraft.cloudstack.cs_network_offering
"""

EXAMPLES = r"""
- name: List offerings for isolated networks with a chosen VLAN
  hostcraft.cloudstack.cs_network_offering_info:
    guest_ip_type: Isolated
    specify_vlan: true
  register: result
"""

RETURN = r"""
network_offerings:
  description: The offerings, each with the values that M(hostcraft.cloudstack.cs_network_offering) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone import shown
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed

FILTERS: Spec = {
    "guest_ip_type": {"type": "str", "choices": ["Isolated", "Shared", "L2"]},
    "specify_vlan": {"type": "bool"},
}

TASK = ApiTask(
    options={**NAME, **FILTERS},
    operation=lambda cloud, p, check: listed(
        "network_offerings", cloud.network_offerings, p["name"], shown.network_offering, **taken(p, FILTERS)
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
