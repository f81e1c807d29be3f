#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_database_setup
short_description: Set up the database of an Apache CloudStack management server
description:
  - Does what C(cloudstack-setup-databases) does, but decides first by what the database contains.
    Creates the databases and their accounts, or joins a database that other servers use, and writes C(db.properties)
    and the key file.
  - A database that a management server has used is never created again. Nothing is dropped, except tables of a creation
    that did not end.
  - Before anything is written, the account must open both databases from this machine, and the database key must
    decrypt the encrypted setting C(init). C(cloudstack-setup-databases) checks neither for a further server.
  - A database whose servers encrypt nothing is refused, and so is a management key that does not decrypt other values
    of C(db.properties) and C(server.properties), because the server would not start with either.
  - Passwords and keys are not part of any command line. Values that CloudStack's own commands would change, and the
    default keys, are refused.
  - Does not start or restart a service.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
requirements: [pymysql, cryptography, the program mysql or mariadb for a new database]
options:
  host:
    description: Name or address of the database server.
    type: str
    required: true
  port:
    description: Port of the database server.
    type: int
    default: 3306
  user:
    description: The management server's account.
    type: str
    default: cloud
  password:
    description: Password of O(user). The password of an account that exists is not changed.
    type: str
    required: true
  user_hosts:
    description: Addresses from which O(user) may connect, for accounts that are created.
    type: list
    elements: str
    default: [localhost, '%']
  admin_user:
    description: Account that may create databases and accounts. Used only if O(user) cannot open the databases, or
      with O(deploy) for a new database.
    type: str
  admin_password:
    description: Password of O(admin_user).
    type: str
  ca_path:
    description:
      - CA certificates of the database server. If set, connections of this task use TLS and check its certificate.
      - The management server does not use it. Its driver encrypts connections if the database server has TLS, and does
        not check the certificate. For this, add C(sslMode) and C(trustCertificateKeyStoreUrl) to
        C(db.cloud.url.params) and C(db.usage.url.params).
      - C(db.cloud.useSSL) is left as it is. It neither requires TLS nor checks the certificate, and with it
        C(db.cloud.trustStore) replaces the CA certificates of all connections of the server, also those to vCenter and
        for downloads.
    type: path
  character_set:
    description: Character set of databases that are created.
    type: str
    default: utf8mb4
  settings:
    description: Global settings that a new database has before the first start, such as C(host) and
      C(management.network.cidr). In a database that exists they are not changed.
    type: dict
    default: {}
  management_key:
    description: Key that encrypts C(db.properties).
    type: str
    required: true
  database_key:
    description: Key that encrypts values in the database. It must be the same on all management servers.
    type: str
    required: true
  encryption:
    description: Where the management server gets O(management_key) from. With V(file) it is written to the key file.
      With V(env) it is the variable C(CLOUD_SECRET_KEY) of the service, and with V(web) the server waits on port 8097
      for it. With V(env) and V(web) a key file that exists is removed, unless a usage server with its own
      C(db.properties) uses it.
    type: str
    choices: [file, env, web]
    default: file
  encryptor:
    description: Version of the encryption. Defaults to the version of the database. A new database gets V(V2), or V(V1)
      if O(release) is older than 4.18.
    type: str
    choices: [V1, V2]
  address:
    description: Address of this machine that other management servers connect to (C(cluster.node.IP)).
    type: str
    required: true
  region:
    description: Number of the region. By default that of C(db.properties), which is 1 in the package.
    type: int
  release:
    description: Version of the installed package. If set, a database of another version is refused, because the server
      would upgrade an older one when it starts, and would not serve with a newer one.
    type: str
    default: ''
  deploy:
    description: Whether this machine may create databases. Set it on one management server only.
    type: bool
    default: false
  path:
    description: Directory of C(db.properties) and the key file.
    type: path
    default: /etc/cloudstack/management
  sql_path:
    description: Directory of the package's SQL files.
    type: path
    default: /usr/share/cloudstack-management/setup
  group:
    description: Group that may read a new key file.
    type: str
    default: cloud
attributes:
  check_mode:
    description: Makes all checks, and reports what would be created and written.
    support: full
  diff_mode:
    description: Shows the changed keys of C(db.properties), without secrets.
    support: full
seealso:
  - module: hostcraft.cloudstack.cs_stored_secrets_info
"""

EXAMPLES = r"""
- name: Create the databases on the first management server
  hostcraft.cloudstack.cs_database_setup:
    host: db1.example.net
    password: "{{ vault_database_password }}"
    admin_user: admin
    admin_password: "{{ vault_database_admin_password }}"
    management_key: "{{ vault_management_key }}"
    database_key: "{{ vault_database_key }}"
    address: 10.10.0.5
    deploy: true

- name: Join the database on a further management server
  hostcraft.cloudstack.cs_database_setup:
    host: db1.example.net
    password: "{{ vault_database_password }}"
    management_key: "{{ vault_management_key }}"
    database_key: "{{ vault_database_key }}"
    address: 10.10.0.6
  notify: Restart the management server
"""

RETURN = r"""
action:
  description:
    - V(deployed) if the databases were created, V(joined) if the files were written for a database that servers have
      used, V(configured) if they were written for one that no server has used yet, else V(none).
  returned: success
  type: str
  sample: joined
database:
  description:
    - What the database was before, V(absent), V(half) (a creation did not end), V(fresh) (no server has used it), or
      V(served).
  returned: success
  type: str
  sample: served
encryptor:
  description: Version of the encryption.
  returned: success
  type: str
  sample: V2
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database.set_up import main

if __name__ == "__main__":
    main()
