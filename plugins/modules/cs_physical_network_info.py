#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_physical_network_info
short_description: Read physical networks of Apache CloudStack
description:
  - Returns all physical networks, those of a zone, or those of a name or id, with their network service providers.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
options:
  name:
    aliases: [physical_network]
seealso:
  - module: hostcraft.cloudstack.cs_physical_network
"""

EXAMPLES = r"""
- name: List the physical networks of a zone
  hostcraft.cloudstack.cs_physical_network_info:
    zone: zurich
  register: result

- name: Show the guest VLANs
  ansible.builtin.debug:
    msg: "{{ result.physical_networks | items2dict(key_name='name', value_name='vlan') }}"
"""

RETURN = r"""
physical_networks:
  description: The networks, each with the values that M(hostcraft.cloudstack.cs_physical_network) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_physical_networks

TASK = ApiTask(
    options={"name": {**NAME["name"], "aliases": ["physical_network"]}, **ZONE},
    operation=lambda cloud, p, check: listed_physical_networks(cloud, p["name"], p["zone"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
