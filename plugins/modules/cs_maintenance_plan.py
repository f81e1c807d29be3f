#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_maintenance_plan
short_description: Plan a rolling maintenance of a cluster of Apache CloudStack
description:
  - Computes the whole roll before anything is done - which hosts are out together, in which order, where every VM
    moves, and how much capacity is left - and compares it with the best possible plan.
  - Writes nothing. If there is no plan, every reason is returned with the VM, the numbers and a remedy.
  - A host whose agent is not connected (RV(reasons) with C(agent_down)) is a reason too. Once the roll has begun, it is
    a warning, and the other hosts are planned.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.roll
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_cluster
  - hostcraft.cloudstack.hypervisor.hosts
  - hostcraft.cloudstack.maintenance
options:
  fail:
    description: Whether the task fails if there is no plan, instead of returning RV(feasible) as V(false).
    type: bool
    default: false
  run:
    description:
      - Name of the run that will use the plan. With it, the plan is not feasible while a roll of another name is
        unfinished, or if the unfinished roll of this name is older than O(oldest_record).
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_rolling_maintenance
  - module: hostcraft.cloudstack.cs_maintenance
"""

EXAMPLES = r"""
- name: Plan a roll of two hosts at a time
  hostcraft.cloudstack.cs_maintenance_plan:
    zone: zurich
    cluster: kvm-a
    max_parallel: 2
    spare_hosts: 1
  register: plan

- name: Show the waves
  ansible.builtin.debug:
    msg: "{{ plan.waves | map(attribute='hosts') }}"
"""

RETURN = r"""
cluster:
  description: Name of the cluster.
  returned: always
  type: str
  sample: kvm-a
cluster_id:
  description: Id of the cluster, which tells clusters of the same name apart.
  returned: always
  type: str
  sample: 8a9d4b7e-1f0c-4a52-9d53-2c1f4f0e6b11
feasible:
  description: Whether every host can be emptied.
  returned: always
  type: bool
waves:
  description:
    - The waves, in order. Each has C(hosts), C(moves) (C(vm), C(vm_id), C(source), C(target)), C(free) and C(seconds).
  returned: always
  type: list
  elements: dict
moves:
  description: Number of migrations.
  returned: always
  type: int
moves_per_vm:
  description: Migrations per VM.
  returned: always
  type: float
bounds:
  description: The smallest number of C(moves) and C(waves) that any plan can have.
  returned: always
  type: dict
ratio:
  description: RV(moves) divided by the bound.
  returned: always
  type: float
balance:
  description: Migrations after the last wave to balance the load, with O(balance=true).
  returned: always
  type: list
  elements: dict
distribution:
  description:
    - C(hosts) with the shares of C(cpu) and C(memory) that are allocated and the number of C(vms), C(before) and
      C(after) the roll; the C(fullest) host before and after; C(least), the load that the fullest host has at least
      after a roll with the fewest migrations; the C(thresholds) of the cluster
      (C(cluster.*.allocated.capacity.disablethreshold)) and the hosts that are C(above_threshold) after the roll.
  returned: always
  type: dict
  sample:
    hosts:
      - host: kvm1.example.net
        before: {"cpu": 0.12, "memory": 0.31, "vms": 10}
        after: {"cpu": 0.14, "memory": 0.35, "vms": 11}
    fullest:
      before: {"host": "kvm1.example.net", "share": 0.31}
      after: {"host": "kvm1.example.net", "share": 0.35}
    least: 0.34
    thresholds: {"cpu": 0.85, "memory": 0.85}
    above_threshold: []
seconds:
  description: Expected time.
  returned: always
  type: int
reasons:
  description: Reasons why there is no plan, each with C(code), C(message), C(remedy), C(host) and the numbers.
  returned: always
  type: list
  elements: dict
fingerprint:
  description: Identifies the placement of VMs that the plan is based on.
  returned: always
  type: str
procedure:
  description:
    - The steps for each host, in order, on CloudStack and on its hypervisor. Without O(hypervisor), steps that must be
      done manually are marked.
  returned: always
  type: list
  elements: str
  sample: ["CloudStack: maintenance of the empty host", "vCenter: check that no VM runs, enter maintenance mode"]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.rolling import OPTIONS, planned
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(
    options={
        **OPTIONS,
        "fail": {"type": "bool", "default": False},
        "run": {"type": "str"},
    },
    operation=lambda cloud, p, check: planned(cloud, p),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
