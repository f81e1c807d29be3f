#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_agent_properties
short_description: Configure an Apache CloudStack KVM agent
description:
  - Sets keys of C(agent.properties) on the host that the task runs on. Comments, order and all other keys are kept.
  - Names, types and limits of the keys are checked, because the agent silently ignores unknown keys.
  - The identity of the host (C(guid), C(local.storage.uuid), C(zone), C(pod), C(cluster)) and the passphrase of the
    keystore cannot be set. Secrets are neither returned nor shown in a difference.
  - Does not restart the agent.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.machine.properties
options:
  properties:
    description:
      - Values by key. Keys that are not named are not changed. V(null) removes a key, so that the agent's default
        applies.
      - Values are compared by meaning. C(host) with the algorithm V(roundrobin) or V(shuffle) is compared without
        order, because the management server gives each agent its own order. Without an algorithm, C(host) keeps the one
        that the management server has written.
      - With several paths in C(local.storage.path), the module sets C(local.storage.uuid), because the agent does not
        start without one UUID for each path. A path keeps its UUID; a new path gets a random one.
    type: dict
    default: {}
  allow_unknown:
    description: Whether keys that this module does not know may be set, such as those of a newer agent.
    type: bool
    default: false
  state:
    description:
      - V(forgotten) clears the identity of a host that was removed from CloudStack. C(guid), C(host), C(zone), C(pod)
        and C(cluster) get the values of the package, and the passphrase of the keystore is removed, so that an agent
        that is started by accident does not add the host again.
      - If the file does not exist, nothing is changed.
    type: str
    choices: [present, forgotten]
    default: present
attributes:
  check_mode:
    description: Reports what would change.
    support: full
  diff_mode:
    description: Shows the changed keys, without secrets.
    support: full
seealso:
  - module: hostcraft.cloudstack.cs_agent_properties_info
  - module: hostcraft.cloudstack.cs_host_check
"""

EXAMPLES = r"""
- name: Set properties of the agent
  hostcraft.cloudstack.cs_agent_properties:
    properties:
      host: [10.10.0.5, "10.10.0.6@roundrobin"]
      workers: 10
      guest.cpu.mode: custom
      guest.cpu.model: Skylake-Server-IBRS
      guest.cpu.features: [aes, pdpe1gb]
      host.reserved.mem.mb: 8192
      reboot.host.and.alert.management.on.heartbeat.timeout: false
  notify: Restart the agent

- name: Remove the identity of a removed host
  hostcraft.cloudstack.cs_agent_properties:
    state: forgotten
"""

RETURN = r"""
properties:
  description: The contents of the file afterwards, without secrets.
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

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.agent_properties import main

if __name__ == "__main__":
    main()
