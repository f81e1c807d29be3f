#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_site
short_description: Apply a whole declared zone of Apache CloudStack
description:
  - Creates and changes the zone, networks, addresses, clusters, hosts, storage and settings of a declaration in one
    task. What is not declared is not changed, except with O(prune).
  - Each object is decided, written and verified as by the module for a single object, such as
    M(hostcraft.cloudstack.cs_host).
  - Everything is decided before the first write. If one object cannot be made as declared, nothing is written.
  - Objects that do not depend on each other are written at the same time. The first host of a cluster is added before
    its other hosts. Hosts of a XenServer pool or a vCenter cluster are added one after another.
  - If an object fails, those that need it are left out, and all others are written. The error names each of them. The
    next run, also after one that was killed, continues from there.
  - Before it writes, it locks the zone for other runs by an annotation of the zone, reads everything again and decides
    again. The error of another run names who holds the lock. A run that has nothing to write does not lock.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.site
  - hostcraft.cloudstack.maintenance.lock
options:
  at_once:
    description: Maximum number of objects that are written at the same time.
    type: int
    default: 8
  prune:
    description:
      - Whether to remove objects that are not declared, in the parts of O(parts), after everything else was written.
        Each object is removed as by its own module, and never by force.
      - A list that is not set removes nothing. For example, without C(primary_storage) in the declaration no pool is
        removed, and with an empty list all of them are. Without O(hosts), no host is removed.
      - Settings, providers, guest networks, local storage and image stores that serve all zones are never removed.
      - If one object is in use, nothing is written at all, and the error names its users. A host must be disabled or in
        maintenance, and have no VMs.
    type: bool
    default: false
  state:
    description: V(planned) returns the plan and changes nothing.
    type: str
    choices: [present, planned]
    default: present
seealso:
  - module: hostcraft.cloudstack.cs_site_info
  - module: hostcraft.cloudstack.cs_declaration_info
"""

EXAMPLES = r"""
- name: Show what would change
  hostcraft.cloudstack.cs_site:
    declaration: "{{ cloudstack_zone }}"
    hosts:
      - name: kvm1.example.net
        cluster: kvm-a
        username: root
        password: "{{ vault_kvm_root_password }}"
        host_tags: [ssd]
    state: planned
  register: site

- name: Show the plan
  ansible.builtin.debug:
    var: site.plan

- name: Show what would be removed
  hostcraft.cloudstack.cs_site:
    declaration: "{{ cloudstack_zone }}"
    hosts: "{{ my_hosts }}"
    prune: true
    state: planned
  register: site

- name: Apply the hosts alone, at most 16 at the same time
  hostcraft.cloudstack.cs_site:
    declaration: "{{ cloudstack_zone }}"
    hosts: "{{ my_hosts }}"
    parts: [hosts]
    at_once: 16
"""

RETURN = r"""
plan:
  description: A line for each object that is created (C(+)), changed (C(~)) or removed (C(-)).
  returned: success
  type: list
  elements: str
  sample:
    - "+ host kvm1.example.net: cluster kvm-a, url http://10.10.1.11"
    - "~ host kvm2.example.net: host_tags [ssd] -> [gpu, ssd]"
summary:
  description: How many objects are created, changed, removed and unchanged.
  returned: success
  type: str
  sample: 1 created, 1 changed, 9998 unchanged
counts:
  description: The same by kind of object.
  returned: success
  type: dict
  sample: {"host": {"created": 1, "changed": 1, "unchanged": 9998}}
restart:
  description:
    - Names of changed settings that take effect when the management servers are restarted.
    - Servers of 4.11 do not return which settings these are. With them, a warning lists the changed settings instead.
  returned: success
  type: list
  elements: str
  sample: [secstorage.encrypt.copy]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.task import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
