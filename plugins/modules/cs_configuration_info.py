#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_configuration_info
short_description: Read settings of Apache CloudStack
description:
  - Returns one setting or all of them, globally or in one scope. Values of secrets are masked - settings of the
    categories Hidden and Secure, and those whose names say so (C(smtp.password)).
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone.scope
options:
  name:
    description:
      - Name of the setting. Without it, all settings of the scope are returned. If it is unknown, the error contains
        similar names.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_configuration
"""

EXAMPLES = r"""
- name: Read the over-provisioning factor of a cluster
  hostcraft.cloudstack.cs_configuration_info:
    name: cpu.overprovisioning.factor
    zone: zurich
    cluster: kvm-a
  register: result

- name: Show the factor
  ansible.builtin.debug:
    msg: "{{ result.configurations[0].value }}"
"""

RETURN = r"""
configurations:
  description: The settings, each with the values that M(hostcraft.cloudstack.cs_configuration) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_SCOPE, SCOPE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_settings

TASK = ApiTask(
    options={"name": {"type": "str"}, **SCOPE},
    operation=lambda cloud, p, check: listed_settings(cloud, p["name"], taken(p, SCOPE)),
    constraints={"mutually_exclusive": ONE_SCOPE},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
