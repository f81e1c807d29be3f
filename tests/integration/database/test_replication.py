# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication between two real MariaDBs: copies, hostile names, switches, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest
from counterparts.mariadb.server import ROOT, USER, MariaDb
from integration.backup.cloud import Cloud

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import SystemClock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.local import LocalCopies
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import DatabaseAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.server import open_server
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database import accounts as people
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    InvalidValue,
    Refused,
    WaitTimeout,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.database import server as settings
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.database.replication import (
    Request,
    Source,
    ensure_replication,
)

OPTIONS = ("--log-bin=mysql-bin", "--binlog-format=ROW", "--log-slave-updates=1", "--gtid-strict-mode=1")
HOSTILE = "clo`ud' -- \"x"
PASSWORD = "re'pl \"p4ss\\ #$x"
REPLICATOR = people.Account(
    "repl",
    ("127.0.0.1", "localhost"),
    PASSWORD,
    (
        *("REPLICATION SLAVE", "BINLOG MONITOR", "SLAVE MONITOR", "SELECT", "SHOW VIEW", "TRIGGER", "EVENT"),
        *("LOCK TABLES", "RELOAD", "PROCESS", "SHOW DATABASES"),
    ),
)


def access(server: MariaDb) -> DatabaseAccess:
    return DatabaseAccess(unix_socket=f"{server.folder}/s", user="root", password=ROOT, name="")


class NoFiles:
    def read(self, path: str) -> None:
        return None

    def listed(self, path: str) -> tuple[str, ...]:
        return ()

    def write(self, path: str, text: str) -> None:
        raise AssertionError(path)

    def refused(self, text: str) -> tuple[str, ...]:
        return ()


def add_accounts(server: MariaDb, *accounts: people.Account, secured: bool = False, check: bool = False) -> Outcome:
    request = settings.Request(None, "", (), accounts, secured)
    with closing(open_server(access(server))) as opened:
        return settings.ensure_server(opened, NoFiles(), request, check)


def replicate(here: MariaDb, primary: MariaDb, note: Path, check: bool = False, **more: Any) -> Outcome:
    source = Source("127.0.0.1", primary.port, "repl", PASSWORD)
    there = DatabaseAccess("127.0.0.1", primary.port, user="repl", password=PASSWORD, name="")
    copies = LocalCopies(there, access(here), str(note))
    request = Request("replica", source, timeout=more.pop("timeout", 30.0), **more)
    with closing(open_server(access(here))) as opened, closing(open_server(there)) as of_primary:
        return ensure_replication(opened, of_primary, copies, SystemClock(), request, check)


def become(server: MariaDb, state: str, **more: Any) -> Outcome:
    request = Request(state, timeout=more.pop("timeout", 20.0), **more)
    with closing(open_server(access(server))) as opened:
        return ensure_replication(opened, None, None, SystemClock(), request, False)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[MariaDb, MariaDb]]:
    with (
        MariaDb(tmp_path / "1", options=(*OPTIONS, "--server-id=1")) as one,
        MariaDb(tmp_path / "2", options=(*OPTIONS, "--server-id=2", "--read-only=1"), empty=True) as two,
    ):
        quoted = HOSTILE.replace("`", "``")
        for statement in (f"CREATE DATABASE `{quoted}`", f"CREATE TABLE `{quoted}`.t (id INT PRIMARY KEY, v TEXT)"):
            one.run(statement)
        one.run(f"INSERT INTO `{quoted}`.t VALUES (1, %s)", ("-- SET GLOBAL gtid_slave_pos='9-9-9';\n-- x",))
        one.run("CREATE DEFINER = cloud@localhost VIEW cloud.v AS SELECT 1 AS one")
        add_accounts(one, REPLICATOR)
        yield one, two


def values(server: MariaDb) -> list[tuple[Any, ...]]:
    return server.run("SELECT * FROM `{}`.t ORDER BY id".format(HOSTILE.replace("`", "``")))


def caught_up(one: MariaDb, two: MariaDb) -> None:
    (position,) = one.run("SELECT @@gtid_current_pos")[0]
    assert two.run("SELECT MASTER_GTID_WAIT(%s, 20)", (position,), "")[0][0] == 0


def test_an_empty_server_gets_a_copy_switches_and_goes_back(pair: tuple[MariaDb, MariaDb], tmp_path: Path) -> None:
    one, two = pair
    note = tmp_path / "copy"
    predicted = replicate(two, one, note, check=True)
    assert (predicted.changed, predicted.result["action"]) == (True, "copy")
    assert two.run("SHOW DATABASES LIKE 'cloud'", (), "") == []
    assert replicate(two, one, note).changed
    assert values(two) == values(one)
    assert two.run("SELECT one FROM cloud.v") == [(1,)]
    assert not note.exists()
    again = replicate(two, one, note)
    assert (again.changed, again.result["action"]) == (False, "nothing")

    # A second primary is refused, and so is one that lost its proof.
    with pytest.raises(Refused) as refused:
        become(two, "primary")
    assert codes(refused) == ["no_proof"]
    add_accounts(one, people.Account("app", ("127.0.0.1",), "p4ss", ("ALL",), "cloud.*"))
    proof = str(become(one, "closed").result["position"])
    with pytest.raises(WaitTimeout):
        become(two, "primary", proof=proof.replace("0-1-", "0-1-9"), timeout=1.0)
    promoted = become(two, "primary", proof=proof)
    assert (promoted.changed, promoted.result["writer"]) == (True, True)
    assert two.run("SELECT host FROM mysql.user WHERE user = 'app'") == [("127.0.0.1",)]
    two.run("INSERT INTO `{}`.t VALUES (2, 'of two')".format(HOSTILE.replace("`", "``")))
    back = replicate(one, two, note)
    assert back.result["action"] == "point"
    caught_up(two, one)
    assert values(one) == values(two)
    assert become(two, "primary").changed is False


def test_a_replica_with_writes_of_its_own_is_named_and_rebuilt_by_consent(
    pair: tuple[MariaDb, MariaDb], tmp_path: Path
) -> None:
    one, two = pair
    note = tmp_path / "copy"
    replicate(two, one, note)
    two.run("CREATE DATABASE mine", (), "")
    with pytest.raises(Refused) as refused:
        replicate(two, one, note)
    assert "errant_transactions" in codes(refused)
    assert "0-2-" in refused.value.message
    assert two.run("SHOW DATABASES LIKE 'mine'", (), "")
    rebuilt = replicate(two, one, note, rebuild=True)
    assert rebuilt.result["action"] == "copy"
    assert two.run("SHOW DATABASES LIKE 'mine'", (), "") == []
    assert replicate(two, one, note).changed is False


def test_a_copy_that_fails_or_is_killed_is_done_again(pair: tuple[MariaDb, MariaDb], tmp_path: Path) -> None:
    one, two = pair
    note = tmp_path / "copy"
    one.run("CREATE DATABASE other", (), "")
    one.run("CREATE TABLE other.m (id INT) ENGINE=MyISAM", (), "")
    with pytest.raises(Refused) as refused:
        replicate(two, one, note)
    assert codes(refused) == ["no_transactions"]
    one.run("DROP DATABASE other", (), "")
    # A view that cannot be dumped ends the copy in the middle.
    one.run("CREATE TABLE cloud.gone (id INT)")
    one.run("CREATE VIEW cloud.broken AS SELECT id FROM cloud.gone")
    one.run("DROP TABLE cloud.gone")
    with pytest.raises(HostcraftError) as failed:
        replicate(two, one, note)
    assert failed.value.code == "copy_failed"
    assert PASSWORD not in failed.value.message
    assert note.exists()
    one.run("DROP VIEW cloud.broken")
    assert replicate(two, one, note).result["action"] == "copy"
    assert values(two) == values(one)


def test_a_copy_under_writes_misses_none(pair: tuple[MariaDb, MariaDb], tmp_path: Path) -> None:
    one, two = pair
    one.run("CREATE TABLE cloud.w (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT)")
    ended = threading.Event()

    def write() -> None:
        with one.connection() as connection, connection.cursor() as cursor:
            while not ended.is_set():
                cursor.execute("INSERT INTO w (v) VALUES (REPEAT('x', 500))")
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        replicate(two, one, tmp_path / "copy")
    finally:
        ended.set()
        writer.join()
    caught_up(one, two)
    count = one.run("SELECT COUNT(*), SUM(id) FROM w")
    assert count[0][0] > 0
    assert two.run("SELECT COUNT(*), SUM(id) FROM w") == count


def test_a_backup_is_made_from_a_replica_that_follows(pair: tuple[MariaDb, MariaDb], tmp_path: Path) -> None:
    """What it contains is restored elsewhere and compared with the primary."""
    one, two = pair
    cloud = Cloud(one, tmp_path / "host")
    one.run(f"GRANT SLAVE MONITOR ON *.* TO {USER}@'127.0.0.1'")
    with pytest.raises(Refused) as refused:
        cloud.make(tmp_path / "backups", replica=True)
    assert codes(refused) == ["no_replica"]
    replicate(two, one, tmp_path / "copy")
    caught_up(one, two)
    cloud.server = two
    cloud.write_files()
    made = cloud.make(tmp_path / "backups", replica=True)
    assert made.changed
    two.run("STOP SLAVE SQL_THREAD", (), "")
    with pytest.raises(Refused) as refused:
        cloud.make(tmp_path / "backups", "20260103T030405Z-ms1", replica=True)
    assert codes(refused) == ["replica_broken"]
    with MariaDb(tmp_path / "3") as three:
        for host in ("localhost", "127.0.0.1"):
            three.run(f"DROP USER {USER}@'{host}'")
        three.run("DROP DATABASE cloud", (), "")
        cloud.restore(tmp_path / "backups", three)
        for table in ("notes", "host_details", "`odd `` name`"):
            assert three.run(f"SELECT * FROM {table}") == one.run(f"SELECT * FROM {table}")


def test_accounts_are_limited_and_openings_closed(pair: tuple[MariaDb, MariaDb]) -> None:
    one, _two = pair
    one.run("CREATE USER ''@localhost")
    one.run("CREATE USER root@'%%' IDENTIFIED BY 'x'".replace("%%", "%"))
    one.run("CREATE USER repl@'10.9.%'".replace("%%", "%"))
    one.run("CREATE DATABASE IF NOT EXISTS test", (), "")
    hostile = people.Account("o'br`ien %s", ("127.0.0.1",), "it's %d \\ 100%", ("SELECT",), "cloud.*")
    predicted = add_accounts(one, REPLICATOR, hostile, secured=True, check=True)
    assert predicted.changed
    assert not one.run("SELECT user FROM mysql.user WHERE user = %s", (hostile.name,))
    done = add_accounts(one, REPLICATOR, hostile, secured=True)
    assert done.changed
    assert hostile.password not in str(done.result) + str(done.after)
    assert not one.run("SELECT user, host FROM mysql.user WHERE user = '' OR (user = 'root' AND host = '%')")
    assert not one.run("SELECT host FROM mysql.user WHERE user = 'repl' AND host LIKE '10%'")
    assert not one.run("SHOW DATABASES LIKE 'test'")
    assert add_accounts(one, REPLICATOR, hostile, secured=True).changed is False
    where: dict[str, Any] = {"host": "127.0.0.1", "port": one.port, "user": hostile.name, "password": hostile.password}
    with closing(pymysql.connect(**where, database="cloud")) as connection, connection.cursor() as cursor:
        assert cursor.execute("SHOW TABLES") > 0
    one.run("CREATE DATABASE test", (), "")
    one.run("CREATE TABLE test.data (id INT)", (), "")
    kept = add_accounts(one, secured=True)
    assert kept.changed is False
    assert "the database test has 1 tables, so it was not removed" in kept.warnings
    with pytest.raises((InvalidValue, Refused)):
        add_accounts(one, people.Account("x", ("db1.example.net",), "p", ("SELECT",)))
