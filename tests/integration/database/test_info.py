# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_database_info on a real MariaDB: rows of servers, work that stays open, and what the account may not see."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from counterparts.mariadb.server import PASSWORD, ROOT, USER, MariaDb

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.condition import read_condition
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import DatabaseAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database import check as core
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import AccessDenied

SCHEMA = (
    "CREATE TABLE version (id bigint AUTO_INCREMENT PRIMARY KEY, version char(40), updated datetime, step char(32))",
    "CREATE TABLE mshost (id bigint AUTO_INCREMENT PRIMARY KEY, msid bigint, name varchar(255), state varchar(25), "
    "version varchar(255), service_ip char(40), last_update datetime, removed datetime)",
    "CREATE TABLE async_job (id bigint AUTO_INCREMENT PRIMARY KEY, job_cmd varchar(255), job_status int, "
    "job_init_msid bigint, job_executing_msid bigint, job_dispatcher varchar(64), removed datetime)",
    "CREATE TABLE vm_work_job (id bigint PRIMARY KEY, step char(32), vm_type char(32), vm_instance_id bigint)",
    "CREATE TABLE op_it_work (id char(40) PRIMARY KEY, mgmt_server_id bigint, created_at bigint, type char(32), "
    "step char(32), instance_id bigint)",
    "INSERT INTO version (version, step) VALUES ('4.21.0.0', 'Complete'), ('4.22.0.0', 'Complete')",
    "INSERT INTO mshost (msid, name, state, version, service_ip, last_update) VALUES "
    "(11, 'ms1', 'Up', '4.22.0.0', '10.0.0.11', UTC_TIMESTAMP()), "
    "(12, 'ms2', 'Down', '4.22.0.0', '10.0.0.12', UTC_TIMESTAMP() - INTERVAL 1 DAY), "
    "(13, 'ms3', 'Up', '4.22.0.0', '10.0.0.13', UTC_TIMESTAMP() - INTERVAL 1 HOUR)",
    "INSERT INTO mshost (msid, name, state, removed) VALUES (14, 'gone', 'Down', UTC_TIMESTAMP())",
    "INSERT INTO async_job (id, job_cmd, job_status, job_init_msid, job_executing_msid, job_dispatcher, removed) "
    "VALUES "
    "(1, 'org.apache.cloudstack.api.command.user.vm.StartVMCmd', 0, 11, 12, 'ApiAsyncJobDispatcher', NULL), "
    "(2, 'a.StopVMCmd', 0, 11, 11, 'ApiAsyncJobDispatcher', NULL), (3, 'a.Done', 1, 12, 12, 'x', NULL), "
    "(4, 'a.b.VmWorkMigrate', 0, 13, 13, 'VmWorkJobDispatcher', NULL), (5, 'a.Old', 0, 12, 12, 'x', UTC_TIMESTAMP()), "
    "(6, NULL, 0, 12, 12, 'pseudoJobDispatcher', NULL), (7, 'a.StopVMCmd', 0, 14, NULL, 'x', NULL)",
    "INSERT INTO vm_work_job VALUES (4, 'Migrating', 'Instance', 77)",
    "INSERT INTO op_it_work VALUES ('r-1', 12, 1, 'Start', 'Started', 78), ('r-2', 12, 2, 'Start', 'Done', 79)",
)


@pytest.fixture(scope="module")
def filled(mariadb_server: MariaDb) -> MariaDb:
    for statement in SCHEMA:
        mariadb_server.run(statement)
    mariadb_server.run("CREATE DATABASE cloud_usage")
    mariadb_server.run(f"GRANT ALL ON cloud_usage.* TO {USER}@'127.0.0.1'")
    return mariadb_server


def access(server: MariaDb) -> DatabaseAccess:
    return DatabaseAccess("127.0.0.1", server.port, user=USER, password=PASSWORD)


def asked(server: MariaDb, **more: Any) -> tuple[dict[str, Any], str]:
    database = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": PASSWORD}
    arguments = json.dumps({"database": database, **more})
    environment = {
        **os.environ,
        **{"ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1", "ANSIBLE_STDOUT_CALLBACK": "json"},
    }
    command = ["ansible", "localhost", "-m", "hostcraft.cloudstack.cs_database_info", "-a", arguments]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    output = ended.stdout + ended.stderr
    results = json.loads(ended.stdout[ended.stdout.index("{\n") :])["plays"][0]["tasks"][0]["hosts"]
    return results["localhost"], output


def test_the_state_is_told_with_findings_and_no_password(filled: MariaDb) -> None:
    result, output = asked(filled, fail="hurts", ignore=["connections_few"])
    assert (result["failed"], result["code"]) == (True, "database_not_fit")
    assert result["schemas"] == [{"database": "cloud", "version": "4.22.0.0", "open": []}]
    shown = {each["name"]: (each["alive"], each["meaning"]) for each in result["management_servers"]}
    assert shown == {
        "ms1": (True, "in service"),
        "ms2": (False, core.MEANINGS["Down"]),
        "ms3": (False, core.LOST),
    }
    assert [(each["kind"], each["id"], each["what"]) for each in result["orphaned"]] == [
        ("async_job", "1", "StartVMCmd"),
        ("vm_work_job", "4", "VmWorkMigrate (VM 77, Migrating)"),
        ("async_job", "7", "StopVMCmd"),
        ("op_it_work", "r-1", "Start (VM 78, Started)"),
    ]
    codes = sorted(each["code"] for each in result["findings"])
    assert codes == ["jobs_orphaned"] * 2 + ["server_down", "server_lost", "vm_work_orphaned", "work_orphaned"]
    assert [each["code"] for each in result["ignored"]] == ["connections_few"]
    # CloudStack's own account has no privilege for it, which is not the same as "all is well".
    assert result["replication"] is None
    assert "REPLICA MONITOR" in result["unseen"][0]["missing"]
    assert result["sizes"]["cloud"] > 0
    assert {"cloud"} == {each["database"] for each in result["biggest_tables"]}
    assert result["counters"]["max_connections"] > result["counters"]["connected"] > 0
    assert PASSWORD not in output


def test_replication_is_read_by_an_account_that_may(filled: MariaDb) -> None:
    its = replace(access(filled), unix_socket=f"{filled.folder}/s", user="root", password=ROOT, name="")
    seen = read_condition(its)
    assert seen.replication is not None
    assert (seen.replication.writer, seen.replication.source, seen.schema.version) == (True, None, "4.22.0.0")


def test_tables_of_other_releases_are_left_out(filled: MariaDb) -> None:
    """4.2 had no vm_work_job, and a job was executed where it was made."""
    filled.run("DROP TABLE vm_work_job")
    filled.run("DROP TABLE op_it_work")
    filled.run("CREATE TABLE cloud_usage.version (id int, version char(40), step char(32))")
    filled.run("INSERT INTO cloud_usage.version VALUES (1, '4.22.0.0', 'Upgrade')")
    seen = read_condition(access(filled))
    assert [each.id for each in seen.orphans] == ["4", "6", "7"]
    assert seen.schemas[1] == core.Schema("cloud_usage", "", ("4.22.0.0",))
    filled.run("DROP TABLE version")
    assert "schema_missing" in {each.code for each in core.judge(read_condition(access(filled)))}
    with pytest.raises(AccessDenied):
        read_condition(replace(access(filled), name="other"))
