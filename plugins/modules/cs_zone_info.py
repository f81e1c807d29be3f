#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_zone_info
short_description: Read zones of Apache CloudStack
description:
  - Returns all zones, or those of a name or id.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
options:
  zone:
    description: Name or id of a zone. Without it, all are returned. An unknown name returns an empty list.
    type: str
    aliases: [name]
seealso:
  - module: hostcraft.cloudstack.cs_zone
"""

EXAMPLES = r"""
- name: List all zones
  hostcraft.cloudstack.cs_zone_info:
  register: result

- name: Show the names of the zones
  ansible.builtin.debug:
    msg: "{{ result.zones | map(attribute='name') }}"
"""

RETURN = r"""
zones:
  description: The zones, each with the values that M(hostcraft.cloudstack.cs_zone) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed

TASK = ApiTask(
    options={"zone": {"type": "str", "aliases": ["name"]}},
    operation=lambda cloud, p, check: listed("zones", cloud.zones, p["zone"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
