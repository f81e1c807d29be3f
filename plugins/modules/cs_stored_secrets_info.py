#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_stored_secrets_info
short_description: Show how Apache CloudStack stores secrets in its database
description:
  - Reads every column of CloudStack's database that contains passwords, keys and other secrets, and reports for each
    value whether it is encrypted, with which version, or whether it is plain text.
  - Finds what the server cannot use, such as a vCenter password that is still plain text after an upgrade.
  - Never returns a secret. Nothing is written.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
options:
  database:
    required: true
seealso:
  - module: hostcraft.cloudstack.cs_vmware_dc
  - module: hostcraft.cloudstack.cs_configuration
"""

EXAMPLES = r"""
- name: Read how secrets are stored on a management server
  hosts: management1
  become: true
  tasks:
    - name: Check that no secret is plain text
      hostcraft.cloudstack.cs_stored_secrets_info:
        database:
          properties: /etc/cloudstack/management/db.properties

- name: Read how secrets are stored from another machine
  hosts: localhost
  tasks:
    - name: Show the number of values for each way of storage
      hostcraft.cloudstack.cs_stored_secrets_info:
        database:
          host: db.example.net
          password: "{{ vault_database_password }}"
          tls: true
          encryption_key: "{{ vault_database_key }}"
        fail: never
      register: secrets
"""

RETURN = r"""
encryption:
  description: Whether the server encrypts, and with which version.
  returned: always
  type: dict
  sample: {enabled: true, version: V2}
columns:
  description: The columns that contain values, with the number of values of each form.
  returned: always
  type: list
  elements: dict
  contains:
    table:
      description: Name of the table.
      type: str
    column:
      description: Name of the column.
      type: str
    forms:
      description:
        - Number of values encrypted with V(V1) and V(V2), in C(plain) text, C(empty), and C(unreadable) (encrypted with
          another key, or damaged).
      type: dict
  sample:
    - table: host_details
      column: value
      forms: {V1: 0, V2: 4, plain: 0, empty: 0, unreadable: 0}
rows:
  description: The values that the server cannot use as they are stored, without the value.
  returned: always
  type: list
  elements: dict
  contains:
    table:
      description: Name of the table.
      type: str
    column:
      description: Name of the column.
      type: str
    id:
      description: Number of the row. For settings, the name.
      type: str
    label:
      description: What the row is about, such as the number of the host or the name of the datacenter.
      type: str
    form:
      description: How the value is stored.
      type: str
  sample:
    - {table: vmware_data_center, column: password, id: "1", label: zurich-dc, form: plain}
findings:
  description: What is wrong, worst first.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Stable name of the finding, see the guide.
      type: str
    severity:
      description: V(blocks), V(hurts) or V(note).
      type: str
    evidence:
      description: What was seen.
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Source of the finding, such as a section of CloudStack's documentation or an issue.
      type: str
  sample: []
ignored:
  description: Findings that were ignored because of O(ignore).
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: Checks that could not be made, with the missing information.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {blocks: 0, hurts: 0, note: 0}
code:
  description: V(secrets_not_fit) if findings failed the task.
  returned: failure
  type: str
  sample: secrets_not_fit
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database.stored_secrets import (
    main as stored_secrets,
)


def main() -> None:
    stored_secrets()


if __name__ == "__main__":
    main()
