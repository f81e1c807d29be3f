#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_load_balancer_node
short_description: Take a management server out of the load balancer, and put it back
description:
  - Sets the state of a node on a load balancer that the role C(load_balancer) configured, for users and for agents,
    until HAProxy is reloaded. To keep a node out for longer, use the variable C(load_balancer_out) of the role.
  - HAProxy finds by itself that a node does not serve. It cannot see that a node is in maintenance, which still
    answers, but refuses asynchronous commands with 503.
  - Runs on the load balancer.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.machine.haproxy
options:
  name:
    description: Name of the node.
    type: str
    required: true
  state:
    description:
      - V(maint) sends everyone to other nodes at once. Users who are logged in on the node have to log in again.
      - V(drain) sends new users and agents to other nodes. Sessions on the node go on.
      - V(ready) sends users and agents to the node as soon as it serves.
    type: str
    choices: [ready, drain, maint]
    default: ready
  last:
    description: Take the node out even if no other node serves.
    type: bool
    default: false
  wait:
    description:
      - Maximum number of seconds to wait. With V(state=ready), until the node serves. Otherwise, until it has no
        session of a user.
    type: float
    default: 0
attributes:
  check_mode:
    description: Returns what would change, and changes nothing.
    support: full
  diff_mode:
    description: Shows the state before and after.
    support: full
seealso:
  - module: hostcraft.cloudstack.cs_load_balancer_info
"""

EXAMPLES = r"""
- name: Take a management server out of every load balancer
  hostcraft.cloudstack.cs_load_balancer_node:
    name: ms1
    state: maint
  delegate_to: "{{ item }}"
  loop: "{{ groups.load_balancers }}"

- name: Put it back and wait until it serves
  hostcraft.cloudstack.cs_load_balancer_node:
    name: ms1
    wait: 600
  delegate_to: "{{ item }}"
  loop: "{{ groups.load_balancers }}"
"""

RETURN = r"""
node:
  description: The node as HAProxy shows it.
  returned: success
  type: dict
  sample:
    name: ms1
    serves: false
    web: {status: MAINT, state: maint, check: L7OK 401, sessions: 0}
    agents: {status: MAINT, state: maint, check: L7OK 401, sessions: 4}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.servers.load_balancer import main

if __name__ == "__main__":
    main()
