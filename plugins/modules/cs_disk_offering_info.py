#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_disk_offering_info
short_description: Read disk offerings of Apache CloudStack
description:
  - Returns all disk offerings, or those of a name.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
seealso:
  - module: hostcraft.cloudstack.cs_disk_offering
"""

EXAMPLES = r"""
- name: List the disk offerings
  hostcraft.cloudstack.cs_disk_offering_info:
  register: result

- name: Show those that need storage with a tag
  ansible.builtin.debug:
    msg: "{{ result.disk_offerings | selectattr('storage_tags') | map(attribute='name') }}"
"""

RETURN = r"""
disk_offerings:
  description: The offerings, each with the values that M(hostcraft.cloudstack.cs_disk_offering) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed

TASK = ApiTask(
    options=NAME,
    operation=lambda cloud, p, check: listed("disk_offerings", cloud.disk_offerings, p["name"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
