#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_database_keys
short_description: Change the keys that an Apache CloudStack management server encrypts secrets with
description:
  - Changes the management key (for C(db.properties)), the database key (for secrets in the database), and the version
    of CloudStack's encryption, with the command C(cloudstack-migrate-databases) of the packages.
  - Detects which keys are in use, so that a second run changes nothing. On the first server it changes the
    files and the database, on the others only the files, because the database has the new key.
  - Afterwards it decrypts the secrets with the new key. If the command fails, the files are as before.
  - A new management key is refused while C(db.properties) or C(server.properties) has encrypted values that the command
    does not change, as the server could not read them any more. The error names them. The command changes
    C(db.cloud.encrypt.secret), C(db.cloud.password), C(db.usage.password) and C(https.keystore.password), the last one
    if C(password.encryption.type) is set.
  - If a run is killed, run it again. A copy of the files is kept next to them until the change is verified.
  - All management and usage servers must be stopped. The task refuses to run while a unit is active on this host, or
    while other sessions use the databases. Make a backup first. The playbook C(rotate_database_keys) does all of this.
  - B(Security) - C(cloudstack-migrate-databases) accepts the old keys and the new database key only as arguments. Users
    who can log in to the machine can read them in its list of processes while the command runs. The new management key
    is passed in the environment.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
attributes:
  check_mode:
    description: Finds out what would be changed, and changes nothing.
    support: full
  diff_mode:
    description: Shows the version of the encryption, never a key.
    support: full
options:
  properties:
    description: File C(db.properties). The management key is in the file C(key) beside it.
    type: path
    default: /etc/cloudstack/management/db.properties
  new_management_key:
    description: New management key. 8 to 128 characters that all programs pass on unchanged.
    type: str
  new_database_key:
    description: New database key, with the same characters.
    type: str
  encryption_version:
    description: Version of the encryption. V(V2) needs CloudStack 4.18.
    type: str
    choices: [V1, V2]
  timeout:
    description: Number of seconds that the command may take.
    type: float
    default: 3600
requirements:
  - pymysql and cryptography, for the Python interpreter that runs the task
seealso:
  - module: hostcraft.cloudstack.cs_backup
  - module: hostcraft.cloudstack.cs_stored_secrets_info
"""

EXAMPLES = r"""
- name: Change all keys and the version of the encryption
  hostcraft.cloudstack.cs_database_keys:
    new_management_key: "{{ vault_management_key }}"
    new_database_key: "{{ vault_database_key }}"
    encryption_version: V2
  become: true
"""

RETURN = r"""
step:
  description:
    - V(data) if the files and the database are changed, V(files) if only the files are, because the database has the
      new key, V(take_back) if an unfinished change is rolled back first, V(nothing) if all keys are in use.
  returned: success
  type: str
  sample: data
version:
  description: Version of the encryption.
  returned: success
  type: str
  sample: V2
secrets:
  description: Number of secrets in the database that the new key decrypts.
  returned: success
  type: int
  sample: 41
default_keys:
  description: Which of the keys (V(management), V(database)) are the default of C(cloudstack-setup-databases).
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.backup.keys import main as database_keys


def main() -> None:
    database_keys()


if __name__ == "__main__":
    main()
