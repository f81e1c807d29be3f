#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_declaration_info
short_description: Read a zone of Apache CloudStack as a declaration
description:
  - Returns an existing zone as the files of an inventory for the playbook C(hostcraft.cloudstack.site). Applied
    to the same zone, they change nothing.
  - Users and passwords, which the server does not show, are variables of a file for Ansible Vault.
  - Texts from the server that Ansible would take for templates have the tag C(!unsafe).
  - Reads only. M(hostcraft.cloudstack.cs_declaration_export) and the playbook C(hostcraft.cloudstack.export_zone) write
    the files.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
seealso:
  - module: hostcraft.cloudstack.cs_declaration_export
  - module: hostcraft.cloudstack.cs_zone_info
"""

EXAMPLES = r"""
- name: Read a zone as a declaration
  hostcraft.cloudstack.cs_declaration_info:
    zone: zurich
  register: exported

- name: Show what the declaration does not say
  ansible.builtin.debug:
    msg: "{{ exported.gaps | map(attribute='message') }}"
"""

RETURN = r"""
name:
  description: Name of the zone.
  returned: success
  type: str
  sample: zurich
files:
  description: The files of the inventory, each with its C(path) in the directory of the inventory and its C(content).
  returned: success
  type: list
  elements: dict
  sample: [{"path": "hosts.yml", "content": "---..."}]
vault:
  description: Names of variables that need a value, in C(group_vars/all/vault.yml).
  returned: success
  type: list
  elements: str
  sample: [vault_kvm_a_username, vault_kvm_a_password]
gaps:
  description:
    - What the declaration cannot express, each with C(code), C(object) and C(message). Codes are V(host_ha),
      V(host_in_range), V(host_oobm), V(host_out), V(network_not_enabled), V(pod_ranges), V(pool_out),
      V(pool_tag_rule), V(range_dedicated), V(setting_secret), V(storage_url), V(store_details) and
      V(store_read_only).
  returned: success
  type: list
  elements: dict
  sample: [{"code": "host_out", "object": "kvm-a1", "message": "its resource state is Maintenance"}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.declaration import tell
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE

TASK = ApiTask(options={**ZONE}, operation=tell)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
