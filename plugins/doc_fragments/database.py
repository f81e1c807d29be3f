# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the connection to CloudStack's database."""

from __future__ import annotations


class ModuleDocFragment:
    """The option ``database``."""

    DOCUMENTATION = r"""
options:
  database:
    description:
      - Connection to CloudStack's own database, and the key that CloudStack encrypts values with.
      - On a management server, O(database.properties) reads everything from the server's own configuration. All other
        options override it.
    type: dict
    suboptions:
      properties:
        description:
          - File C(db.properties) of a management server, usually C(/etc/cloudstack/management/db.properties), on the
            machine where the task runs.
        type: path
      key_file:
        description:
          - File that contains the management key, with which C(db.properties) is encrypted.
          - By default, the file C(key) in the directory of O(database.properties).
        type: path
      management_key:
        description:
          - The management key itself, for servers with encryption type V(env) or V(web). If not set,
            E(CLOUD_SECRET_KEY) is used, or else, with V(env), the value in C(/etc/default/cloudstack-management) or
            C(/etc/default/cloudstack-usage) of the machine.
        type: str
      host:
        description: Name or address of the database server. By default V(localhost).
        type: str
      port:
        description: TCP port of the database server. By default V(3306).
        type: int
      unix_socket:
        description: Socket of a database server on the same machine, used instead of O(database.host).
        type: path
      user:
        description: User of the database. By default V(cloud).
        type: str
      password:
        description: Password of O(database.user). If not set, E(CLOUDSTACK_DATABASE_PASSWORD) is used.
        type: str
      name:
        description: Name of the database. By default V(cloud).
        type: str
      tls:
        description:
          - Whether the connection uses TLS. The task fails if the server does not offer it.
          - Defaults to C(db.cloud.useSSL) of O(database.properties), or else to V(false).
        type: bool
      validate_certs:
        description: Whether the certificate of the database server is verified.
        type: bool
        default: true
      ca_path:
        description: File of CA certificates to verify with instead of the system's.
        type: path
      client_cert:
        description: File with a certificate to log in with.
        type: path
      client_key:
        description: File with the private key of O(database.client_cert).
        type: path
      encryption_key:
        description:
          - Database key of CloudStack, which is the option C(-k) of C(cloudstack-setup-databases). It is not the
            management key.
          - Without it, and without O(database.properties), values are treated as plain text.
          - If not set, E(CLOUDSTACK_DATABASE_KEY) is used.
        type: str
      encryption_version:
        description:
          - Version of CloudStack's encryption, C(db.cloud.encryptor.version) of C(db.properties).
          - Defaults to the version that decrypts the values in the database.
        type: str
        choices: [V1, V2]
      timeout:
        description: Maximum number of seconds for one answer of the database.
        type: float
        default: 15
requirements:
  - pymysql and cryptography, for the Python interpreter that runs the task, if O(database) is set
"""
