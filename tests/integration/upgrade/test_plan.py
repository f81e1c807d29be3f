# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_upgrade_plan on a real MariaDB with the tables that a server makes: what is planted there is found."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counterparts.mariadb.server import PASSWORD, USER, MariaDb
from integration import forked

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import DatabaseAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.upgrade import read
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.upgrade.facts import Facts
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.upgrade.plan import plan

SQL = Path(__file__).parents[2] / "counterparts" / "management_server" / "sql"
NOW = "UTC_TIMESTAMP()"


def statements(text: str) -> list[str]:
    """Of a file of the packages; a procedure is of no use here."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("--", "USE", "CREATE PROCEDURE"))]
    return [each for each in "\n".join(lines).split(";\n") if each.strip()]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """A database as a server of 4.21 leaves it, empty."""
    with MariaDb(tmp_path_factory.mktemp("mariadb") / "m") as made:
        with made.connection() as connection, connection.cursor() as cursor:
            cursor.execute("DROP DATABASE cloud")
            cursor.execute("CREATE DATABASE cloud")
            cursor.execute("CREATE DATABASE cloud_usage")
            cursor.execute(f"GRANT ALL ON cloud_usage.* TO {USER}@'127.0.0.1'")
            cursor.execute("USE cloud")
            for name in ("create-schema.sql", "first-upgrade.sql"):
                for statement in statements((SQL / name).read_text(encoding="utf-8")):
                    if "cloud_usage" not in statement:
                        cursor.execute(statement)
            connection.commit()
        yield made


@pytest.fixture
def database(upgraded: MariaDb) -> MariaDb:
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'cloud' AND table_type LIKE 'BASE%'"
    with upgraded.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        cursor.execute(tables)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM `{table}`")
        connection.commit()
    for statement in (
        f"INSERT INTO version (version, updated, step) VALUES ('4.21.0.0', {NOW}, 'Complete')",
        "INSERT INTO mshost (msid, name, state, version, service_ip, service_port, last_update) "
        f"VALUES (7, 'ms1', 'Up', '4.21.0.0', '10.0.0.1', 9090, {NOW})",
        "INSERT INTO data_center (id, name) VALUES (1, 'zurich')",
        "INSERT INTO cluster (id, name, hypervisor_type, arch) VALUES (1, 'c1', 'KVM', 'x86_64')",
        "INSERT INTO host (name, status, type, hypervisor_type, version, guid) "
        "VALUES ('kvm1', 'Up', 'Routing', 'KVM', '4.21.0.0', 'g1')",
        "INSERT INTO image_store (id, name, image_provider_name, protocol, data_center_id, role) "
        "VALUES (1, 'sec', 'NFS', 'nfs', 1, 'Image')",
        "INSERT INTO vm_template (id, unique_name, name, type, hypervisor_type, format, created) "
        f"VALUES (3, 'r', 'systemvm-kvm-4.21.0-x86_64', 'SYSTEM', 'KVM', 'QCOW2', {NOW})",
        "INSERT INTO template_store_ref (store_id, template_id, state, download_state) "
        "VALUES (1, 3, 'Ready', 'DOWNLOADED')",
    ):
        upgraded.run(statement)
    return upgraded


def access(server: MariaDb) -> DatabaseAccess:
    return DatabaseAccess(host="127.0.0.1", port=server.port, user=USER, password=PASSWORD)


PLANTED = {
    "upgrade_interrupted": f"INSERT INTO version (version, updated, step) VALUES ('4.22.0.0', {NOW}, 'Upgrade')",
    "jobs_running": "INSERT INTO async_job (job_cmd, job_status, job_init_msid) VALUES ('a.b.StartVMCmd', 0, 7)",
    "jobs_orphaned": "INSERT INTO async_job (job_cmd, job_status, job_init_msid) VALUES ('a.b.StopVMCmd', 0, 8)",
    "host_not_up": "UPDATE host SET status = 'Disconnected'",
    "host_in_maintenance": "UPDATE host SET resource_state = 'Maintenance', status = 'Up'",
    "agent_old": "UPDATE host SET version = '4.19.0.0'",
    "agent_newer": "UPDATE host SET version = '4.23.0.0'",
    "hypervisor_removed": "UPDATE host SET hypervisor_type = 'XenServer', hypervisor_version = '6.5.0'",
    "store_full": "UPDATE image_store SET total_size = 100, used_bytes = 99",
    "no_nfs_store": "UPDATE image_store SET protocol = 's3'",
    "router_old": "INSERT INTO vm_instance (id, name, instance_name, state, type, created) "
    f"VALUES (9, 'r', 'r-9-VM', 'Running', 'DomainRouter', {NOW})",
    "setting_unknown": "INSERT INTO configuration (instance, name, value, default_value) "
    "VALUES ('D', 'gone.setting', '1', '2')",
}


def test_what_is_planted_in_the_database_is_found_and_nothing_else(database: MariaDb) -> None:
    def codes() -> set[str]:
        found = read(access(database))
        return {each.code for each in plan(Facts((4, 22, 0, 0), found, (), (), 1 << 40)).judgement.findings}

    # A mariadbd with the defaults of its package.
    base = {"connections_few"}
    assert codes() == base
    for code, statement in PLANTED.items():
        with database.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            if code == "router_old":
                cursor.execute("INSERT INTO domain_router (id, template_version) VALUES (9, '4.18.1')")
            connection.commit()
        found = codes()
        assert code in found, (code, found)
        base = found
    assert base >= {"upgrade_interrupted", "jobs_running", "jobs_orphaned", "no_nfs_store"}


def test_local_paths_are_read_for_releases_that_refuse_a_slash(database: MariaDb) -> None:
    slash = "INSERT INTO storage_pool (name, pool_type, path) VALUES ('l', 'Filesystem', '/var/lib/x/')"
    with database.connection() as connection, connection.cursor() as cursor:
        cursor.execute(slash)
        connection.commit()
    found = read(access(database))
    told = {to: plan(Facts(to, found, (), (), 1 << 40)).judgement.findings for to in ((4, 13, 1, 0), (4, 22, 0, 0))}
    codes = [{each.code for each in findings} for findings in told.values()]
    assert codes[0] - codes[1] >= {"local_path_slash"}


def test_what_a_release_does_not_have_is_left_out(database: MariaDb) -> None:
    """Of 4.11: no architecture of clusters and templates, no free space of stores."""
    database.run("ALTER TABLE cluster RENAME COLUMN arch TO arch_")
    database.run("ALTER TABLE vm_template RENAME COLUMN arch TO arch_")
    try:
        found = read(access(database))
    finally:
        database.run("ALTER TABLE cluster RENAME COLUMN arch_ TO arch")
        database.run("ALTER TABLE vm_template RENAME COLUMN arch_ TO arch")
    assert [(each.hypervisor, each.arch) for each in found.kinds] == [("KVM", "")]
    assert [(each.name, each.ready) for each in found.templates] == [("systemvm-kvm-4.21.0-x86_64", ("zurich",))]
    assert (found.locked, found.servers[0].alive) == (False, True)
    assert found.grants["cloud"] == {"ALL PRIVILEGES"}


def test_a_server_that_upgrades_the_schema_is_seen_by_its_lock(database: MariaDb) -> None:
    """As GlobalLock takes it: a named lock of its connection, no row."""
    assert not read(access(database)).locked
    with database.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK('DatabaseUpgrade', 1)")
        assert read(access(database)).locked
    assert not read(access(database)).locked


def test_the_settings_of_system_vm_templates_are_read(database: MariaDb) -> None:
    held = {"router.template.kvm": "systemvm-kvm-4.22.0-x86_64", "minreq.sysvmtemplate.version": "4.22.0"}
    for name, value in {**held, "router.templates": "no"}.items():
        database.run(f"INSERT INTO configuration (instance, name, value) VALUES ('D', '{name}', '{value}')")
    assert read(access(database)).settings == held


def test_the_memory_of_system_vms_is_that_of_their_offering(database: MariaDb) -> None:
    made = "INSERT INTO vm_instance (id, name, instance_name, state, type, service_offering_id, created) "
    database.run(f"{made} VALUES (5, 'v', 'v-5-VM', 'Running', 'ConsoleProxy', 7, {NOW})")
    assert [each.memory for each in read(access(database)).system_vms] == [None]
    database.run("CREATE TABLE service_offering (id bigint PRIMARY KEY, ram_size int)")
    try:
        database.run("INSERT INTO service_offering VALUES (7, 256)")
        assert [(each.name, each.memory) for each in read(access(database)).system_vms] == [("v-5-VM", 256)]
    finally:
        database.run("DROP TABLE service_offering")


def run(tmp_path: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    play = [
        {
            "name": "Plan",
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [{"name": "Plan", "hostcraft.cloudstack.cs_upgrade_plan": arguments}],
        }
    ]
    (tmp_path / "play.yml").write_text(json.dumps(play))
    environment = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", str(tmp_path / "play.yml")]
    command += ["-e", f"ansible_python_interpreter={forked.python()}"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert PASSWORD not in done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["plays"][0]["tasks"][0]["hosts"]["localhost"]
    return found


def test_the_module_tells_the_plan_and_fails_for_what_blocks(database: MariaDb, tmp_path: Path) -> None:
    arguments: dict[str, Any] = {
        "version": "4.22.0.0",
        "database": {"host": "127.0.0.1", "port": database.port, "password": PASSWORD},
        "nodes": [
            {
                "name": "ms1",
                "address": "10.0.0.1",
                "package": "4.21.0.0",
                "offered": ["4.21.0.0", "4.22.0.0"],
                "java": 17,
            }
        ],
        "backup_free": 1 << 40,
        "replicas": [],
    }
    told = run(tmp_path, arguments)
    assert (told["feasible"], told["chain"], told["changed"]) == (True, ["4.22.0.0"], False)
    assert [step["name"] for step in told["steps"]][:4] == ["stop", "backup", "packages", "schema"]
    database.run(PLANTED["jobs_running"])
    told = run(tmp_path, {**arguments, "replicas": [{"name": "db2", "io_running": True, "sql_running": False}]})
    assert (told["failed"], told["code"]) == (True, "upgrade_not_possible")
    assert {each["code"] for each in told["findings"] if each["severity"] == "blocks"} == {
        "jobs_running",
        "replica_broken",
    }
    assert "StartVMCmd" in told["msg"]
