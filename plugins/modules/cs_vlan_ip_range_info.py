#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vlan_ip_range_info
short_description: Read public and shared IP ranges of Apache CloudStack
description:
  - Returns all ranges, or those of a zone, pod, network or physical network.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
  - hostcraft.cloudstack.listing.physical_network
options:
  network:
    description: Name or id of the network that the ranges are for.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_vlan_ip_range
"""

EXAMPLES = r"""
- name: List the ranges of a zone
  hostcraft.cloudstack.cs_vlan_ip_range_info:
    zone: zurich
  register: result

- name: Show the first addresses of public ranges
  ansible.builtin.debug:
    msg: "{{ result.vlan_ip_ranges | selectattr('for_virtual_network') | map(attribute='start_ip') }}"
"""

RETURN = r"""
vlan_ip_ranges:
  description: The ranges, each with the values that M(hostcraft.cloudstack.cs_vlan_ip_range) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone import shown
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import PHYSICAL_NETWORK, POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_in

PLACES: Spec = {**ZONE, **POD, "network": {"type": "str"}, **PHYSICAL_NETWORK}

TASK = ApiTask(
    options=PLACES,
    operation=lambda cloud, p, check: listed_in(
        cloud, "vlan_ip_ranges", cloud.vlan_ip_ranges, None, taken(p, PLACES), shown.vlan_ip_range
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
