#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_overprovision
short_description: Set over-provisioning factors of Apache CloudStack, simulated first
description:
  - Sets the CPU and memory over-provisioning factors of a cluster, or the global ones that new clusters start with.
  - Simulates the change before it is made; capacities before and after, which VMs keep their old factors until they are
    stopped and started, and which hosts would hold more than they have. In check mode that is all it does.
  - Refuses factors that CloudStack takes although they make no sense, with every reason at once.
  - Waits until the new capacities show in every listing, because they follow at different moments.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
options:
  cluster:
    description:
      - Name or id of the cluster; without it the global factors are meant. Clusters that are there already do not
        follow those.
    type: str
  zone:
    description: Name or id of the zone that O(cluster) is in; the only one there is unless something else is said.
    type: str
  pod:
    description: Name or id of the pod that O(cluster) is in, where two pods have clusters of one name.
    type: str
  cpu_factor:
    description: Factor of CPU; V(2) is V(2.0). Left alone where unset.
    type: float
  memory_factor:
    description:
      - Factor of memory. Left alone where unset.
      - It rests on ballooning, which KVM, VMware and XenServer have; XenServer serves 4 at most.
    type: float
  state:
    description: V(absent) returns a cluster to the global factors, and the global factors to their defaults.
    type: str
    choices: [present, absent]
    default: present
  allow:
    description:
      - What is carried out although it would be refused.
      - V(below_one) is a factor below 1, which gives capacity away.
      - V(large) is a CPU factor above 100 or a memory factor above 10.
      - V(no_ballooning) is a memory factor above 1 where the hypervisor takes no memory back from guests.
      - V(over_full) is a lower factor that leaves a host with more than it has.
    type: list
    elements: str
    choices: [below_one, large, no_ballooning, over_full]
    default: []
  spare_hosts:
    description: Refuse what leaves no room for the failure of so many hosts (N+f). Not looked at where unset.
    type: int
  restart_vms:
    description:
      - Names or ids of running VMs to stop and start afterwards, so that they take the new factors.
      - One after the other, in this order, each verified before the next. Those that have the factors already are left
        alone.
      - A VM that a killed run left stopped is started by the next run on the cluster; until then an annotation of the
        cluster holds its id.
    type: list
    elements: str
  timeout:
    description: Seconds that the capacities may take to follow.
    type: float
    default: 600
seealso:
  - module: hostcraft.cloudstack.cs_overprovision_info
  - module: hostcraft.cloudstack.cs_capacity_info
"""

EXAMPLES = r"""
- name: See what twice the memory would do
  hostcraft.cloudstack.cs_overprovision:
    zone: zurich
    cluster: kvm-a
    memory_factor: 2
  check_mode: true
  register: result

- name: Show who would keep the old factor
  ansible.builtin.debug:
    msg: "{{ result.keeping | map(attribute='vm') }}"

- name: Four times the CPU, with room for the failure of one host
  hostcraft.cloudstack.cs_overprovision:
    zone: zurich
    cluster: kvm-a
    cpu_factor: 4
    spare_hosts: 1

- name: Restart two VMs so that they take it over
  hostcraft.cloudstack.cs_overprovision:
    zone: zurich
    cluster: kvm-a
    cpu_factor: 4
    restart_vms: [web1, web2]

- name: Back to the global factors
  hostcraft.cloudstack.cs_overprovision:
    zone: zurich
    cluster: kvm-a
    state: absent

- name: What clusters start with that are made from now on
  hostcraft.cloudstack.cs_overprovision:
    cpu_factor: 2
"""

RETURN = r"""
cluster:
  description: Name of the cluster; empty for the global factors.
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
    - Accounts before and after the change, of the cluster and of each host; C(capacity), C(used), C(reserved) and
      C(free) in MHz and bytes, C(share) as fractions.
  returned: for a cluster
  type: dict
keeping:
  description:
    - VMs that keep other factors until they are stopped and started, largest first.
    - The factors that they remember (null where they were started with 1 and 1), what they count for with the new
      factors, and what after a restart.
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
  description: What to mind; warned of as well when VMs run in the cluster.
  returned: success
  type: list
  elements: str
clusters:
  description: The clusters that keep factors of their own.
  returned: for the global factors
  type: list
  elements: dict
details:
  description:
    - When it is refused, RV(ignore:details.reasons) holds every reason with its C(code), C(message), C(remedy) and
      numbers. The codes are C(factor_not_positive), C(below_one), C(large), C(no_ballooning), C(memory_limit),
      C(over_full), C(n_plus_f) and C(restart_vm).
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.capacity import (
    OVERPROVISION,
    overprovision_request,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.capacity.overprovisioning import (
    ensure_factors,
)

PLACES = ("cluster", "zone", "pod")

TASK = ApiTask(
    options={**{name: {"type": "str"} for name in PLACES}, **OVERPROVISION},
    operation=lambda cloud, p, check: ensure_factors(cloud, taken(p, PLACES), overprovision_request(p), check),
    constraints={"required_by": {name: ["cluster"] for name in ("zone", "pod", "spare_hosts", "restart_vms")}},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
