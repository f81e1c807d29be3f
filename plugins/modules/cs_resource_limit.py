#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_resource_limit
short_description: Manage limits of domains, accounts and projects of Apache CloudStack
description:
  - Sets how much of a resource a domain, an account or a project may have.
  - If more is used than a new limit allows, the task warns. Everything that exists is kept, but no more is allowed.
  - All accounts of a domain and of the domains below it together must not have more than the limit of the domain.
  - Limits of new accounts and projects are settings, such as C(max.account.cpus), set by
    M(hostcraft.cloudstack.cs_configuration).
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone.owner
options:
  domain:
    description: Domain (name or path) that is limited, or that contains O(account) or O(project).
  account:
    description: Account of O(domain) (default ROOT) that is limited. Administrators of the root domain have no limits.
  project:
    description: Project that is limited.
  resource_type:
    description:
      - Resource that is limited.
      - V(backup), V(backup_storage), V(bucket), V(object_storage) and V(gpu) exist in newer releases only.
    type: str
    required: true
    aliases: [type]
    choices:
      - instance
      - ip_address
      - volume
      - snapshot
      - template
      - project
      - network
      - vpc
      - cpu
      - memory
      - primary_storage
      - secondary_storage
      - backup
      - backup_storage
      - bucket
      - object_storage
      - gpu
  limit:
    description:
      - Maximum amount; V(-1) for no limit. Memory is in MB, storage in GB.
      - It must not be above the limit of the domain that contains the owner.
    type: int
    required: true
    aliases: [max]
seealso:
  - module: hostcraft.cloudstack.cs_resource_limit_info
  - module: hostcraft.cloudstack.cs_configuration
"""

EXAMPLES = r"""
- name: Limit the memory of a customer to 512 GB
  hostcraft.cloudstack.cs_resource_limit:
    domain: ROOT/customers/acme
    resource_type: memory
    limit: 524288

- name: Limit the volumes of one account
  hostcraft.cloudstack.cs_resource_limit:
    domain: ROOT/customers/acme
    account: web
    resource_type: primary_storage
    limit: 2000

- name: Remove a limit of a project
  hostcraft.cloudstack.cs_resource_limit:
    domain: ROOT/customers/acme
    project: shop
    resource_type: instance
    limit: -1
"""

RETURN = r"""
owner:
  description: Kind of the owner, C(domain), C(account) or C(project).
  returned: success
  type: str
  sample: account
owner_name:
  description: Name of the owner.
  returned: success
  type: str
  sample: web
resource_type:
  description: Resource that is limited.
  returned: success
  type: str
  sample: primary_storage
limit:
  description: Maximum amount. -1 for no limit.
  returned: success
  type: int
  sample: 2000
used:
  description: Amount in use. V(null) if the server does not show it.
  returned: success
  type: float
  sample: 620.0
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.resource_limits import TYPES
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_OWNER, OWNER
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.resource_limits import ensure_limit

OPTIONS: Spec = {
    **OWNER,
    "resource_type": {"type": "str", "required": True, "aliases": ["type"], "choices": list(TYPES)},
    "limit": {"type": "int", "required": True, "aliases": ["max"]},
}

TASK = ApiTask(
    options=OPTIONS,
    operation=lambda cloud, p, check: ensure_limit(cloud, p, p["resource_type"], p["limit"], check),
    constraints={"mutually_exclusive": ONE_OWNER, "required_one_of": (tuple(OWNER),)},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
