#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_database_replication
short_description: Replicate the database of Apache CloudStack, and promote a replica
description:
  - Makes a MariaDB server a replica of the primary by GTID, closes a server for writers, or makes it the primary.
  - An empty server gets a consistent copy of the primary, with its accounts. A former primary that has no
    transactions of its own joins without a copy.
  - Fails before anything is changed if two servers would accept writes, if the replica has transactions that the
    primary does not have, or if it has data without a known position. With O(rebuild=true), the replica is copied
    again.
  - A copy that was interrupted is started again by the next run.
  - Runs on the server that is changed. C(read_only) is set in the running server only. Set it in an option file too
    (M(hostcraft.cloudstack.cs_database_server)), so that it survives a restart.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
options:
  database:
    required: true
  state:
    description:
      - V(replica) replicates from O(source), and is read-only.
      - V(closed) sets C(read_only). The returned position is the proof for the new primary.
      - V(primary) waits until everything is applied, ends replication, and accepts writes.
    type: str
    choices: [replica, primary, closed]
    required: true
  source:
    description: The primary, as this server connects to it. Required for O(state=replica).
    type: dict
    suboptions:
      host:
        description: Name or address.
        type: str
        required: true
      port:
        description: TCP port.
        type: int
        default: 3306
      user:
        description:
          - Account for replication. For the copy it needs SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES, RELOAD and
            PROCESS too.
        type: str
        required: true
      password:
        description: Password of the account.
        type: str
        required: true
      tls:
        description: Whether replication uses TLS.
        type: bool
        default: false
  proof:
    description:
      - The last transaction of the old primary, as O(state=closed) returned it.
      - O(state=primary) waits until this server has it.
    type: str
  rebuild:
    description: Whether a replica with data or transactions of its own may be overwritten.
    type: bool
    default: false
  lose:
    description:
      - Whether a replica may become the primary without O(proof). Transactions that it did not receive are lost.
    type: bool
    default: false
  timeout:
    description: Seconds to wait for replication to start, or for all transactions to be applied.
    type: float
    default: 300
attributes:
  check_mode:
    description: Reports what would change.
    support: full
  diff_mode:
    description: Shows the source and C(read_only) before and after.
    support: full
seealso:
  - module: hostcraft.cloudstack.cs_database_server
"""

EXAMPLES = r"""
- name: Replicate the database
  hosts: db2
  become: true
  tasks:
    - name: Be a replica of db1
      hostcraft.cloudstack.cs_database_replication:
        database: {unix_socket: /run/mysqld/mysqld.sock, user: root, name: ""}
        state: replica
        source:
          host: 10.10.0.11
          user: cloud_replica
          password: "{{ vault_database_replication_password }}"
"""

RETURN = r"""
read_only:
  description: Whether the server refuses writes of accounts without special privileges.
  returned: success
  type: bool
  sample: true
position:
  description: The last transaction, as GTIDs.
  returned: success
  type: str
  sample: 0-1-4711
source:
  description: Address and port of the server that it replicates from. Empty for none.
  returned: success
  type: str
  sample: 10.10.0.11:3306
semi_sync:
  description: Whether commits wait for a replica.
  returned: success
  type: bool
  sample: false
writer:
  description: Whether the server accepts writes and replicates from no other.
  returned: success
  type: bool
  sample: false
databases:
  description: Databases of the server without its own system databases.
  returned: success
  type: list
  elements: str
  sample: [cloud, cloud_usage]
replicating:
  description: Whether transactions are received and applied.
  returned: success
  type: bool
  sample: true
errors:
  description: Why replication stopped.
  returned: success
  type: list
  elements: str
  sample: []
lag:
  description: Seconds that the replica is behind. Null if this is not known, which is not the same as V(0).
  returned: success
  type: int
  sample: 0
received:
  description: The last transaction that was received from the primary.
  returned: success
  type: str
  sample: 0-1-4711
known:
  description: The last known transaction of each server that has written any.
  returned: success
  type: str
  sample: 0-1-4711
action:
  description: What O(state=replica) did. One of V(nothing), V(start), V(point) and V(copy).
  returned: success and O(state=replica)
  type: str
  sample: nothing
transactions_behind:
  description: Number of transactions of the primary that are not applied yet.
  returned: success and O(state=replica)
  type: int
  sample: 0
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database.replication import (
    main as database_replication,
)


def main() -> None:
    database_replication()


if __name__ == "__main__":
    main()
