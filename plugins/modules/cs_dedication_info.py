#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_dedication_info
short_description: Read dedications of zones, pods, clusters and hosts of Apache CloudStack
description:
  - Returns all dedications, those of one kind of place, or those of a domain.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
options:
  scope:
    description: Kind of place. Without it, all kinds are returned.
    type: str
    choices: [zone, pod, cluster, host]
  domain:
    description: Domain (path, name or id) whose dedications are returned, with those of its accounts.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_dedication
"""

EXAMPLES = r"""
- name: List dedicated hosts
  hostcraft.cloudstack.cs_dedication_info:
    scope: host
  register: result

- name: Show the owners of the hosts
  ansible.builtin.debug:
    msg: "{{ result.dedications | items2dict(key_name='place', value_name='domain') }}"
"""

RETURN = r"""
dedications:
  description: The dedications, each with the values that M(hostcraft.cloudstack.cs_dedication) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.dedication import listed_dedications

TASK = ApiTask(
    options={
        "scope": {"type": "str", "choices": ["zone", "pod", "cluster", "host"]},
        "domain": {"type": "str"},
    },
    operation=lambda cloud, p, check: listed_dedications(cloud, p["scope"], p["domain"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
