#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_backup
short_description: Back up the databases and configuration of an Apache CloudStack management server
description:
  - Writes the databases of CloudStack, as they were at one moment, and the configuration of the management server with
    its keys to a new directory in O(path).
  - The directory contains a manifest with versions, checksums, the number of rows of every table, and the position in
    the binary log. C(sha256sum --check SHA256SUMS) verifies it without this collection.
  - The directory gets its name when it is complete. A run that is killed leaves no backup, and the next run of the same
    host removes what it left.
  - The servers can run during the backup.
  - M(hostcraft.cloudstack.cs_backup_restore) restores a backup. M(hostcraft.cloudstack.cs_backup_info) lists backups.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
attributes:
  check_mode:
    description: Makes all checks, such as free space and the lag of a replica, and writes nothing.
    support: full
  diff_mode:
    description: Shows the name of the backup.
    support: full
options:
  path:
    description:
      - Directory of backups, local or on NFS, on the machine where the task runs. It is created with mode C(0700).
    type: path
    required: true
  database:
    description:
      - Without it, only O(files) are backed up.
      - The account must be able to read the bodies of all procedures. CloudStack's own account can do this if it has
        created them from the same machine. With MariaDB, other accounts need C(SELECT) on C(mysql.proc).
  databases:
    description: Databases to back up.
    type: list
    elements: str
    default: [cloud, cloud_usage]
  files:
    description: Directories and files to back up. Those that do not exist are left out.
    type: list
    elements: path
    default:
      - /etc/cloudstack/management
      - /etc/cloudstack/usage
      - /etc/default/cloudstack-management
      - /etc/default/cloudstack-usage
  passphrase:
    description:
      - Encrypts the backup with GnuPG (AES-256). Without it the backup is not encrypted, and only the permissions of
        files protect it.
      - The passphrase is needed to restore. It is not stored anywhere.
    type: str
  host:
    description: Name of this host in the name of the backup. By default its own name.
    type: str
  keep:
    description:
      - Number of backups of this host to keep. Older ones are removed after the new one is complete and verified.
        V(0) keeps all.
      - The newest backup that was restored with success is always kept. Other directories are never removed.
    type: int
    default: 0
  replica:
    description: Whether O(database) is a replica. The task fails if it does not replicate, or is behind.
    type: bool
    default: false
  max_lag:
    description: Number of seconds that a replica may be behind.
    type: int
    default: 30
  timeout:
    description: Number of seconds that the dump of the databases may take.
    type: float
    default: 14400
requirements:
  - the client programs of the database server (C(mariadb-dump) or C(mysqldump), C(mariadb) or C(mysql)), if databases
    are included
  - gpg of GnuPG 2.2 or newer, if O(passphrase) is set
seealso:
  - module: hostcraft.cloudstack.cs_backup_info
  - module: hostcraft.cloudstack.cs_backup_restore
"""

EXAMPLES = r"""
- name: Back up a management server with its databases
  hostcraft.cloudstack.cs_backup:
    path: /var/backups/cloudstack
    database:
      properties: /etc/cloudstack/management/db.properties
    passphrase: "{{ vault_backup_passphrase }}"
    keep: 14
  become: true

- name: Back up the configuration of another management server
  hostcraft.cloudstack.cs_backup:
    path: /var/backups/cloudstack
  become: true
"""

RETURN = r"""
name:
  description: Name of the backup.
  returned: success
  type: str
  sample: 20261127T031500Z-management1
path:
  description: Its directory.
  returned: success
  type: str
  sample: /var/backups/cloudstack/20261127T031500Z-management1
manifest:
  description: Path of its manifest.
  returned: success
  type: str
  sample: /var/backups/cloudstack/20261127T031500Z-management1/manifest.json
size:
  description: Number of bytes.
  returned: success
  type: int
  sample: 2411724
rows:
  description: Number of rows of each database.
  returned: success
  type: dict
  sample: {cloud: 10233, cloud_usage: 812}
position:
  description: Position in the binary log (GTID). Empty if the server has no binary log, or is MySQL.
  returned: success
  type: str
  sample: 0-1-4711
cloudstack:
  description: Version of CloudStack that the database records.
  returned: success
  type: str
  sample: 4.22.0.0
encrypted:
  description: V(gpg), or empty.
  returned: success
  type: str
  sample: gpg
removed:
  description: Names of the backups that were removed because of O(keep).
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.backup.tasks import backup


def main() -> None:
    backup()


if __name__ == "__main__":
    main()
