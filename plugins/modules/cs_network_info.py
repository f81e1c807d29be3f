#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_info
short_description: Read guest networks of Apache CloudStack
description:
  - Returns all guest networks, or those of a zone or physical network, with their VLAN, their state, and whether the
    server shuts them down when they are idle. Networks of projects are not among them.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.physical_network
seealso:
  - module: hostcraft.cloudstack.cs_network
  - module: hostcraft.cloudstack.cs_vlan_info
"""

EXAMPLES = r"""
- name: List the networks of a zone
  hostcraft.cloudstack.cs_network_info:
    zone: zurich
  register: result

- name: Show networks that keep their VLAN
  ansible.builtin.debug:
    msg: "{{ result.networks | rejectattr('collected') | map(attribute='name') }}"
"""

RETURN = r"""
networks:
  description: The networks, each with the values that M(hostcraft.cloudstack.cs_network) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME, PHYSICAL_NETWORK, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.guest_networks import show
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_in

PLACES: Spec = {**ZONE, **PHYSICAL_NETWORK}

TASK = ApiTask(
    options={**NAME, **PLACES},
    operation=lambda cloud, p, check: listed_in(
        cloud, "networks", cloud.networks, p["name"], taken(p, PLACES), show=show
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
