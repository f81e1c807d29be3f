#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_backup_restore
short_description: Restore the databases and configuration of an Apache CloudStack management server
description:
  - Restores a backup of M(hostcraft.cloudstack.cs_backup).
  - Before anything is changed, the checksums are verified, the dump is read to its end, its rows are counted, and
    the archive of files is checked. The task refuses to run while servers use the databases.
  - Then it creates CloudStack's database accounts and locks them, so that no server starts with half of a database. It
    loads the databases, compares the rows of every table with the manifest, reads every view, and decrypts the secrets
    with the key of the backup. Then it writes the configuration and unlocks the accounts.
  - After success, the backup records that it was restored. M(hostcraft.cloudstack.cs_backup_info) shows it.
  - If a run is killed, run it again. It starts from the beginning. Until it has finished, no server can use the
    databases.
  - Stop all management and usage servers first. This module does not stop them.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
attributes:
  check_mode:
    description: Makes all checks, reads the whole backup, and changes nothing.
    support: full
  diff_mode:
    description: Shows the databases before and after, and the files that are written.
    support: full
options:
  path:
    description: Directory of backups, on the machine where the task runs.
    type: path
    required: true
  name:
    description: Name of the backup, a directory in O(path).
    type: str
    required: true
  database:
    description:
      - Database server that the databases are restored to, and an account that can create databases and accounts.
      - The account of CloudStack itself and its password are in the backup.
  passphrase:
    description: Passphrase of the backup, if it is encrypted.
    type: str
  files:
    description:
      - Whether the configuration is written. If V(false), the backup is only restored to the database server, for
        example to prove it on another machine.
    type: bool
    default: true
  databases:
    description: Whether the databases are restored. A backup of configuration only has none.
    type: bool
    default: true
  replace:
    description:
      - Consents to replace databases that have tables, and the configuration of a server that is set up.
    type: bool
    default: false
  other_version:
    description:
      - Consents to another version of cloudstack-management than that of the backup. A newer one upgrades the restored
        databases when it starts, and an older one does not start.
    type: bool
    default: false
  settings:
    description:
      - Settings that C(db.properties) gets instead of those in the backup, such as C(cluster.node.IP) and
        C(db.cloud.host) on other machines.
    type: dict
    default: {}
  host:
    description: Name of this host in the record that the backup was restored. By default its own name.
    type: str
  timeout:
    description: Number of seconds that loading the databases may take.
    type: float
    default: 14400
requirements:
  - the client programs of the database server (C(mariadb-dump) or C(mysqldump), C(mariadb) or C(mysql)), if databases
    are included
  - gpg of GnuPG 2.2 or newer, if O(passphrase) is set
seealso:
  - module: hostcraft.cloudstack.cs_backup
  - module: hostcraft.cloudstack.cs_backup_info
"""

EXAMPLES = r"""
- name: Restore a management server and its databases
  hostcraft.cloudstack.cs_backup_restore:
    path: /var/backups/cloudstack
    name: 20261127T031500Z-management1
    passphrase: "{{ vault_backup_passphrase }}"
    database:
      unix_socket: /run/mysqld/mysqld.sock
      user: root
    settings:
      cluster.node.IP: 10.0.0.9
  become: true

- name: Verify a backup on another machine
  hostcraft.cloudstack.cs_backup_restore:
    path: /mnt/backups
    name: 20261127T031500Z-management1
    files: false
    database:
      unix_socket: /run/mysqld/mysqld.sock
      user: root
  become: true
"""

RETURN = r"""
name:
  description: Name of the backup.
  returned: success
  type: str
  sample: 20261127T031500Z-management1
cloudstack:
  description: Version of CloudStack that the restored database records.
  returned: success
  type: str
  sample: 4.22.0.0
package:
  description: Version of the package cloudstack-management when the backup was made.
  returned: success
  type: str
  sample: 4.22.0.0
installed:
  description: Version of the package on this host. Empty if it is not installed.
  returned: success
  type: str
  sample: 4.22.0.0
tables:
  description: Number of tables whose rows were counted and compared.
  returned: success
  type: int
  sample: 355
rows:
  description: Number of their rows.
  returned: success
  type: int
  sample: 10233
secrets:
  description: Number of secrets that were decrypted with the key of the backup.
  returned: success
  type: int
  sample: 41
files:
  description: Files that differed from the backup before.
  returned: success
  type: list
  elements: str
  sample: [/etc/cloudstack/management/db.properties]
proven:
  description: Whether the backup records that it was restored.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.backup.tasks import restore


def main() -> None:
    restore()


if __name__ == "__main__":
    main()
