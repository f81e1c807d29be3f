#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_database_password
short_description: Change the password of Apache CloudStack's database account
description:
  - Performs one step of a password change without an interruption. MariaDB 10.4 and newer accept two passwords of an
    account, so that each server works with the old password until it has the new one.
  - On the primary database server, V(both), V(new) and V(old) decide which passwords the account accepts. On
    management and usage servers, V(written) writes C(db.properties), and V(restored) puts the file from before back.
  - Before C(db.properties) is written, the new password must open both databases from that machine. Afterwards, what
    the file contains must open them.
  - The playbook C(change_database_password) performs all steps.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
options:
  state:
    description:
      - V(both) accepts O(password) and the present password. V(new) accepts only O(password). V(old) does not accept
        O(password) any more, which ends a change.
      - V(written) writes O(password) to O(path), encrypted with the management key in the version that the file uses. A
        copy of the file from before is kept beside it, with the suffix C(.before-password).
      - V(restored) puts that copy back, and does nothing without one.
    type: str
    choices: [both, new, old, written, restored]
    required: true
  password:
    description:
      - The new password. Characters that CloudStack's own commands change are refused.
    type: str
    required: true
  user:
    description: Name of the account. All its hosts are changed.
    type: str
    default: cloud
  database:
    description:
      - Connection to the primary database server with an account that may change accounts. Required for V(both), V(new)
        and V(old).
  path:
    description: The file C(db.properties). A link is followed.
    type: path
    default: /etc/cloudstack/management/db.properties
  key_file:
    description: File with the management key. By default C(key) beside O(path).
    type: path
  management_key:
    description: The management key, for encryption types V(env) and V(web). If not set, E(CLOUD_SECRET_KEY) is used.
    type: str
attributes:
  check_mode:
    description: Reports what would change. A new password cannot be proven, because the account does not accept it yet.
    support: full
  diff_mode:
    description: Shows the accounts or the file, without passwords.
    support: full
seealso:
  - module: hostcraft.cloudstack.cs_database_keys
"""

EXAMPLES = r"""
- name: Accept the old and the new password on the primary
  hostcraft.cloudstack.cs_database_password:
    state: both
    password: "{{ vault_new_database_password }}"
    database: {unix_socket: /run/mysqld/mysqld.sock, user: root, name: ""}
  become: true

- name: Write the new password on a management server
  hostcraft.cloudstack.cs_database_password:
    state: written
    password: "{{ vault_new_database_password }}"
  become: true
"""

RETURN = r"""
path:
  description: The file that was read or written, without links.
  returned: success and O(state=written) or O(state=restored)
  type: str
  sample: /etc/cloudstack/management/db.properties
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database.password import main

if __name__ == "__main__":
    main()
