#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vpc_info
short_description: Read VPCs of Apache CloudStack
description:
  - Returns all VPCs, also those of projects, or those of a zone, with their tiers.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
seealso:
  - module: hostcraft.cloudstack.cs_vpc
"""

EXAMPLES = r"""
- name: List the VPCs of a zone
  hostcraft.cloudstack.cs_vpc_info:
    zone: zurich
  register: result

- name: Show their tiers with a VLAN
  ansible.builtin.debug:
    msg: "{{ result.vpcs | map(attribute='tiers') | flatten | selectattr('vlan') }}"
"""

RETURN = r"""
vpcs:
  description: The VPCs, each with the values that M(hostcraft.cloudstack.cs_vpc) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_in

TASK = ApiTask(
    options={**NAME, **ZONE},
    operation=lambda cloud, p, check: listed_in(cloud, "vpcs", cloud.vpcs, p["name"], taken(p, ZONE)),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
