#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_database_info
short_description: Show the state of Apache CloudStack's database
description:
  - Reads the versions of the database server and of the schema, the rows of management servers, open work of servers
    that are not alive, replication, sizes, and counters of the database server.
  - Returns findings with remedies. Changes nothing.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
options:
  database:
    required: true
  tables:
    description: Number of tables in RV(biggest_tables).
    type: int
    default: 10
  fail:
    default: never
notes:
  - CloudStack's own account sees everything but replication. For that it needs C(REPLICA MONITOR) (C(SLAVE MONITOR) on
    MariaDB 10.5 and newer, C(REPLICATION CLIENT) on MySQL). Without the privilege, the findings about replication are
    in RV(unseen).
  - The counters are those since the start of the database server.
seealso:
  - module: hostcraft.cloudstack.cs_database_replication
  - module: hostcraft.cloudstack.cs_database_server
  - module: hostcraft.cloudstack.cs_management_server_info
"""

EXAMPLES = r"""
- name: Check the database from a management server
  hosts: management_servers
  become: true
  tasks:
    - name: Fail if something does harm
      hostcraft.cloudstack.cs_database_info:
        database:
          properties: /etc/cloudstack/management/db.properties
        fail: hurts
      run_once: true

- name: Check a replica through its socket
  hosts: db2
  become: true
  tasks:
    - name: Read its state
      hostcraft.cloudstack.cs_database_info:
        database: {unix_socket: /run/mysqld/mysqld.sock, user: root}
      register: replica

    - name: Show how far it is behind
      ansible.builtin.debug:
        msg: "{{ replica.replication.lag }}"
"""

RETURN = r"""
version:
  description: Version of the database server.
  returned: success
  type: str
  sample: 10.11.19-MariaDB-0+deb12u1
schemas:
  description: Versions of the schemas, from the tables C(version).
  returned: success
  type: list
  elements: dict
  contains:
    database:
      description: Name of the database.
      type: str
    version:
      description: Last complete version. Empty if there is none.
      type: str
    open:
      description: Versions whose upgrade did not complete.
      type: list
      elements: str
  sample: [{"database": "cloud", "version": "4.22.0.0", "open": []}]
management_servers:
  description: Rows of C(mshost) that are not removed.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the row.
      type: str
    name:
      description: Host name. Several servers can have the same one.
      type: str
    address:
      description: Address for other management servers, C(cluster.node.IP).
      type: str
    state:
      description: State in the row. A server that was killed stays V(Up).
      type: str
    version:
      description: Version of CloudStack.
      type: str
    age:
      description: Seconds since its last heartbeat. Null if it never wrote one.
      type: float
    msid:
      description: Number in jobs and hosts, the MAC address of its first network card.
      type: str
    alive:
      description: Whether it is not V(Down) and its heartbeat is younger than 150 seconds.
      type: bool
    meaning:
      description: What state and heartbeat mean together.
      type: str
  sample: [{"name": "ms1", "state": "Up", "age": 1.0, "alive": true, "meaning": "in service"}]
orphaned:
  description:
    - Open rows of C(async_job), C(vm_work_job) and C(op_it_work) whose management server is not alive.
    - They stay open until that server starts again.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The table.
      type: str
    id:
      description: ID of the row.
      type: str
    msid:
      description: Number of the management server.
      type: str
    what:
      description: Command, or type of work with VM and step.
      type: str
    server:
      description: The management server and its state.
      type: str
  sample: [{"kind": "async_job", "id": "4711", "what": "StartVMCmd", "server": "ms2 (10.10.0.12), Down"}]
replication:
  description:
    - State of replication as M(hostcraft.cloudstack.cs_database_replication) returns it.
    - Null if the account has no privilege to read it.
  returned: success
  type: dict
  sample: {"source": "10.10.0.11:3306", "replicating": true, "lag": 0, "read_only": true}
sizes:
  description: Bytes of data and indexes by database, as the database server estimates them.
  returned: success
  type: dict
  sample: {"cloud": 104857600, "cloud_usage": 5242880}
biggest_tables:
  description: The biggest tables.
  returned: success
  type: list
  elements: dict
  sample: [{"database": "cloud", "name": "event", "size": 52428800, "rows": 410000}]
counters:
  description:
    - Counters of the database server since its start. Times of row locks are in milliseconds.
    - C(pool_hit) is the percentage of reads that the buffer pool answers. It is null before the first one.
  returned: success
  type: dict
  sample: {"connected": 41, "most_connected": 90, "max_connections": 700, "slow_queries": 2, "pool_hit": 99.98}
findings:
  description: What is wrong, worst first.
  returned: always
  type: list
  elements: dict
  sample: [{"code": "jobs_orphaned", "severity": "hurts", "evidence": "…", "remedy": "start that server again …"}]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: Checks that could not be made, with the missing information.
  returned: always
  type: list
  elements: dict
  sample: [{"code": "replication_broken", "missing": "the account does not have the privilege REPLICA MONITOR"}]
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 0, "hurts": 1, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database.info import main

if __name__ == "__main__":
    main()
