#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_bmc_check
short_description: Check whether Apache CloudStack can use the controllers of hosts
description:
  - Checks the controllers of the hosts of a zone, pod or cluster, or of one host, before they are needed. Returns all
    findings at once, each with a code, evidence, a remedy and a source.
  - Reads the configuration in CloudStack, lets the management server ask each controller, and checks whether the host
    itself answers.
  - With O(bmc), the task also logs in to each controller, and reads its users, privileges, cipher suites and reset
    types.
  - Changes nothing.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.bmc
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
  - hostcraft.cloudstack.looks.findings
options:
  ask_server:
    description: Whether the management server asks each controller for its power state now.
    type: bool
    default: true
  ping:
    description: Whether to test if each host answers on its own network, from the machine where the task runs.
    type: bool
    default: true
seealso:
  - module: hostcraft.cloudstack.cs_oobm
  - module: hostcraft.cloudstack.cs_host_ha_info
"""

EXAMPLES = r"""
- name: Check the controllers of a cluster
  hostcraft.cloudstack.cs_bmc_check:
    zone: zurich
    cluster: kvm-a
    bmc:
      password: "{{ vault_bmc_password }}"
"""

RETURN = r"""
hosts:
  description: The hosts, by name.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      type: str
    power_state:
      description: Power state that the controller itself reports. V(null) if the task could not ask it.
      type: str
    privilege:
      description: Privilege of the user that logged in.
      type: str
    users:
      description: Users of the controller.
      type: list
      elements: dict
    reset_types:
      description: Reset types that a Redfish controller accepts.
      type: list
      elements: str
    cipher_suites:
      description: Cipher suites that an IPMI controller offers.
      type: list
      elements: int
    firmware:
      description: Its firmware.
      type: str
    model:
      description: Its model.
      type: str
    ignored:
      description: Findings that O(ignore) names.
      type: list
      elements: dict
    findings:
      description: What is wrong, worst first.
      type: list
      elements: dict
      contains:
        code:
          description: Code of the finding.
          type: str
        severity:
          description: V(blocks), V(hurts) or V(note).
          type: str
        evidence:
          description: What was seen.
          type: str
        remedy:
          description: What to do.
          type: str
        source:
          description: Source of the finding, such as a section of CloudStack's documentation or an issue.
          type: str
  sample: [{"host": "kvm01.example.com", "power_state": "On", "findings": []}]
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 0, "hurts": 0, "note": 1}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.bmc.access import BMC
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.bmc.tasks import check_controllers
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.findings import ASKED
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import PLACES

TASK = ApiTask(
    options={
        **PLACES,
        **BMC,
        **ASKED,
        "ask_server": {"type": "bool", "default": True},
        "ping": {"type": "bool", "default": True},
    },
    operation=lambda cloud, p, check: check_controllers(cloud, p),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
