#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_change_info
short_description: Read the pending and the last network change of a host
description:
  - Reads the host's records of changes by M(hostcraft.cloudstack.cs_network_change), and its interfaces.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
seealso:
  - module: hostcraft.cloudstack.cs_network_change
"""

EXAMPLES = r"""
- name: Read the pending network change
  hostcraft.cloudstack.cs_network_change_info:
  register: network

- name: Show why the last change was rolled back
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
  description: Identifies the pending change. Empty if there is none.
  returned: success
  type: str
  sample: ""
reason:
  description: Reason why the pending change is being reverted.
  returned: success
  type: str
  sample: ""
timeout:
  description: Number of seconds within which the pending change must be confirmed.
  returned: success
  type: float
  sample: 120
guarded:
  description: Whether its timer is armed. V(false) if the timer was stopped.
  returned: success
  type: bool
  sample: true
last:
  description: Result of the last change.
  returned: success
  type: dict
  contains:
    outcome:
      description: V(confirmed), V(rolled_back) or V(abandoned).
      type: str
    id:
      description: Identifies the change.
      type: str
    reason:
      description: Reason of the rollback.
      type: str
    left:
      description: Commands for running state that could not be restored. Empty if everything was restored.
      type: list
      elements: str
interfaces:
  description: The interfaces, one line each.
  returned: success
  type: str
  sample: "eth0: card up mtu 1500 192.0.2.10/24"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network.change import info

if __name__ == "__main__":
    info()
