#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_portable_ip_range_info
short_description: Read portable IP ranges of Apache CloudStack
description:
  - Returns all ranges of portable addresses, or those of a region, with the user of each address.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
options:
  region:
    description: Name or ID of the region.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_portable_ip_range
"""

EXAMPLES = r"""
- name: List the portable ranges
  hostcraft.cloudstack.cs_portable_ip_range_info:
  register: result

- name: Show how many of their addresses are in use
  ansible.builtin.debug:
    msg: "{{ result.portable_ip_ranges | map(attribute='used') | sum }}"
"""

RETURN = r"""
portable_ip_ranges:
  description: The ranges, each with the values that M(hostcraft.cloudstack.cs_portable_ip_range) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.portable_ranges import (
    listed_portable_ranges,
)

TASK = ApiTask(
    options={"region": {"type": "str"}},
    operation=lambda cloud, p, check: listed_portable_ranges(cloud, p["region"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
