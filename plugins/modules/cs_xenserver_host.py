#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_xenserver_host
short_description: Take a host of a XenServer pool out of service for an upgrade, and back
description:
  - Disables a host of a XenServer or XCP-ng pool and moves its guests to the others by live migration, or enables it
    again. Guests that cannot leave are named, each with the reason that the pool itself tells, before anything is done.
  - This is for upgrades, during which CloudStack does not manage the cluster, as in the playbook
    C(upgrade_xenserver_pool). While it does, M(hostcraft.cloudstack.cs_maintenance) is right.
  - The pool's master stays master, since an upgrade takes it first.
  - Works through XAPI alone, from where the pool can be reached and the Python package XenAPI is.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.hypervisor.xenserver
options:
  name:
    description: Name-label of the host.
    type: str
    required: true
  state:
    description:
      - V(evacuated) disables the host and moves its guests away. It stays disabled over a restart where the pool knows
        how to (xapi 25.31 and newer).
      - V(enabled) waits until the host is up, and enables it.
    type: str
    choices: [evacuated, enabled]
    required: true
seealso:
  - module: hostcraft.cloudstack.cs_maintenance
  - module: hostcraft.cloudstack.cs_xenserver_pool
"""

EXAMPLES = r"""
- name: Empty the master
  hostcraft.cloudstack.cs_xenserver_host:
    name: xen1
    state: evacuated
    hypervisor: &pool
      url: https://xen1.example.net
      username: root
      password: "{{ vault_xenserver_password }}"

- name: Use it again
  hostcraft.cloudstack.cs_xenserver_host:
    name: xen1
    state: enabled
    hypervisor: *pool
"""

RETURN = r"""
name:
  description: Name-label of the host.
  returned: success
  type: str
  sample: xen1
enabled:
  description: Whether it takes guests.
  returned: success
  type: bool
  sample: false
master:
  description: Whether it leads the pool.
  returned: success
  type: bool
  sample: true
version:
  description: Version of its product.
  returned: success
  type: str
  sample: 8.3.0
running:
  description: Guests that are on it.
  returned: success
  type: list
  elements: str
  sample: []
changes:
  description: What was done, or would be in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [disable xen1, "move i-2-8-VM, i-2-9-VM from xen1"]
details:
  description: If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code) and what helps.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.xenserver.pool import host_main


def main() -> None:
    host_main()


if __name__ == "__main__":
    main()
