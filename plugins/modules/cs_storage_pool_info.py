#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_storage_pool_info
short_description: Read primary storage pools of Apache CloudStack
description:
  - Returns all storage pools, those of a zone, pod or cluster, or those of a name or id.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
  - hostcraft.cloudstack.listing.cluster
seealso:
  - module: hostcraft.cloudstack.cs_storage_pool
"""

EXAMPLES = r"""
- name: List the storage pools of a cluster
  hostcraft.cloudstack.cs_storage_pool_info:
    zone: zurich
    cluster: kvm-a
  register: result

- name: Show pools that are not up
  ansible.builtin.debug:
    msg: "{{ result.storage_pools | rejectattr('state', 'equalto', 'Up') | map(attribute='name') }}"
"""

RETURN = r"""
storage_pools:
  description: The storage pools, each with the values that M(hostcraft.cloudstack.cs_storage_pool) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import CLUSTER, NAME, POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_storage_pools

PLACES: Spec = {**ZONE, **POD, **CLUSTER}

TASK = ApiTask(
    options={**NAME, **PLACES},
    operation=lambda cloud, p, check: listed_storage_pools(cloud, p["name"], taken(p, PLACES)),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
