#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_rolling_maintenance
short_description: Walk through a rolling maintenance of a cluster of Apache CloudStack
description:
  - Tells which hosts come next, notes which are done, and ends the roll. The playbook
    C(hostcraft.cloudstack.rolling_maintenance) walks a whole cluster with it.
  - Every wave is planned anew, so a placement that changed meanwhile is planned with. The roll's record and lock are
    annotations
    of the cluster, visible to all administrators, and outlive a killed run - the next run goes on where it ended.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.roll
  - hostcraft.cloudstack.maintenance.lock
  - hostcraft.cloudstack.hypervisor
options:
  state:
    description:
      - V(next) returns the hosts to take next in RV(wave), none when all are done. It takes the cluster's lock.
      - V(worked) notes that the work on O(host) is done, so that a run that is killed after it only brings the host
        back.
      - V(done) and V(skipped) note what became of O(host).
      - V(finished) ends a roll whose hosts are all done, V(abandoned) any.
      - V(released) gives this run's lock back and keeps the record, so that the roll can be resumed. With O(take_over)
        it gives back the lock of a run that is over.
    type: str
    choices: [next, worked, done, skipped, finished, abandoned, released]
    default: next
  host:
    description: Name of the host that is worked on, done or skipped.
    type: str
  engine:
    description:
      - V(plan) is this collection's. V(cloudstack) has the server do its own roll (C(startRollingMaintenance)) in one
        task,
        after its known pitfalls were checked.
    type: str
    choices: [plan, cloudstack]
    default: plan
  payload:
    description: Handed to the stage scripts of O(engine=cloudstack).
    type: str
    default: ""
  forced:
    description: Let O(engine=cloudstack) go on after a host that cannot be done.
    type: bool
    default: false
  stage_timeout:
    description: Seconds that one stage of O(engine=cloudstack) may take.
    type: int
    default: 1800
  run:
    description: Name of the run; the tasks of one run share the cluster's lock.
    type: str
    default: rolling
  lease:
    description: Seconds after which the lock of a killed run is void.
    type: float
    default: 3600
seealso:
  - module: hostcraft.cloudstack.cs_maintenance_plan
  - module: hostcraft.cloudstack.cs_maintenance
"""

EXAMPLES = r"""
- name: The hosts to take next
  hostcraft.cloudstack.cs_rolling_maintenance:
    zone: zurich
    cluster: kvm-a
    spare_hosts: 1
    run: kernel-update
  register: roll

- name: One of them is done
  hostcraft.cloudstack.cs_rolling_maintenance:
    zone: zurich
    cluster: kvm-a
    run: kernel-update
    state: done
    host: "{{ roll.wave[0] }}"
"""

RETURN = r"""
wave:
  description: Names of the hosts to take next.
  returned: O(state=next)
  type: list
  elements: str
done:
  description: Names (with O(state=next)) of the hosts that are done.
  returned: success
  type: list
  elements: str
worked:
  description: Names of those whose work is done and that have only to come back; they are of RV(wave) too.
  returned: O(state=next)
  type: list
  elements: str
skipped_hosts:
  description: Names of the hosts that were skipped.
  returned: O(state=next)
  type: list
  elements: str
run:
  description: Name of the roll that the cluster's record is about.
  returned: success
  type: str
pending:
  description: Names of the hosts that are still to come.
  returned: O(state=next)
  type: list
  elements: str
drifted:
  description: Whether VMs are elsewhere than the last plan expected.
  returned: O(state=next)
  type: bool
plan:
  description: The plan of the rest, as M(hostcraft.cloudstack.cs_maintenance_plan) returns it.
  returned: O(state=next)
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.connection import Spec
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.host import HOLDER
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.rolling import ROLL, walk
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

STATES = ["next", "worked", "done", "skipped", "finished", "abandoned", "released"]
OPTIONS: Spec = {
    "state": {"type": "str", "choices": STATES, "default": "next"},
    "host": {"type": "str"},
    "engine": {"type": "str", "choices": ["plan", "cloudstack"], "default": "plan"},
    "payload": {"type": "str", "default": ""},
    "forced": {"type": "bool", "default": False},
    "stage_timeout": {"type": "int", "default": 1800},
    "run": {"type": "str", "default": "rolling"},
    "lease": {"type": "float", "default": 3600},
    **HOLDER,
}

TASK = ApiTask(
    options={**ROLL, **OPTIONS},
    operation=walk,
    constraints={"required_if": [("state", fate, ["host"]) for fate in ("worked", "done", "skipped")]},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
