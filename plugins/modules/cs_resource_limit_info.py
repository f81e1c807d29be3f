#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_resource_limit_info
short_description: Read limits of domains, accounts and projects of Apache CloudStack
description:
  - Returns the limit of each resource of a domain, an account or a project, and the amount in use.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone.owner
options:
  domain:
    description: Domain (name or path) whose limits are read, or that contains O(account) or O(project).
  account:
    description: Account of O(domain) (default ROOT) whose limits are read.
  project:
    description: Project whose limits are read.
seealso:
  - module: hostcraft.cloudstack.cs_resource_limit
"""

EXAMPLES = r"""
- name: Read the limits of a customer
  hostcraft.cloudstack.cs_resource_limit_info:
    domain: ROOT/customers/acme
  register: result

- name: Show the resources without a limit
  ansible.builtin.debug:
    msg: "{{ result.resource_limits | selectattr('limit', 'equalto', -1) | map(attribute='resource_type') }}"
"""

RETURN = r"""
resource_limits:
  description: The limits, each with the values that M(hostcraft.cloudstack.cs_resource_limit) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_OWNER, OWNER
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.resource_limits import listed_limits

TASK = ApiTask(
    options=OWNER,
    operation=lambda cloud, p, check: listed_limits(cloud, p),
    constraints={"mutually_exclusive": ONE_OWNER, "required_one_of": (tuple(OWNER),)},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
