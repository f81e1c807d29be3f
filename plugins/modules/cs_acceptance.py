#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_acceptance
short_description: Test that a zone of Apache CloudStack can run a VM
description:
  - Waits until the system VMs of a zone and their agents are up and a template is ready, deploys a VM, tests that its
    console answers, and destroys and expunges the VM. Then it verifies that nothing of the VM is left.
  - In an Advanced zone without security groups the VM is in an isolated network, which the test creates and deletes,
    unless O(network) is set. In a zone with security groups it is in a shared network.
  - The VM and the network have a name that begins with C(acceptance-) and a mark. If a test fails, they are removed.
    The next test removes what a killed test left.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
options:
  state:
    description:
      - V(planned) returns the template, offering and network that the test would use, or why it cannot run, and changes
        nothing.
      - V(done) runs the test.
      - V(absent) only removes what a killed test left.
    type: str
    choices: [planned, done, absent]
    default: done
  template:
    description: Name or ID of a template. By default the smallest template of users that fits a host of the zone.
    type: str
  service_offering:
    description:
      - Name or ID of a service offering with fixed CPU and memory. By default the smallest one without host tags.
    type: str
  network:
    description: Name or ID of an existing network of the zone. Not for Basic zones.
    type: str
  network_offering:
    description:
      - Name or ID of the offering of the isolated network. It must be enabled, and not require a VLAN.
    type: str
  hypervisor:
    description: Only use hosts of this hypervisor.
    type: str
  console:
    description:
      - V(answered) requests the first page of the console. V(asked) only requires that the server returns a URL.
      - A server older than 4.18 has no command for this. Then the console is listed in RV(untested).
    type: str
    choices: [answered, asked, none]
    default: answered
  console_hosts:
    description:
      - Names or addresses that the URL of a console may have, besides the public addresses of console proxies and the
        names of the setting C(consoleproxy.url.domain). For example those of a proxy in front of them.
    type: list
    elements: str
    default: []
  console_verify:
    description: Whether the certificate of the console's page must be trusted.
    type: bool
    default: true
  console_ca_path:
    description: File with the CA certificates for the console's page. By default those of the system.
    type: path
  timeout:
    description: Seconds to wait for each step. After the installation, system VMs and templates can take 30 minutes.
    type: float
    default: 1800
attributes:
  idempotent:
    support: partial
    details: Each run is a test. It reports a change only if it removed what a killed test had left.
notes:
  - Run one test at a time in a zone. A second one removes the VM of the first.
seealso:
  - module: hostcraft.cloudstack.cs_system_vm_info
  - module: hostcraft.cloudstack.cs_system_vm_template_info
"""

EXAMPLES = r"""
- name: Test that the zone can run VMs
  hostcraft.cloudstack.cs_acceptance:
    zone: zurich
  register: accepted

- name: Show each step with its evidence
  ansible.builtin.debug:
    var: accepted.steps

- name: Show what the VM would be made of
  hostcraft.cloudstack.cs_acceptance:
    zone: zurich
    template: Debian 12
    state: planned
"""

RETURN = r"""
zone:
  description: Name of the zone.
  returned: success
  type: str
  sample: zurich
passed:
  description: Whether the test ran to its end. A failed test fails the task.
  returned: O(state=done), not in check mode
  type: bool
  sample: true
steps:
  description: The steps that were done, each with evidence and its duration in seconds. If the test failed, they are in
    C(details).
  returned: O(state=done), not in check mode
  type: list
  elements: dict
  sample: [{"name": "system_vms", "evidence": "Running, with their agents Up: s-1-VM, v-2-VM", "seconds": 0.1}]
untested:
  description: What could not be tested, and why.
  returned: O(state=done), not in check mode
  type: list
  elements: dict
  sample: []
template:
  description: Template of the VM.
  returned: O(state=done) and O(state=planned)
  type: str
  sample: Debian 12
service_offering:
  description: Service offering of the VM.
  returned: O(state=done) and O(state=planned)
  type: str
  sample: Small Instance
network:
  description: Existing network of the VM, if any.
  returned: O(state=done) and O(state=planned)
  type: str
  sample: null
network_offering:
  description: Offering of the network that is made for the VM, if any.
  returned: O(state=done) and O(state=planned)
  type: str
  sample: DefaultIsolatedNetworkOfferingWithSourceNatService
removed:
  description: VMs and networks of a killed test that were removed, or would be.
  returned: success
  type: list
  elements: str
  sample: ["acceptance-1700000000"]
feasible:
  description: Whether the test can be run.
  returned: O(state=planned)
  type: bool
  sample: true
reasons:
  description: Why it cannot be run, each with a code and a remedy.
  returned: O(state=planned)
  type: list
  elements: dict
  sample: []
code:
  description: V(acceptance_failed) if a step failed. Then C(details) has the step, and what could not be removed.
  returned: failure
  type: str
  sample: acceptance_failed
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.acceptance.trial import (
    OPTIONS,
    accept,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=OPTIONS, operation=accept)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
