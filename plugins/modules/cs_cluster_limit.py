#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_cluster_limit
short_description: Close clusters of Apache CloudStack to new VMs at their limit, and open them again
description:
  - Disables allocation to a cluster when the number of its running VMs reaches (N - O(spare_hosts)) times the limit
    of a host, and enables it again when there are O(margin) fewer VMs. N is the number of hosts that take VMs.
  - It processes all clusters of the zone or the pod, or one cluster. Run it from a timer.
  - A cluster that another user or tool has disabled stays disabled. The module stores in an annotation of a cluster
    that it has disabled it.
  - A cluster is not disabled while a host of it is draining, or while a roll has locked it, because CloudStack does not
    drain hosts of a disabled cluster. The result contains the reason in RV(clusters[].busy).
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
options:
  spare_hosts:
    description: Number of hosts of a cluster that may fail.
    type: int
    default: 1
  max_vms_per_host:
    description:
      - Maximum number of running guests of one host.
      - Defaults to the limit in the server's hypervisor capabilities for the version of a host. KVM has none, so that
        KVM clusters are never disabled without this option.
    type: int
  margin:
    description: Number of VMs below the limit at which a cluster is enabled again.
    type: int
    default: 10
seealso:
  - module: hostcraft.cloudstack.cs_capacity_info
  - module: hostcraft.cloudstack.cs_allocation_state
  - module: hostcraft.cloudstack.cs_allocation_state_info
"""

EXAMPLES = r"""
- name: Close full clusters of a zone, and open the others again
  hostcraft.cloudstack.cs_cluster_limit:
    zone: zurich
    max_vms_per_host: 50
    margin: 20
"""

RETURN = r"""
clusters:
  description: The clusters.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the cluster.
      type: str
    pod:
      description: Name of its pod.
      type: str
    running:
      description: Number of its running VMs.
      type: int
    most:
      description: Number at which it is disabled. Null if a host has no limit.
      type: int
    allocation_state:
      description: Its allocation state at the end.
      type: str
    closed_by_limit:
      description: Whether this module had disabled it before the task.
      type: bool
    action:
      description: V(closed), V(opened) or V(kept).
      type: str
    busy:
      description: Why it was not disabled although it is full. Empty otherwise.
      type: str
  sample: [{"name": "kvm-a", "pod": "row-1", "running": 350, "most": 350, "allocation_state": "Disabled",
    "closed_by_limit": false, "action": "closed", "busy": ""}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.cluster_limit import (
    OPTIONS,
    request,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import CLUSTER, POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.cluster_limit import (
    ensure_limits,
)

TASK = ApiTask(
    options={**ZONE, **POD, **CLUSTER, **OPTIONS},
    operation=lambda cloud, p, check: ensure_limits(cloud, taken(p, ("zone", "pod", "cluster")), request(p), check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
