#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_power
short_description: Switch the power of a host of Apache CloudStack
description:
  - Switches a host on or off, resets it or power-cycles it through its controller, and waits until the controller
    reports the new state.
  - Refuses to cut off a host that runs VMs or that is not in maintenance, unless O(force) is set.
  - With O(bmc) the task asks the controller itself, otherwise the management server does.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.bmc
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_host
options:
  action:
    description:
      - V(status) reads the power state and changes nothing.
      - V(on) and V(off) change nothing if the host is on or off already. V(soft) asks the operating system to shut
        down.
      - V(reset) and V(cycle) always act. V(cycle) cuts the power in between.
    type: str
    choices: [status, 'on', 'off', soft, reset, cycle]
    required: true
  force:
    description: Accept that VMs of the host are cut off, and that it is not in maintenance.
    type: bool
    default: false
  wait_for_agent:
    description:
      - Whether to wait until CloudStack shows the host Up again, after V(on), V(reset) and V(cycle).
      - CloudStack shows a host whose power was cut as Up until it has received no ping for C(ping.interval) x
        C(ping.timeout), 150 seconds by default. The state Up counts only after CloudStack has noticed the loss of the
        agent, or after two more intervals, and not while host HA is C(Suspect) or C(Checking).
    type: bool
    default: false
  timeout:
    description: Seconds to wait for the power state.
    type: float
    default: 180
  agent_timeout:
    description: Seconds to wait for the host to be Up, after CloudStack has noticed the loss of the agent.
    type: float
    default: 900
attributes:
  idempotent:
    support: partial
    details: V(reset) and V(cycle) act in every run.
seealso:
  - module: hostcraft.cloudstack.cs_oobm
  - module: hostcraft.cloudstack.cs_maintenance
"""

EXAMPLES = r"""
- name: Read the power state of a host
  hostcraft.cloudstack.cs_power:
    zone: zurich
    host: kvm01.example.com
    action: status
  register: power

- name: Power-cycle a host in maintenance
  hostcraft.cloudstack.cs_power:
    zone: zurich
    host: kvm01.example.com
    action: cycle
    wait_for_agent: true
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
action:
  description: The action.
  returned: success
  type: str
  sample: cycle
before:
  description: Power state before the action.
  returned: success
  type: str
  sample: "On"
power_state:
  description: Power state at the end, as the controller reports it.
  returned: success
  type: str
  sample: "On"
seconds:
  description: How long it took.
  returned: changed, not in check mode
  type: float
  sample: 94.2
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.bmc.access import BMC
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.bmc.tasks import switch_power
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_HOST, ZONE

TASK = ApiTask(
    options={
        **BMC,
        **ZONE,
        **ONE_HOST,
        "action": {"type": "str", "choices": ["status", "on", "off", "soft", "reset", "cycle"], "required": True},
        "force": {"type": "bool", "default": False},
        "wait_for_agent": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": 180.0},
        "agent_timeout": {"type": "float", "default": 900.0},
    },
    operation=switch_power,
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
