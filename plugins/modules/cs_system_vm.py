#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_system_vm
short_description: Manage console proxies and secondary storage VMs of Apache CloudStack
description:
  - Starts, stops, restarts, recreates, patches, resizes and moves system VMs. Without O(name), it handles all system
    VMs of the zone and kind, one after the other.
  - The module waits until a system VM runs and its agent is connected before it continues with the next one. With
    O(state=recreated) this is the new one that the server makes.
  - A zone is not left without a console proxy or a secondary storage VM, even for the time of a restart, unless
    O(consent) is set.
  - Locks the zone while it works, as M(hostcraft.cloudstack.cs_router_upgrade) does. A second run in the zone is
    refused.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.maintenance.lock
options:
  name:
    description: Name or ID of one system VM. The name of a recreated system VM is a new one.
    type: str
  kind:
    description: Handle only console proxies or only secondary storage VMs.
    type: str
    choices: [consoleproxy, secondarystoragevm]
  zone:
    description: Name or ID of a zone. Handle only system VMs of this zone. By default those of all zones.
    type: str
  state:
    description:
      - V(started) and V(stopped) change nothing if the system VM is in this state already.
      - V(restarted) restarts it, or starts it if it is stopped.
      - V(recreated) destroys it, and waits for the new one of the server. The new one has the present template and the
        default offering, unless O(service_offering) is set.
      - V(patched) updates a running system VM to the scripts of the management server, without a restart. It requires
        CloudStack 4.17 or newer.
    type: str
    choices: [started, stopped, restarted, recreated, patched]
  service_offering:
    description:
      - Name or ID of the system offering that the system VM has.
      - An offering for another kind of system VM is refused. The server accepts it without an error.
    type: str
  template:
    description:
      - Name or ID of a template. With O(state=recreated), system VMs of this template are left as they are.
      - The task is refused if the zone does not have it ready for one of its hypervisors, with type SYSTEM. It fails if
        the new system VM has another template, because the server takes the newest one of the hypervisor it chooses.
      - Use it if the task may run again after an interruption.
    type: str
  host:
    description: Name or ID of the host that the system VM runs on. It is migrated if it runs on another host.
    type: str
  leave_hosts:
    description:
      - Names or IDs of hosts that the system VM does not run on. If it runs on one of them, it is migrated to the
        suitable host with the most free memory.
    type: list
    elements: str
    default: []
  forced:
    description: Stop or patch it although the server expects difficulties.
    type: bool
    default: false
  consent:
    description: Accept that a zone is without a console proxy or a secondary storage VM, and that open consoles end.
    type: bool
    default: false
  timeout:
    description: Seconds to wait for each system VM.
    type: float
    default: 900
attributes:
  idempotent:
    support: partial
    details: O(state=restarted) and O(state=patched) act in every run, O(state=recreated) unless O(template) is set.
seealso:
  - module: hostcraft.cloudstack.cs_system_vm_info
  - module: hostcraft.cloudstack.cs_system_vm_template
"""

EXAMPLES = r"""
- name: Recreate all system VMs of a zone that have an old template
  hostcraft.cloudstack.cs_system_vm:
    zone: zurich
    state: recreated
    template: systemvm-kvm-4.22.0
    consent: true

- name: Move the system VMs away from a host
  hostcraft.cloudstack.cs_system_vm:
    zone: zurich
    leave_hosts: [kvm01.example.com]

- name: Give the secondary storage VM more memory
  hostcraft.cloudstack.cs_system_vm:
    zone: zurich
    kind: secondarystoragevm
    service_offering: system-2g
"""

RETURN = r"""
system_vms:
  description: The system VMs that the task is about, in the order of the work, as they are at the end.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the system VM.
      type: str
    name:
      description: Name of the system VM.
      type: str
    replaces:
      description: Name of the destroyed system VM that it replaces.
      type: str
    kind:
      description: V(consoleproxy) or V(secondarystoragevm).
      type: str
    zone:
      description: Name of its zone.
      type: str
    state:
      description: Its state. V(Destroyed) if others of its kind serve and the server made no new one.
      type: str
    agent_state:
      description: State of its agent. Empty if the server does not show one.
      type: str
    host:
      description: Name of its host.
      type: str
    service_offering:
      description: Name of its service offering.
      type: str
    template:
      description: Name of its template.
      type: str
    version:
      description: Version of its agent.
      type: str
    actions:
      description: What was done, or would be done in check mode.
      type: list
      elements: str
  sample: [{"name": "v-7-VM", "replaces": "v-2-VM", "kind": "consoleproxy", "state": "Running",
    "actions": ["recreated"]}]
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 74.2
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.system_vms.tasks import (
    SYSTEM_VM,
    ensure_system_vm,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(
    options=SYSTEM_VM, operation=ensure_system_vm, constraints={"mutually_exclusive": [("host", "leave_hosts")]}
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
