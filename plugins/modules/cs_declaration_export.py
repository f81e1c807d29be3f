#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_declaration_export
short_description: Write a zone of Apache CloudStack as an inventory
description:
  - Writes the files that M(hostcraft.cloudstack.cs_declaration_info) returns into a directory, all in one task.
    CloudStack is only read.
  - Each file has mode 0600, and is written whole or not at all. New directories have mode 0700.
  - An existing C(group_vars/all/vault.yml) is never changed, because it contains the passwords of an earlier export.
  - Files that are as exported are not written again.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
options:
  dest:
    description: The directory, on the machine where the task runs. The directory above it must exist.
    type: path
    required: true
  overwrite:
    description: Whether to replace files of a directory that exists.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_declaration_info
  - module: hostcraft.cloudstack.cs_site
"""

EXAMPLES = r"""
- name: Write a zone as an inventory
  hostcraft.cloudstack.cs_declaration_export:
    zone: zurich
    dest: inventories/zurich

- name: Write it again
  hostcraft.cloudstack.cs_declaration_export:
    zone: zurich
    dest: inventories/zurich
    overwrite: true
"""

RETURN = r"""
name:
  description: Name of the zone.
  returned: success
  type: str
  sample: zurich
dest:
  description: Absolute path of the directory.
  returned: success
  type: str
  sample: /home/admin/inventories/zurich
files:
  description: Paths of the files of the inventory, in the directory.
  returned: success
  type: list
  elements: str
  sample: [hosts.yml, group_vars/all/zone.yml, group_vars/kvm_a.yml, group_vars/all/vault.yml]
written:
  description: Paths of the files that were created or changed.
  returned: success
  type: list
  elements: str
  sample: [hosts.yml]
vault:
  description: Names of variables that need a value, in C(group_vars/all/vault.yml).
  returned: success
  type: list
  elements: str
  sample: [vault_kvm_a_username, vault_kvm_a_password]
gaps:
  description: What the declaration cannot express, see M(hostcraft.cloudstack.cs_declaration_info).
  returned: success
  type: list
  elements: dict
  sample: [{"code": "host_out", "object": "kvm-a1", "message": "its resource state is Maintenance"}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.declaration import EXPORT, export
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=EXPORT, operation=export)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
