#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_cluster_info
short_description: Read clusters of Apache CloudStack
description:
  - Returns all clusters, those of a zone or pod, or those of a name or id.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
seealso:
  - module: hostcraft.cloudstack.cs_cluster
"""

EXAMPLES = r"""
- name: List the clusters of a pod
  hostcraft.cloudstack.cs_cluster_info:
    zone: zurich
    pod: row-1
  register: result

- name: Show the over-provisioning factors
  ansible.builtin.debug:
    msg: "{{ result.clusters | items2dict(key_name='name', value_name='cpu_overcommit_ratio') }}"
"""

RETURN = r"""
clusters:
  description: The clusters, each with the values that M(hostcraft.cloudstack.cs_cluster) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME, POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_in

PLACES: Spec = {**ZONE, **POD}

TASK = ApiTask(
    options={**NAME, **PLACES},
    operation=lambda cloud, p, check: listed_in(cloud, "clusters", cloud.clusters, p["name"], taken(p, PLACES)),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
