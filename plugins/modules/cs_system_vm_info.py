#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_system_vm_info
short_description: Show console proxies and secondary storage VMs of Apache CloudStack
description:
  - Shows system VMs with the state of their agents, and which zones have none.
  - Shows for each zone how many consoles are open and how many the console proxies can still open.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.looks.findings
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
options:
  kind:
    description: Show only console proxies or only secondary storage VMs.
    type: str
    choices: [consoleproxy, secondarystoragevm]
  fail:
    default: never
seealso:
  - module: hostcraft.cloudstack.cs_system_vm
"""

EXAMPLES = r"""
- name: Check that all system VMs serve
  hostcraft.cloudstack.cs_system_vm_info:
    fail: blocks

- name: Read how many consoles are open
  hostcraft.cloudstack.cs_system_vm_info:
    kind: consoleproxy
  register: consoles
"""

RETURN = r"""
system_vms:
  description: System VMs by zone, kind and name.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: ID of the system VM.
      type: str
    name:
      description: Name of the system VM.
      type: str
    kind:
      description: V(consoleproxy) or V(secondarystoragevm).
      type: str
    state:
      description: Its state.
      type: str
    zone_id:
      description: ID of its zone.
      type: str
    zone:
      description: Name of its zone.
      type: str
    pod:
      description: Name of its pod.
      type: str
    host_id:
      description: ID of its host. Empty if it is stopped.
      type: str
    host:
      description: Name of its host. Empty if it is stopped.
      type: str
    hypervisor:
      description: Its hypervisor.
      type: str
    address:
      description: Its public address.
      type: str
    private_address:
      description: Its management address. Empty if it is stopped.
      type: str
    link_local_address:
      description: Its link-local address. Empty if it is stopped.
      type: str
    viewers:
      description: Consoles that are open. V(null) for a secondary storage VM.
      type: int
    agent:
      description: State of its agent. Empty if the server does not show one.
      type: str
    version:
      description: Version of its agent.
      type: str
    template_id:
      description: ID of its template.
      type: str
    template:
      description: Name of its template.
      type: str
    offering_id:
      description: ID of its service offering.
      type: str
    offering:
      description: Name of its service offering.
      type: str
    arch:
      description: Its architecture.
      type: str
    created:
      description: When it was created.
      type: str
  sample: [{"name": "v-2-VM", "kind": "consoleproxy", "state": "Running", "agent": "Up", "viewers": 3}]
consoles:
  description: The console proxies of each zone.
  returned: always
  type: list
  elements: dict
  contains:
    zone:
      description: Name of the zone.
      type: str
    proxies:
      description: Console proxies that serve.
      type: int
    sessions:
      description: Consoles that are open.
      type: int
    capacity:
      description: Consoles that can be open. V(null) if the server does not return the limit.
      type: int
    free:
      description: Consoles that can still be opened.
      type: int
  sample: [{"zone": "zurich", "proxies": 1, "sessions": 3, "capacity": 50, "free": 47}]
console_limits:
  description: Values of the settings. V(null) if the server does not have the setting.
  returned: always
  type: dict
  contains:
    sessions:
      description: C(consoleproxy.session.max), for each proxy.
      type: int
    standby:
      description: C(consoleproxy.capacity.standby).
      type: int
    most:
      description: C(consoleproxy.launch.max), for each zone.
      type: int
  sample: {"sessions": 50, "standby": 10, "most": 10}
findings:
  description: What is wrong, worst first.
  returned: always
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
    host:
      description: Name of the system VM, or empty.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample: [{"code": "agent_away", "severity": "blocks", "host": "s-1-VM"}]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: Always empty.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 1, "hurts": 0, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.system_vms.tasks import (
    INFO,
    tell_system_vms,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=INFO, operation=tell_system_vms)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
