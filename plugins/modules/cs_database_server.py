#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_database_server
short_description: Configure the database server of Apache CloudStack
description:
  - Writes settings of a MariaDB server to an option file, sets those that the running server can change at once, and
    reports which settings need a restart. It does not restart the server.
  - Reads all option files that the server reads. If a file that is read later sets another value, the task fails with
    the file and line of each such setting, before anything is changed.
  - Creates accounts that can connect only from the given addresses, with exactly the given privileges.
    This works on MySQL 8 and newer too.
  - Runs on the database server. On a server that is a replica or has C(read_only) set, accounts are changed without
    writing to the binary log.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
options:
  database:
    required: true
  settings:
    description:
      - Server variables and their values. The file contains only these settings. V(null) leaves a variable out.
      - Values are compared by meaning, so V(1G) equals V(1073741824), and V(1) equals V(ON).
      - Settings with which the server's program on this machine would not start are refused. On MariaDB before 10.6,
        C(binlog_expire_logs_seconds) is written as C(expire_logs_days).
      - If another file already sets C(log_bin) to a file name, that name is kept, because replicas need the
        existing binary logs.
    type: dict
  path:
    description: Option file to write. A file that is read by the server and that no package owns.
    type: path
  option_files:
    description: Option files that the server reads first. Their includes are followed.
    type: list
    elements: path
    default: [/etc/my.cnf, /etc/mysql/my.cnf]
  accounts:
    description: Accounts that must exist.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the account.
        type: str
        required: true
      hosts:
        description: Addresses, IPv4 networks such as V(10.0.0.0/24), or names that the account connects from.
        type: list
        elements: str
        required: true
      password:
        description: Password of the account.
        type: str
        required: true
      privileges:
        description: Privileges at O(accounts[].level). Other privileges at this level are revoked.
        type: list
        elements: str
        default: []
      level:
        description: V(*.*), or a database such as V(cloud.*).
        type: str
        default: "*.*"
      grant_option:
        description: Whether the account may grant its privileges.
        type: bool
        default: false
      exclusive:
        description: Whether accounts of this name at other hosts are removed.
        type: bool
        default: true
  secured:
    description:
      - Removes accounts without a name, C(root) at hosts other than the local one, and the database C(test) if it has
        no tables.
    type: bool
    default: false
attributes:
  check_mode:
    description: Reports what would change.
    support: full
  diff_mode:
    description: Shows the file, the variables and the statements, without passwords.
    support: full
seealso:
  - module: hostcraft.cloudstack.cs_database_replication
"""

EXAMPLES = r"""
- name: Configure the database server
  hosts: databases
  become: true
  tasks:
    - name: Set what CloudStack requires
      hostcraft.cloudstack.cs_database_server:
        database: {unix_socket: /run/mysqld/mysqld.sock, user: root, name: ""}
        path: /etc/mysql/mariadb.conf.d/90-cloudstack.cnf
        settings:
          innodb_rollback_on_timeout: true
          innodb_lock_wait_timeout: 600
          max_connections: 750
          binlog_format: ROW
      register: server

    - name: Create the administrative account
      hostcraft.cloudstack.cs_database_server:
        database: {unix_socket: /run/mysqld/mysqld.sock, user: root, name: ""}
        secured: true
        accounts:
          - name: cloud_admin
            hosts: [10.10.0.5, 10.10.0.6]
            password: "{{ vault_database_admin_password }}"
            privileges: [ALL]
            grant_option: true
"""

RETURN = r"""
running:
  description: Whether the server could be connected to.
  returned: success
  type: bool
  sample: true
restart_needed:
  description: Whether settings take effect only after a restart of the server.
  returned: success
  type: bool
  sample: false
restart_for:
  description: Variables that need the restart.
  returned: success
  type: list
  elements: str
  sample: [innodb_rollback_on_timeout]
replaced:
  description: Settings of other files that are overridden, with file and line.
  returned: success
  type: list
  elements: str
  sample: ["/etc/mysql/mariadb.conf.d/50-server.cnf:27: bind_address = 127.0.0.1"]
kept:
  description: Settings of other files that were kept.
  returned: success
  type: list
  elements: str
  sample: []
steps:
  description: Changes of accounts, without passwords.
  returned: success
  type: list
  elements: str
  sample: ["create 'cloud_admin'@'10.10.0.5'"]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database.server import (
    main as database_server,
)


def main() -> None:
    database_server()


if __name__ == "__main__":
    main()
