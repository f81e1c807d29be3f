#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_confirm
short_description: Confirm a host's pending network change, or take it back now
description:
  - Makes a network change permanent that M(hostcraft.cloudstack.cs_network_change) began, or ends it before its time.
  - That module does it by itself. This is for changes that were begun with a O(token) of one's own, and for operators
    who do not want to wait for a rollback.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  state:
    description: V(confirmed) makes it permanent, V(reverted) takes it back.
    type: str
    choices: [confirmed, reverted]
    default: confirmed
  token:
    description: The secret that the change was begun with. Needed for O(state=confirmed).
    type: str
attributes:
  check_mode:
    description: Tells whether there is something to do.
    support: full
  diff_mode:
    description: The files are those that the change showed.
    support: none
seealso:
  - module: hostcraft.cloudstack.cs_network_change
"""

EXAMPLES = r"""
- name: Back to the old network at once
  hostcraft.cloudstack.cs_network_confirm:
    state: reverted

- name: The network works from everywhere that counts
  hostcraft.cloudstack.cs_network_confirm:
    token: "{{ token }}"
"""

RETURN = r"""
state:
  description:
    - V(confirmed), V(reverted), or V(none) when there was nothing to take back.
    - While it cannot be confirmed yet, its phase, V(armed), V(applying) or V(reverting).
  returned: success
  type: str
  sample: confirmed
id:
  description: Names the change.
  returned: when V(confirmed)
  type: str
  sample: 2f1c9a60d3b45e78
interfaces:
  description: The interfaces as they are, a line each.
  returned: when V(confirmed) or V(reverted)
  type: str
  sample: "cloudbr0: bridge up mtu 1500 192.0.2.10/24"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network.change import confirm

if __name__ == "__main__":
    confirm()
