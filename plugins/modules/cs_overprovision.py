#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_overprovision
short_description: Simulate and set over-provisioning factors of Apache CloudStack
description:
  - Sets the CPU and memory over-provisioning factors of a cluster, or the global ones that new clusters start with.
  - Simulates the change first. Returns capacities before and after, VMs that keep their old factors until they are
    stopped and started, and hosts that would be over-committed. Check mode does only this.
  - From CloudStack 4.19.1 on, a migration to another host gives a VM the new factors too.
  - Refuses factors that CloudStack accepts but that make no sense, with every reason at once.
  - Waits until all listings show the new capacities, because the server updates them at different times.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.state
options:
  cluster:
    description:
      - Name or id of the cluster. Without it, the global factors are set, which do not affect existing clusters.
  zone:
    description: Name or id of the zone that contains O(cluster). Required if there are several zones.
  pod:
    description: Name or id of the pod that contains O(cluster), if two pods have clusters with the same name.
  cpu_factor:
    description: CPU factor. V(2) equals V(2.0). If not set, it is not changed.
    type: float
  memory_factor:
    description:
      - Memory factor. If not set, it is not changed.
      - It requires ballooning, which KVM, VMware and XenServer have. XenServer supports at most 4.
    type: float
  state:
    description: V(absent) returns a cluster to the global factors, and the global factors to their defaults.
  allow:
    description:
      - Reasons of a refusal to ignore.
      - V(below_one) is a factor below 1, which leaves capacity unused.
      - V(large) is a CPU factor above 100 or a memory factor above 10.
      - V(no_ballooning) is a memory factor above 1 on a hypervisor without ballooning.
      - V(over_full) is a lower factor that would over-commit a host.
    type: list
    elements: str
    choices: [below_one, large, no_ballooning, over_full]
    default: []
  spare_hosts:
    description:
      - Number of hosts that may fail (N+f). A factor that leaves less capacity is refused. Not checked if not set.
    type: int
  restart_vms:
    description:
      - Names or ids of running VMs to stop and start afterwards, so that they get the new factors.
      - They are restarted one at a time, in this order, and each is verified before the next. VMs that already have the
        factors are not restarted.
      - If the task is killed while a VM is stopped, the next run on the cluster starts it. Until then, an annotation of
        the cluster contains its id.
    type: list
    elements: str
  timeout:
    description: Maximum number of seconds until the capacities are updated.
    type: float
    default: 600
seealso:
  - module: hostcraft.cloudstack.cs_overprovision_info
  - module: hostcraft.cloudstack.cs_capacity_info
"""

EXAMPLES = r"""
- name: Simulate a memory factor of 2
  hostcraft.cloudstack.cs_overprovision:
    zone: zurich
    cluster: kvm-a
    memory_factor: 2
  check_mode: true
  register: result

- name: Show VMs that would keep the old factor
  ansible.builtin.debug:
    msg: "{{ result.keeping | map(attribute='vm') }}"

- name: Set a CPU factor of 4 with spare capacity for one failure
  hostcraft.cloudstack.cs_overprovision:
    zone: zurich
    cluster: kvm-a
    cpu_factor: 4
    spare_hosts: 1

- name: Restart two VMs to apply the factor
  hostcraft.cloudstack.cs_overprovision:
    zone: zurich
    cluster: kvm-a
    cpu_factor: 4
    restart_vms: [web1, web2]

- name: Reset the cluster to the global factors
  hostcraft.cloudstack.cs_overprovision:
    zone: zurich
    cluster: kvm-a
    state: absent

- name: Set the global factors for new clusters
  hostcraft.cloudstack.cs_overprovision:
    cpu_factor: 2
"""

RETURN = r"""
cluster:
  description: Name of the cluster. Empty for the global factors.
  returned: success
  type: str
  sample: kvm-a
cpu_factor:
  description: The CPU factor.
  returned: success
  type: float
  sample: 2.0
memory_factor:
  description: The memory factor.
  returned: success
  type: float
  sample: 1.0
simulation:
  description:
    - Capacities of the cluster and of each host before and after the change; C(capacity), C(used), C(reserved) and
      C(free) in MHz and bytes, C(share) as fractions.
  returned: for a cluster
  type: dict
keeping:
  description:
    - VMs that keep other factors until they are stopped and started, largest first.
    - Their present factors (each null if the server keeps none, because they were started with 1), the capacity that
      they use with the new factors, and after a restart.
  returned: success
  type: list
  elements: dict
  sample:
    - vm: web1
      id: 04ccc336-d730-42fe-8ff6-5ae36e141e81
      cpu_factor: 1.0
      memory_factor: 2.0
      counts: {"cpu": 2000, "memory": 1073741824}
      restarted: {"cpu": 1000, "memory": 1073741824}
restarted:
  description: Names of the VMs that were stopped and started.
  returned: success
  type: list
  elements: str
advice:
  description: Notes. They are also warnings of the task if VMs run in the cluster.
  returned: success
  type: list
  elements: str
clusters:
  description: The clusters that have their own factors.
  returned: for the global factors
  type: list
  elements: dict
details:
  description:
    - If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code), C(message), C(remedy)
      and numbers. The codes are C(factor_not_positive), C(below_one), C(large), C(no_ballooning), C(memory_limit),
      C(over_full), C(n_plus_f) and C(restart_vm).
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.capacity import (
    OVERPROVISION,
    overprovision_request,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import CLUSTER, POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.capacity.overprovisioning import (
    ensure_factors,
)

PLACES: Spec = {**CLUSTER, **ZONE, **POD}

TASK = ApiTask(
    options={**PLACES, **OVERPROVISION},
    operation=lambda cloud, p, check: ensure_factors(cloud, taken(p, PLACES), overprovision_request(p), check),
    constraints={"required_by": {name: ["cluster"] for name in ("zone", "pod", "spare_hosts", "restart_vms")}},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
