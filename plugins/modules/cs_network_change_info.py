#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_change_info
short_description: Tell whether a host waits for a network change to be confirmed, and how the last one ended
description:
  - Reads what the host remembers of changes by M(hostcraft.cloudstack.cs_network_change), and its interfaces.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
seealso:
  - module: hostcraft.cloudstack.cs_network_change
"""

EXAMPLES = r"""
- name: Is a change under way?
  hostcraft.cloudstack.cs_network_change_info:
  register: network

- name: Say why the last one did not stay
  ansible.builtin.debug:
    msg: "{{ network.last.reason }}"
  when: network.last is not none and network.last.outcome == 'rolled_back'
"""

RETURN = r"""
state:
  description: V(none), or the phase of the pending change, V(armed), V(applying), V(applied) or V(reverting).
  returned: success
  type: str
  sample: none
id:
  description: Names the pending change; empty without one.
  returned: success
  type: str
  sample: ""
reason:
  description: Why the pending change is being taken back.
  returned: success
  type: str
  sample: ""
timeout:
  description: Seconds that the pending change has to be confirmed within.
  returned: success
  type: float
  sample: 120
guarded:
  description: Whether its deadline is armed. V(false) after somebody stopped the timer.
  returned: success
  type: bool
  sample: true
last:
  description: How the last change ended.
  returned: success
  type: dict
  contains:
    outcome:
      description: V(confirmed), V(rolled_back) or V(abandoned).
      type: str
    id:
      description: Names the change.
      type: str
    reason:
      description: Why it was rolled back.
      type: str
    left:
      description: Commands for what of the running state could not be brought back; empty when all was.
      type: list
      elements: str
interfaces:
  description: The interfaces as they are, a line each.
  returned: success
  type: str
  sample: "eth0: card up mtu 1500 192.0.2.10/24"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network.change import info

if __name__ == "__main__":
    info()
