#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_rolling_maintenance
short_description: Run a rolling maintenance of a cluster of Apache CloudStack
description:
  - Returns the hosts that are next, records which hosts are done, and ends the roll. The playbook
    C(hostcraft.cloudstack.rolling_maintenance) uses it for whole clusters.
  - Every wave is planned again, so VMs that were moved in the meantime are taken into account. If a host is lost during
    the roll, the roll continues with the others. It is refused when only lost hosts are left. The record and the lock
    of the roll are annotations of the cluster, visible to all administrators. They survive a killed run, and the next
    run continues.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.roll
  - hostcraft.cloudstack.maintenance.lock
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_cluster
  - hostcraft.cloudstack.hypervisor.hosts
  - hostcraft.cloudstack.maintenance
  - hostcraft.cloudstack.maintenance.moves
options:
  state:
    description:
      - V(next) locks the cluster and returns the next hosts in RV(wave). The list is empty if all hosts are done.
      - V(advanced) continues, from the last result or from the recorded state of the roll, until a stage of O(stages)
        is due. It locks the cluster, plans, empties hosts and enables them again, and ends the roll after its last
        host. Without O(stages), one task rolls the whole cluster.
      - V(worked) records that the work on O(host) is done. If the run is killed afterwards, the next run only enables
        the host.
      - V(done) and V(skipped) record the result of O(host).
      - V(finished) ends a roll whose hosts are all done, after the migrations that O(balance) allows. V(abandoned) ends
        any roll.
      - V(released) releases this run's lock and keeps the record, so that the roll can be resumed. With O(take_over),
        it releases the lock of a run that is over.
    type: str
    choices: [next, advanced, worked, done, skipped, finished, abandoned, released]
    default: next
  host:
    description: Name of the host for V(worked), V(done) and V(skipped).
    type: str
  stages:
    description:
      - Stages that have work for hosts, for O(state=advanced). The task ends with RV(stage) and RV(stage_hosts) when
        one of them is due.
    type: list
    elements: str
    choices: [pre_maintenance, maintenance, post_maintenance]
    default: []
  stage:
    description: The stage that has run since the last task with O(state=advanced). Omit it at the beginning.
    type: str
    choices: [pre_maintenance, maintenance, post_maintenance]
  wave:
    description: The hosts of the wave that O(stage) has run for, RV(wave) of the last result.
    type: list
    elements: str
    default: []
  skip:
    description: Names of hosts that O(stage) has left out. They are not emptied, and recorded as skipped.
    type: list
    elements: str
    default: []
  max_waves:
    description:
      - Number of waves after which a task with O(state=advanced) ends, also where no stage is due. The next task
        continues. V(0) is no limit.
    type: int
    default: 0
  pause:
    description:
      - Pause the roll, with O(state=advanced). The hosts of the present wave are brought back, no others are taken out.
        The lock is released, and the record is kept, so that the roll can be resumed.
    type: bool
    default: false
  engine:
    description:
      - V(plan) is the engine of this collection. V(cloudstack) runs the server's own roll (C(startRollingMaintenance))
        in one task with O(state=next), after its known pitfalls were checked. The server skips hosts without a
        maintenance script; these are in RV(skipped_hosts), each with a warning.
    type: str
    choices: [plan, cloudstack]
    default: plan
  payload:
    description: Argument for the stage scripts of O(engine=cloudstack).
    type: str
    default: ""
  forced:
    description: Whether O(engine=cloudstack) continues after a host that fails.
    type: bool
    default: false
  stage_timeout:
    description:
      - Maximum number of seconds for one stage of O(engine=cloudstack). It must be above the global setting
        C(kvm.rolling.maintenance.ping.interval).
    type: int
    default: 1800
  run:
    description:
      - Name of the run. The tasks of one run share the lock of the cluster. A roll that is not finished is continued
        under its own name only.
    default: rolling
  lease:
    default: 3600
seealso:
  - module: hostcraft.cloudstack.cs_maintenance_plan
  - module: hostcraft.cloudstack.cs_maintenance
"""

EXAMPLES = r"""
- name: Determine the hosts of the next wave
  hostcraft.cloudstack.cs_rolling_maintenance:
    zone: zurich
    cluster: kvm-a
    spare_hosts: 1
    run: kernel-update
  register: roll

- name: Roll the whole cluster in one task
  hostcraft.cloudstack.cs_rolling_maintenance:
    zone: zurich
    cluster: kvm-a
    spare_hosts: 1
    run: restart-agents
    state: advanced

- name: Record that a host is done
  hostcraft.cloudstack.cs_rolling_maintenance:
    zone: zurich
    cluster: kvm-a
    run: kernel-update
    state: done
    host: "{{ roll.wave[0] }}"
"""

RETURN = r"""
stage:
  description: The stage that is due, empty at the end of the roll.
  returned: O(state=advanced)
  type: str
stage_hosts:
  description: Names of the hosts that the stage is due for.
  returned: O(state=advanced)
  type: list
  elements: str
ended:
  description: Whether the roll is over.
  returned: O(state=advanced)
  type: bool
paused:
  description: Whether the roll was paused because of O(pause).
  returned: O(state=advanced)
  type: bool
host_results:
  description:
    - What was done by this task, as M(hostcraft.cloudstack.cs_maintenance) returns it for one host. If the task fails,
      RV(ignore:details.host_results) has it.
  returned: O(state=advanced)
  type: list
  elements: dict
wave:
  description: Names of the next hosts.
  returned: O(state=next) and O(state=advanced)
  type: list
  elements: str
done:
  description: Names of the hosts that are done (with O(state=next)).
  returned: success
  type: list
  elements: str
worked:
  description: Names of the hosts whose work is done and that only need to be enabled. They are in RV(wave) too.
  returned: O(state=next)
  type: list
  elements: str
skipped_hosts:
  description: Names of the hosts that were skipped.
  returned: O(state=next)
  type: list
  elements: str
run:
  description: Name of the roll in the record of the cluster.
  returned: success
  type: str
age:
  description: Seconds since the roll was begun.
  returned: O(state=next)
  type: int
pending:
  description: Names of the remaining hosts.
  returned: O(state=next)
  type: list
  elements: str
drifted:
  description: Whether VMs are on other hosts than the last plan expected.
  returned: O(state=next)
  type: bool
moved:
  description: The migrations that were made for balance, or in check mode would be.
  returned: O(state=finished) and O(state=advanced)
  type: list
  elements: dict
plan:
  description: The plan of the remaining roll, as M(hostcraft.cloudstack.cs_maintenance_plan) returns it.
  returned: O(state=next)
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.claims import LOCK
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.rolling import (
    OPTIONS,
    WALK,
    walk,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

STATES = ["next", "advanced", "worked", "done", "skipped", "finished", "abandoned", "released"]
STEP: Spec = {
    "state": {"type": "str", "choices": STATES, "default": "next"},
    "host": {"type": "str"},
    "engine": {"type": "str", "choices": ["plan", "cloudstack"], "default": "plan"},
    "payload": {"type": "str", "default": ""},
    "forced": {"type": "bool", "default": False},
    "stage_timeout": {"type": "int", "default": 1800},
    **WALK,
    **LOCK,
    "run": {**LOCK["run"], "default": "rolling"},
    "lease": {**LOCK["lease"], "default": 3600},
}

TASK = ApiTask(
    options={**OPTIONS, **STEP},
    operation=walk,
    constraints={"required_if": [("state", fate, ["host"]) for fate in ("worked", "done", "skipped")]},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
