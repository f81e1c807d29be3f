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
  - Disables a host of a XenServer or XCP-ng pool and moves its guests to other hosts by live migration, or enables it
    again. Guests that cannot leave are reported with the pool's own reason before anything is done.
  - Use it for upgrades while CloudStack does not manage the cluster, as in the playbook C(upgrade_xenserver_pool).
    While CloudStack manages it, use M(hostcraft.cloudstack.cs_maintenance).
  - The pool master stays master, because an upgrade starts with it.
  - Uses XAPI only. Runs on a machine that can connect to the pool and has the Python package XenAPI.
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
      - V(evacuated) disables the host and moves its guests away. It stays disabled after a restart if the pool supports
        this (xapi 25.31 or newer).
      - V(enabled) waits until the host is up, and enables it.
    type: str
    choices: [evacuated, enabled]
    required: true
seealso:
  - module: hostcraft.cloudstack.cs_maintenance
  - module: hostcraft.cloudstack.cs_xenserver_pool
"""

EXAMPLES = r"""
- name: Empty and disable the master
  hostcraft.cloudstack.cs_xenserver_host:
    name: xen1
    state: evacuated
    hypervisor: &pool
      url: https://xen1.example.net
      username: root
      password: "{{ vault_xenserver_password }}"

- name: Enable the master
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
  description: Whether it accepts guests.
  returned: success
  type: bool
  sample: false
master:
  description: Whether it is the pool master.
  returned: success
  type: bool
  sample: true
version:
  description: Version of its product.
  returned: success
  type: str
  sample: 8.3.0
running:
  description: Guests on the host.
  returned: success
  type: list
  elements: str
  sample: []
changes:
  description: Steps that were done, or would be done in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: [disable xen1, "move i-2-8-VM, i-2-9-VM from xen1"]
details:
  description: If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code) and a remedy.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.xenserver.pool import host_main


def main() -> None:
    host_main()


if __name__ == "__main__":
    main()
