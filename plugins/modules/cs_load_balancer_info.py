#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_load_balancer_info
short_description: Read the management servers of a load balancer
description:
  - Reads from HAProxy, as the role C(load_balancer) configured it, which management servers serve users and agents.
  - Runs on the load balancer.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.machine.haproxy
seealso:
  - module: hostcraft.cloudstack.cs_load_balancer_node
"""

EXAMPLES = r"""
- name: Read the nodes
  hostcraft.cloudstack.cs_load_balancer_info:
  register: balanced

- name: Show nodes that do not serve
  ansible.builtin.debug:
    msg: "{{ balanced.nodes | rejectattr('serves') | map(attribute='name') }}"
"""

RETURN = r"""
configuration:
  description:
    - The C(description) of the configuration that HAProxy has loaded. It differs from that of the file if a reload
      failed.
  returned: success
  type: str
  sample: cloudstack-1f0c2d9be05b4a7c
nodes:
  description:
    - Every node, with its side for users (C(web)) and for agents. C(status) is the status in HAProxy, C(check) the
      result of its last check, and C(state) what it was set to. C(serves) shows whether new users and agents are sent
      to it.
  returned: success
  type: list
  elements: dict
  sample:
    - name: ms1
      serves: true
      web: {status: UP, state: ready, check: L7OK 401, sessions: 12}
      agents: {status: UP, state: ready, check: L7OK 401, sessions: 4}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.servers.load_balancer import info

if __name__ == "__main__":
    info()
