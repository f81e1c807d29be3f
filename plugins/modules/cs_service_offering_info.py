#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_service_offering_info
short_description: Read compute offerings of Apache CloudStack
description:
  - Returns all compute offerings, or those of a name. Offerings of system VMs are not among them.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
seealso:
  - module: hostcraft.cloudstack.cs_service_offering
"""

EXAMPLES = r"""
- name: List the compute offerings
  hostcraft.cloudstack.cs_service_offering_info:
  register: result

- name: Show those that dedicate hosts to accounts
  ansible.builtin.debug:
    msg: "{{ result.service_offerings | selectattr('implicit_dedication') | map(attribute='name') }}"
"""

RETURN = r"""
service_offerings:
  description: The offerings, each with the values that M(hostcraft.cloudstack.cs_service_offering) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.service_offerings import show

TASK = ApiTask(
    options=NAME,
    operation=lambda cloud, p, check: listed("service_offerings", cloud.service_offerings, p["name"], show),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
