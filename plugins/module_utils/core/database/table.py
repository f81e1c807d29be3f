# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings about CloudStack's database and its server: codes, words and remedies."""

from __future__ import annotations

from ..findings import BLOCKS, HURTS, NOTE, Table, rows

STATUS = "MariaDB: Server Status Variables"
SERVERS = "management_server.md 6.1"
JOBS = "management_server.md 6.6"
SETTLE = (
    "start that server again, because it settles its rows at its start; if it no longer exists, back up the database, "
    "then end the rows manually"
)

DATABASE = Table(
    "database",
    rows(
        BLOCKS,
        (
            "schema_missing",
            "The database has no complete schema",
            "set it up with the role management_server, or restore a backup with playbook restore",
            "cloudstack-setup-databases",
        ),
        (
            "schema_interrupted",
            "An upgrade of the schema did not complete",
            "stop all servers, restore the backup from before the upgrade with playbook restore, and upgrade again",
            "DatabaseUpgradeChecker",
        ),
        (
            "usage_database_missing",
            "The database of the usage server is missing",
            "grant the account its rights in cloud_usage, or restore a backup with playbook restore",
            "cloudstack-setup-databases",
        ),
        (
            "server_schema_differs",
            "A management server has another version than the schema",
            "install the version of the schema on all servers; rolling upgrades are not supported",
            "4.11.1: Upgrade",
        ),
        (
            "replication_broken",
            "Replication does not run",
            "repair the cause that the error names, or copy the replica again with cs_database_replication and "
            "rebuild=true",
            "4.11.1: Database Replication",
        ),
        (
            "replica_writable",
            "A replica accepts writes",
            "set read_only with role mysql_server; one write here breaks replication",
            "4.11.1: Database Replication",
        ),
        (
            "connections_full",
            "Nearly all connections of the database server are in use",
            "set max_connections to 350 for each management server with role mysql_server",
            STATUS,
        ),
    ),
    rows(
        HURTS,
        (
            "server_down",
            "A management server is Down",
            "start its service; if the machine no longer exists, remove the server from CloudStack",
            SERVERS,
        ),
        (
            "server_lost",
            "A management server writes no heartbeat, although its state is not Down",
            "read its log, then start its service; until then its jobs and agents are not taken over",
            SERVERS,
        ),
        (
            "server_closed",
            "A management server accepts no jobs",
            "finish the work on it, then run cs_management_server with state=up",
            SERVERS,
        ),
        (
            "server_clock",
            "The clock of a management server is ahead",
            "synchronize the clocks of all servers with chrony; servers judge each other by them",
            SERVERS,
        ),
        (
            "address_twice",
            "Several rows of mshost have the same address",
            "remove the row that is Down: its network card was replaced, and msid is its MAC address",
            SERVERS,
        ),
        ("jobs_orphaned", "Jobs of a management server that is not alive stay open", SETTLE, JOBS),
        ("vm_work_orphaned", "Work on VMs stays open, because its management server is not alive", SETTLE, JOBS),
        (
            "work_orphaned",
            "Reservations of VMs stay open, because their management server is not alive",
            SETTLE,
            JOBS,
        ),
        (
            "replication_late",
            "The replica is behind",
            "read what it applies (SHOW PROCESSLIST), and compare its disks with those of the primary",
            "4.11.1: Database Replication",
        ),
        (
            "connections_refused",
            "The database server refused connections, because too many were open",
            "set max_connections to 350 for each management server with role mysql_server",
            STATUS,
        ),
        (
            "connections_high",
            "The number of connections came near the limit",
            "set max_connections to 350 for each management server with role mysql_server",
            STATUS,
        ),
        (
            "connections_few",
            "The database server accepts fewer connections than the management servers open",
            "set max_connections to 350 for each management server with role mysql_server",
            "4.11.1: Install the Database",
        ),
        (
            "aborted_connects",
            "Many attempts to connect fail",
            "look for a wrong password or address in the log of the database server (log_warnings=2)",
            STATUS,
        ),
        (
            "buffer_pool_small",
            "The buffer pool is too small for the data",
            "set mysql_server_buffer_pool_percent, or add memory",
            "4.11.1: Set Database Buffer Pool Size",
        ),
        (
            "row_lock_waits",
            "Statements wait long for locked rows",
            "look for long transactions in information_schema.innodb_trx",
            STATUS,
        ),
    ),
    rows(
        NOTE,
        (
            "slow_queries",
            "Queries are slow",
            "set slow_query_log, and read its file; remove old rows of event and async_job with their expunge settings",
            STATUS,
        ),
    ),
)
