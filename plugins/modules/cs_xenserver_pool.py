#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_xenserver_pool
short_description: Bring hosts into a XenServer pool, and tidy up what Apache CloudStack left there
description:
  - With O(join) a host that is alone becomes a member of a XenServer or XCP-ng pool. All that would be refused is
    named at once and before anything is done; version, product, CPU, updates, network backend and cards have to be
    the same.
  - With O(clear_tags) the tags that CloudStack leaves on hosts are removed, without which it does not set such a host
    up anew. With O(plug_storage) storage that is not plugged is plugged. Both belong to an upgrade of the pool.
  - Works through XAPI alone, from where the hosts can be reached and the Python package XenAPI is.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.hypervisor.xenserver
options:
  join:
    description:
      - The host that is to join. Its local guests must not run; it gets the master's bonds, VLANs and shared storage.
      - User and password are those of O(hypervisor) where they are not set.
    type: dict
    suboptions:
      url:
        description: Address of the host, such as V(https://xen2.example.net).
        type: str
        required: true
      username:
        description: User name; if neither is set, E(CLOUDSTACK_HYPERVISOR_USERNAME) is used.
        type: str
      password:
        description: Password; if neither is set, E(CLOUDSTACK_HYPERVISOR_PASSWORD) is used.
        type: str
      validate_certs:
        description: Whether certificates are verified.
        type: bool
        default: true
      ca_path:
        description: File of CA certificates; if not set, E(CLOUDSTACK_HYPERVISOR_CA) is used.
        type: path
      timeout:
        description: Maximum number of seconds for one call.
        type: float
        default: 30
  hosts:
    description: Names of hosts to tidy up. All of them where empty.
    type: list
    elements: str
    default: []
  clear_tags:
    description: Whether CloudStack's tags are removed. Others stay.
    type: bool
    default: false
  plug_storage:
    description: Whether storage that is not plugged on a host is plugged.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_cluster
  - module: hostcraft.cloudstack.cs_xenserver_check
"""

EXAMPLES = r"""
- name: A second host
  hostcraft.cloudstack.cs_xenserver_pool:
    join:
      url: https://xen2.example.net
    hypervisor: &pool
      url: https://xen1.example.net
      username: root
      password: "{{ vault_xenserver_password }}"

- name: After an upgrade, before the cluster is managed again
  hostcraft.cloudstack.cs_xenserver_pool:
    clear_tags: true
    plug_storage: true
    hypervisor: *pool
"""

RETURN = r"""
hosts:
  description: The pool's hosts as they are, the master first.
  returned: success
  type: list
  elements: dict
  sample: [{name: xen1, address: 10.0.0.11, master: true, enabled: true, version: 8.3.0, dom0: 3221225472}]
changes:
  description: What was done, or would be in check mode, in order.
  returned: always
  type: list
  elements: str
  sample: [xen2 joins the pool of xen1]
details:
  description: If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code) and what helps.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.xenserver.pool import pool_main


def main() -> None:
    pool_main()


if __name__ == "__main__":
    main()
