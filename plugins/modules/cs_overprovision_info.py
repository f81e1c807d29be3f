#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_overprovision_info
short_description: Read over-provisioning factors of Apache CloudStack
description:
  - Returns the global factors and the factors of clusters, with the VMs that were started with other factors and keep
    them until they are stopped and started (from CloudStack 4.19.1 on, until they are migrated).
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.cluster
options:
  cluster:
    description: Name or id of a cluster. Without it, all are returned. An unknown name returns an empty list.
  zone:
    description: Name or id of the zone of the clusters. With O(cluster), required if there are several zones.
seealso:
  - module: hostcraft.cloudstack.cs_overprovision
"""

EXAMPLES = r"""
- name: Read the factors of all clusters
  hostcraft.cloudstack.cs_overprovision_info:
  register: result

- name: Show VMs that keep old factors
  ansible.builtin.debug:
    msg: "{{ result.clusters | map(attribute='keeping') | flatten | map(attribute='vm') }}"
"""

RETURN = r"""
cpu_factor:
  description: The global CPU factor, which new clusters start with.
  returned: always
  type: float
  sample: 1.0
memory_factor:
  description: The global memory factor, which new clusters start with.
  returned: always
  type: float
  sample: 1.0
clusters:
  description:
    - The clusters with C(cpu_factor), C(memory_factor) and C(keeping), as M(hostcraft.cloudstack.cs_overprovision)
      returns them.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import CLUSTER, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.capacity.overprovisioning import (
    listed_factors,
)

TASK = ApiTask(
    options={**CLUSTER, **ZONE},
    operation=lambda cloud, p, check: listed_factors(cloud, p["zone"], p["cluster"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
