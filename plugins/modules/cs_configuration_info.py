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
  - Returns one setting or all of them, globally or in one scope. Secret values are masked. Secret are settings of the
    categories Hidden and Secure, and settings with names such as C(smtp.password).
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
  settings:
    description:
      - Several settings, to be read by few API calls. Each is returned in RV(answers), or its error.
      - If the zone or cluster of one does not exist, its global value is returned.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the setting.
        type: str
        required: true
      zone:
        description: Zone of the value, or of O(settings[].cluster).
        type: str
      cluster:
        description: Cluster of the value.
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

- name: Read a setting of two clusters
  hostcraft.cloudstack.cs_configuration_info:
    settings:
      - name: cpu.overprovisioning.factor
        zone: zurich
        cluster: kvm-a
      - name: cpu.overprovisioning.factor
        zone: zurich
        cluster: kvm-b
"""

RETURN = r"""
configurations:
  description: The settings, each with the values that M(hostcraft.cloudstack.cs_configuration) returns.
  returned: if O(settings) is not set
  type: list
  elements: dict
answers:
  description:
    - For each of O(settings), in their order. It has either C(configurations) with the setting, or C(code), C(msg) and
      C(details) of its error.
  returned: if O(settings) is set
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.configuration import (
    INFO as TASK,
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
