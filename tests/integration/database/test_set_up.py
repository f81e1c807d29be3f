# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudStack's databases are made and joined on a real MariaDB, with the files of the stand-in package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from counterparts.mariadb.server import MariaDb

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.java_properties import parse

SHIPPED = Path(__file__).resolve().parents[2] / "counterparts" / "management_server"
MODULE = "ansible_collections.hostcraft.cloudstack.plugins.modules.cs_database_setup"
ADMIN = {"admin_user": "dba", "admin_password": "dba-p4ss"}
COUNTS = "SELECT table_schema, COUNT(*) FROM information_schema.tables WHERE table_schema LIKE 'cloud%' GROUP BY 1"


@pytest.fixture
def bare(mariadb_server: MariaDb) -> MariaDb:
    """A server with an administrative account and none of CloudStack's databases."""
    for statement in (
        "DROP DATABASE IF EXISTS cloud",
        "DROP DATABASE IF EXISTS cloud_usage",
        "DROP USER IF EXISTS csuser@'127.0.0.1'",
        "CREATE OR REPLACE USER dba@'127.0.0.1' IDENTIFIED BY 'dba-p4ss'",
        "GRANT ALL ON *.* TO dba@'127.0.0.1' WITH GRANT OPTION",
    ):
        mariadb_server.run(statement, database="")
    return mariadb_server


class Node:
    """A management server's files, and the task on it."""

    def __init__(self, server: MariaDb, folder: Path, address: str) -> None:
        self.folder, self.sql = folder, SHIPPED / "sql"
        folder.mkdir()
        (folder / "db.properties").write_bytes((SHIPPED / "etc/db.properties").read_bytes())
        self.given: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": server.port,
            "user": "csuser",
            "user_hosts": ["127.0.0.1"],
            "password": "pa-w0rd%s",
            "management_key": "mgmt-k3y",
            "database_key": "db-k3y",
            "address": address,
            "release": "4.22.0.0",
            "path": str(folder),
            "group": "root",
        }

    def run(self, check: bool = False, **changes: Any) -> dict[str, Any]:
        arguments = {**self.given, "sql_path": str(self.sql), "_ansible_check_mode": check, **changes}
        program = f"import runpy; runpy.run_module({MODULE!r}, run_name='__main__')"
        environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
        ended = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.stdout, ended.stderr
        answer: dict[str, Any] = json.loads(ended.stdout)
        answer.pop("invocation", None)
        assert "pa-w0rd" not in json.dumps(answer)
        assert "k3y" not in json.dumps(answer)
        return answer

    def codes(self, **changes: Any) -> list[str]:
        answer = self.run(**changes)
        assert answer["failed"], answer
        return (
            [reason["code"] for reason in answer["details"]["reasons"]]
            if answer["code"] == "refused"
            else [answer["code"]]
        )

    @property
    def properties(self) -> dict[str, str]:
        return parse((self.folder / "db.properties").read_text(encoding="iso-8859-1"))

    def state(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}


@pytest.fixture
def nodes(bare: MariaDb, tmp_path: Path) -> tuple[Node, Node]:
    return Node(bare, tmp_path / "one", "10.0.0.1"), Node(bare, tmp_path / "two", "10.0.0.2")


def serve(server: MariaDb, version: str = "4.22.0.0", encryptor: str = "V2", key: str = "db-k3y") -> None:
    """As after the first start of a management server."""
    server.run("INSERT INTO version (version, updated, step) VALUES (%s, NOW(), 'Complete')", (version,))
    server.run("INSERT INTO mshost (msid, state, service_ip, service_port) VALUES (1, 'Up', '10.0.0.1', 9090)")
    init = encryption.encrypt(encryptor, key, "true")
    server.run("UPDATE configuration SET value = %s WHERE name = 'init'", (init,))


def test_the_first_server_makes_and_the_second_joins(bare: MariaDb, nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    assert two.codes() == ["access_denied"]
    before = one.state()
    predicted = one.run(check=True, deploy=True, **ADMIN)
    assert (predicted["action"], predicted["changed"], one.state()) == ("deployed", True, before)
    assert bare.run(COUNTS, database="") == []
    assert one.run(deploy=True, **ADMIN)["action"] == "deployed"
    assert (one.folder / "key").read_text() == "mgmt-k3y"
    assert (one.folder / "key").stat().st_mode & 0o777 == 0o640
    held = one.properties
    assert held["cluster.node.IP"] == "10.0.0.1"
    assert held["db.cloud.encryptor.version"] == "V2"
    assert encryption.decrypt("V2", "mgmt-k3y", held["db.usage.password"][4:-1]) == "pa-w0rd%s"
    assert two.codes() == ["not_started"]
    serve(bare)
    written, tables = one.state(), bare.run(COUNTS, database="")
    for deploy in (True, False):
        again = one.run(deploy=deploy, **ADMIN)
        assert (again["action"], again["changed"], again["database"]) == ("none", False, "served")
    assert two.run()["action"] == "joined"
    assert two.properties["cluster.node.IP"] == "10.0.0.2"
    assert not two.run()["changed"]
    assert one.state() == written
    assert bare.run(COUNTS, database="") == tables
    # Of a cloud that is there, only what does not fit is refused, and nothing is written.
    (two.folder / "key").unlink()
    state = two.state()
    assert two.codes(database_key="other-k3y", deploy=True, **ADMIN) == ["database_key"]
    assert two.codes(encryptor="V1") == ["encryptor"]
    assert two.codes(password="wrong") == ["access_denied"]
    assert two.codes(release="4.21.0.0") == ["database_newer"]
    assert two.codes(host="127.0.0.1", port=1) == ["transport"]
    assert two.state() == state


def test_a_key_file_that_nothing_reads_is_removed(bare: MariaDb, nodes: tuple[Node, Node]) -> None:
    one, _two = nodes
    one.run(deploy=True, **ADMIN)
    serve(bare)
    usage = one.folder.parent / "usage"
    usage.mkdir()
    (usage / "key").symlink_to(one.folder / "key")
    # A usage server that has its own file needs the key.
    (usage / "db.properties").write_text("db.cloud.encryption.type=file\n", encoding="iso-8859-1")
    assert one.run(encryption="env")["action"] == "joined"
    assert one.properties["db.cloud.encryption.type"] == "env"
    assert (one.folder / "key").read_text() == "mgmt-k3y"
    (usage / "db.properties").unlink()
    (usage / "db.properties").symlink_to(one.folder / "db.properties")
    before = one.state()
    predicted = one.run(check=True, encryption="env")
    assert (predicted["changed"], one.state()) == (True, before)
    assert one.run(encryption="env")["changed"]
    assert set(before) - set(one.state()) == {"key"}
    assert not one.run(encryption="env")["changed"]
    assert one.run()["changed"]
    assert (one.folder / "key").read_text() == "mgmt-k3y"


def test_an_old_cloud_is_joined_with_its_version(bare: MariaDb, nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    one.run(deploy=True, encryptor="V1", **ADMIN)
    serve(bare, encryptor="V1")
    assert two.run()["encryptor"] == "V1"
    assert two.properties["db.cloud.encryptor.version"] == "V1"


def test_an_old_release_gets_what_it_can_decrypt(bare: MariaDb, nodes: tuple[Node, Node]) -> None:
    """Before 4.18 a server has version 1 of the encryption alone."""
    one, _two = nodes
    assert one.codes(deploy=True, release="4.15.2.0", encryptor="V2", **ADMIN) == ["encryptor"]
    assert bare.run(COUNTS, database="") == []
    assert one.run(deploy=True, release="4.15.2.0", **ADMIN)["encryptor"] == "V1"
    for name in ("db.cloud.password", "db.usage.password", "db.cloud.encrypt.secret"):
        assert encryption.decrypt("V1", "mgmt-k3y", one.properties[name][4:-1])


def test_a_cloud_without_encryption_and_values_of_another_key_are_left_alone(
    bare: MariaDb, nodes: tuple[Node, Node]
) -> None:
    one, two = nodes
    one.run(deploy=True, **ADMIN)
    serve(bare)
    with (one.folder / "db.properties").open("a", encoding="iso-8859-1") as file:
        file.write(f"db.cloud.keyStorePassword=ENC({encryption.encrypt('V2', 'mgmt-k3y', 'changeit')})\n")
        file.write("region.id=2\n")
    before = one.state()
    assert one.codes(deploy=True, management_key="another-k3y", **ADMIN) == ["encrypted_otherwise"]
    assert one.state() == before
    assert one.run(deploy=True, address="10.0.0.9", **ADMIN)["changed"]
    assert (one.properties["region.id"], one.properties["cluster.node.IP"]) == ("2", "10.0.0.9")
    bare.run("UPDATE configuration SET value = 'true' WHERE name = 'init'")
    before = two.state()
    for deploy in (True, False):
        assert two.codes(deploy=deploy, **ADMIN) == ["not_encrypted"]
    assert two.state() == before


def test_a_creation_that_was_killed_is_finished(bare: MariaDb, nodes: tuple[Node, Node], tmp_path: Path) -> None:
    one, two = nodes
    whole = one.sql
    one.sql = tmp_path / "broken"
    one.sql.mkdir()
    for path in whole.glob("*.sql"):
        (one.sql / path.name).write_bytes(path.read_bytes())
    (one.sql / "server-setup.sql").write_text("USE cloud; CREATE NONSENSE;", encoding="utf-8")
    before = one.state()
    assert one.codes(deploy=True, **ADMIN) == ["database"]
    assert one.state() == before
    assert two.codes() == ["no_database"]
    one.sql = whole
    again = one.run(deploy=True, **ADMIN)
    assert (again["action"], again["database"]) == ("deployed", "half")
    # Killed after the tables and before the files: the next run writes these.
    (one.folder / "db.properties").write_bytes((SHIPPED / "etc/db.properties").read_bytes())
    (one.folder / "key").unlink()
    assert one.run(deploy=True, **ADMIN)["action"] == "configured"
    assert one.run(deploy=True)["action"] == "none"


def test_two_at_once_make_one_database(bare: MariaDb, nodes: tuple[Node, Node]) -> None:
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda node: node.run(deploy=True, **ADMIN), nodes))
    assert sorted(answer["action"] for answer in answers) == ["configured", "deployed"]
    assert bare.run("SELECT COUNT(*) FROM version") == [(1,)]


def test_nothing_of_others_is_touched(bare: MariaDb, nodes: tuple[Node, Node]) -> None:
    one, _two = nodes
    assert one.codes(deploy=True, management_key="password", **ADMIN) == ["default_key"]
    assert one.codes(deploy=True, password="pa-w0rd$HOME", **ADMIN) == ["characters"]
    assert bare.run(COUNTS, database="") == []
    bare.run("CREATE DATABASE cloud", database="")
    bare.run("CREATE TABLE invoices (id int)")
    assert one.codes(deploy=True, **ADMIN) == ["not_cloudstack"]
    assert bare.run(COUNTS, database="") == [("cloud", 1)]
    # An account that is there keeps its password.
    bare.run("DROP TABLE invoices")
    bare.run("CREATE USER csuser@'127.0.0.1' IDENTIFIED BY 'another'", database="")
    assert one.codes(deploy=True, **ADMIN) == ["access_denied"]
