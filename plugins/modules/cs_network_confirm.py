#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_network_confirm
short_description: Confirm or revert the pending network change of a host
description:
  - Makes a network change of M(hostcraft.cloudstack.cs_network_change) permanent, or reverts it at once.
  - That module confirms its changes by itself. Use this module for changes that were started with your own O(token), or
    to revert a change without waiting for the rollback.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  state:
    description: V(confirmed) makes the change permanent, V(reverted) reverts it.
    type: str
    choices: [confirmed, reverted]
    default: confirmed
  token:
    description: The secret that the change was started with. Required for O(state=confirmed).
    type: str
attributes:
  check_mode:
    description: Reports whether there is a change to confirm or revert.
    support: full
  diff_mode:
    description: The files are those that the change itself showed.
    support: none
seealso:
  - module: hostcraft.cloudstack.cs_network_change
"""

EXAMPLES = r"""
- name: Revert the change immediately
  hostcraft.cloudstack.cs_network_confirm:
    state: reverted

- name: Confirm the change
  hostcraft.cloudstack.cs_network_confirm:
    token: "{{ token }}"
"""

RETURN = r"""
state:
  description:
    - V(confirmed), V(reverted), or V(none) if there was nothing to revert.
    - If the change cannot be confirmed yet, its phase, V(armed), V(applying) or V(reverting).
  returned: success
  type: str
  sample: confirmed
id:
  description: Identifies the change.
  returned: when V(confirmed)
  type: str
  sample: 2f1c9a60d3b45e78
interfaces:
  description: The interfaces, one line each.
  returned: when V(confirmed) or V(reverted)
  type: str
  sample: "cloudbr0: bridge up mtu 1500 192.0.2.10/24"
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine_network.change import confirm

if __name__ == "__main__":
    confirm()
