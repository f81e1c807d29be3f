#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_traffic_type_info
short_description: Read traffic types of physical networks of Apache CloudStack
description:
  - Returns the traffic types of one physical network, or of all physical networks of a zone.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.listing.physical_network
seealso:
  - module: hostcraft.cloudstack.cs_traffic_type
"""

EXAMPLES = r"""
- name: List the traffic types of a zone
  hostcraft.cloudstack.cs_traffic_type_info:
    zone: zurich
  register: result

- name: Show the bridges of the traffic types
  ansible.builtin.debug:
    msg: "{{ result.traffic_types | items2dict(key_name='traffic_type', value_name='kvm_networklabel') }}"
"""

RETURN = r"""
traffic_types:
  description: The traffic types, each with the values that M(hostcraft.cloudstack.cs_traffic_type) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import PHYSICAL_NETWORK
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_traffic_types

TASK = ApiTask(
    options={**ZONE, **PHYSICAL_NETWORK},
    operation=lambda cloud, p, check: listed_traffic_types(cloud, p["zone"], p["physical_network"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
