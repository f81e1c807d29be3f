#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_fence_drill
short_description: Prove that a host of Apache CloudStack can be fenced
description:
  - Turns a host off by its controller, proves that it is off, turns it on again, waits until its agent is Up, and
    times each step.
  - Refuses a host that runs VMs or is not in maintenance, unless O(consent) is set. Always refuses a host that is
    neither C(Enabled), C(Disabled) nor in C(Maintenance), and for the phase V(whole) one that host HA watches, which
    would act during the drill.
  - The cluster is locked for other drills and for maintenances. The phases V(begin), V(watch) and V(restore) of one
    playbook run share the lock until V(restore).
  - If a step fails, the host is turned on again, and the task waits for its agent. A killed run leaves a record on the
    host. The next run restores the host before it does anything else.
  - Run it through the playbook C(hostcraft.cloudstack.fence_drill), which can also fail the agent.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.bmc
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_host
  - hostcraft.cloudstack.maintenance.lock
options:
  phase:
    description:
      - V(whole) is the drill by the controller.
      - V(begin), V(watch) and V(restore) are the parts of a drill in which the agent is made to fail between
        V(begin) and V(watch). V(watch) follows the states of host HA until the server has acted. If that is a fence,
        it fails unless the host is off by CloudStack's status and, where O(bmc) is given, by the controller itself.
      - V(begin) is refused unless host HA of the host is V(Available), and if VMs run on the host. V(restore) also
        waits until host HA is V(Available) again, if it is enabled.
    type: str
    choices: [whole, begin, watch, restore]
    default: whole
  consent:
    description:
      - Accept that the host is not in maintenance, and for the phase V(whole) that VMs of the host are cut off.
    type: bool
    default: false
  timeout:
    description: Seconds to wait for a power state.
    type: float
    default: 300
  agent_timeout:
    description: Seconds to wait for the agent.
    type: float
    default: 900
  watch_timeout:
    description: Seconds to follow the states of host HA.
    type: float
    default: 3600
attributes:
  idempotent:
    support: none
    details: Each run is a drill.
seealso:
  - module: hostcraft.cloudstack.cs_host_ha_info
  - module: hostcraft.cloudstack.cs_bmc_check
"""

EXAMPLES = r"""
- name: Test that a host in maintenance can be fenced
  hostcraft.cloudstack.cs_fence_drill:
    zone: zurich
    host: kvm01.example.com
    bmc:
      password: "{{ vault_bmc_password }}"
  register: drill

- name: Show the estimated duration of a real failure
  ansible.builtin.debug:
    var: drill.cost
"""

RETURN = r"""
id:
  description: ID of the host.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
host:
  description: Name of the host.
  returned: success
  type: str
  sample: kvm01.example.com
phase:
  description: The phase.
  returned: success
  type: str
  sample: whole
result:
  description: V(passed), or the state of host HA at the end of V(watch).
  returned: success
  type: str
  sample: passed
steps:
  description: The steps that were done, each with its duration in seconds and what was seen.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "off", "seconds": 4.1, "said": "OFF was sent"}]
states:
  description: States of host HA with the seconds after which each was first seen.
  returned: success, for the phase V(watch)
  type: list
  elements: dict
  sample: [{"state": "Suspect", "after": 12.0, "meaning": "The last health check failed."}]
seconds:
  description: Seconds from the OFF to the agent's return.
  returned: success, for the phase V(whole)
  type: int
  sample: 131
cost:
  description: Seconds that a real failure would take until it is noticed, checked, repaired by a reset
    (C(reset_and_back)), or fenced. They are computed from the settings and the measured boot.
  returned: success, for the phase V(whole)
  type: dict
  sample: {"noticed": 150.0, "checked": 750.0, "reset_and_back": 861.0, "fenced": 1410.0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.bmc.access import BMC
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.bmc.tasks import run_drill
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.claims import LOCK
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_HOST, ZONE

TASK = ApiTask(
    options={
        **BMC,
        **ZONE,
        **ONE_HOST,
        "phase": {"type": "str", "choices": ["whole", "begin", "watch", "restore"], "default": "whole"},
        "consent": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": 300.0},
        "agent_timeout": {"type": "float", "default": 900.0},
        "watch_timeout": {"type": "float", "default": 3600.0},
        **LOCK,
    },
    operation=run_drill,
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
