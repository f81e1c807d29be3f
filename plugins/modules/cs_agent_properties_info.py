#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_agent_properties_info
short_description: Read the configuration of an Apache CloudStack KVM agent
description:
  - Reads C(agent.properties) on the host that the task runs on. No secret is returned.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.machine.properties
seealso:
  - module: hostcraft.cloudstack.cs_agent_properties
"""

EXAMPLES = r"""
- name: Read the agent's properties
  hostcraft.cloudstack.cs_agent_properties_info:
  register: agent

- name: Show the guid
  ansible.builtin.debug:
    msg: "{{ agent.guid }} of {{ agent.management_servers | join(', ') }}"
"""

RETURN = r"""
installed:
  description: Whether the file exists.
  returned: success
  type: bool
  sample: true
properties:
  description: The contents of the file, without secrets.
  returned: success
  type: dict
  sample: {workers: "10", guest.cpu.mode: custom}
guid:
  description: The guid of the agent. Empty if the host was not added yet.
  returned: success
  type: str
  sample: 1b4e28ba-2fa1-31d2-883f-0016d3cca427
management_servers:
  description: Addresses that the agent connects to.
  returned: success
  type: list
  elements: str
  sample: [10.10.0.5, 10.10.0.6]
algorithm:
  description: The algorithm by which the agent chooses one of them.
  returned: success
  type: str
  sample: roundrobin
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.agent_properties import info

if __name__ == "__main__":
    info()
