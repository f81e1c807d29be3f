# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapter of CloudStack's database on a real MariaDB: one row of each host, and all hosts or none."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from counterparts.mariadb.server import PASSWORD, USER, MariaDb

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.gateway import (
    CloudDatabase,
    open_database,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import DatabaseAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.stored_secrets import Encrypting
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    AccessDenied,
    DatabaseError,
    HostcraftError,
    Refused,
    TransportError,
)

KEY, OLD, NEW = "database key", "old-p4ss 'quoted\"", "n3w-p4ss ünï %s \\"
HOSTS = [str(uuid.UUID(int=number)) for number in range(1, 6)]


def access(server: MariaDb, **changes: Any) -> DatabaseAccess:
    made = DatabaseAccess("127.0.0.1", server.port, user=USER, password=PASSWORD, key=KEY, timeout=3.0)
    return replace(made, **changes)


@contextlib.contextmanager
def opened(server: MariaDb, **changes: Any) -> Iterator[CloudDatabase]:
    with contextlib.closing(open_database(access(server, **changes))) as database:
        yield database


def fill(server: MariaDb, version: str = "V2", key: str = KEY) -> None:
    """Five hosts with the old password, and the setting by which a server proves its key."""
    init = encryption.encrypt(version, key, "true")
    server.run("INSERT INTO configuration (category, name, value) VALUES ('Hidden', 'init', %s)", (init,))
    for number, host in enumerate(HOSTS):
        server.add_host(host, f"kvm{number}", "root", encryption.encrypt(version, key, OLD))


def held(server: MariaDb, version: str = "V2") -> list[str]:
    stored = server.passwords()
    return [encryption.decrypt(version, KEY, stored[host]) for host in HOSTS]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_the_passwords_of_all_hosts_are_written_as_the_server_encrypts(mariadb: MariaDb, version: str) -> None:
    fill(mariadb, version)
    with opened(mariadb) as database:
        assert database.encrypting() == Encrypting(True, version)
        assert {each.password for each in database.logins(HOSTS).values()} == {OLD}
        database.write_logins(HOSTS, "root", OLD, NEW)
        assert {(each.password, each.form) for each in database.logins(HOSTS).values()} == {(NEW, version)}
    assert held(mariadb, version) == [NEW] * 5


def test_a_second_write_changes_no_row(mariadb: MariaDb) -> None:
    fill(mariadb)
    with opened(mariadb) as database:
        database.write_logins(HOSTS, "root", OLD, NEW)
        first = mariadb.passwords()
        database.write_logins(HOSTS, "root", OLD, NEW)
    assert mariadb.passwords() == first


FAULTS = {
    "no_row": ("DELETE FROM host_details WHERE name = 'password' AND host_id = 3", "password_rows"),
    "two_rows": ("INSERT INTO host_details (host_id, name, value) VALUES (3, 'password', 'x')", "password_rows"),
    "another_user": (
        "UPDATE host_details SET value = 'admin' WHERE name = 'username' AND host_id = 3",
        "username_differs",
    ),
    "no_user": ("DELETE FROM host_details WHERE name = 'username' AND host_id = 3", "username_differs"),
    "another_password": (
        "UPDATE host_details SET value = 'x' WHERE name = 'password' AND host_id = 3",
        "record_differs",
    ),
    "removed": ("UPDATE host SET removed = now() WHERE id = 3", "host_not_in_database"),
    "not_there": ("DELETE FROM host WHERE id = 3", "host_not_in_database"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_exactly_one_row_of_each_host_changes_none(mariadb: MariaDb, fault: str) -> None:
    fill(mariadb)
    statement, code = FAULTS[fault]
    mariadb.run(statement)
    before = mariadb.run("SELECT * FROM host_details ORDER BY id")
    with opened(mariadb) as database, pytest.raises(Refused) as refused:
        database.write_logins(HOSTS, "root", OLD, NEW)
    assert codes(refused) == [code]
    assert mariadb.run("SELECT * FROM host_details ORDER BY id") == before
    assert OLD not in str(refused.value.details) + refused.value.message


TRIGGER = "CREATE TRIGGER t BEFORE UPDATE ON host_details FOR EACH ROW BEGIN IF NEW.host_id = 4 THEN {} ; END IF; END"
BROKEN = {
    # The third row does not get in: an error of the server in the middle.
    "error": "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'",
    # It gets in otherwise than written, as with a column that is too short and no strict mode.
    "cut": "SET NEW.value = LEFT(NEW.value, 20)",
    "not_written": "SET NEW.value = OLD.value",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_write_that_fails_in_the_middle_leaves_all_as_they_were(mariadb: MariaDb, fault: str) -> None:
    fill(mariadb)
    mariadb.run(TRIGGER.format(BROKEN[fault]))
    with opened(mariadb) as database, pytest.raises(HostcraftError) as failed:
        database.write_logins(HOSTS, "root", OLD, NEW)
    assert held(mariadb) == [OLD] * 5
    assert NEW not in failed.value.message
    assert failed.value.code in ("database", "not_verified", "refused")


def test_a_locked_row_ends_the_wait_and_changes_none(mariadb: MariaDb) -> None:
    fill(mariadb)
    with mariadb.connection() as other, other.cursor() as cursor:
        cursor.execute("SELECT * FROM host_details WHERE host_id = 4 FOR UPDATE")
        with opened(mariadb, timeout=2.0) as database, pytest.raises(DatabaseError, match="Lock wait timeout"):
            database.write_logins(HOSTS, "root", OLD, NEW)
    assert held(mariadb) == [OLD] * 5


def test_a_connection_that_is_cut_in_the_middle_changes_none(mariadb: MariaDb) -> None:
    fill(mariadb)
    with opened(mariadb) as database:
        database.logins(HOSTS)
        for (number,) in mariadb.run("SELECT id FROM information_schema.processlist WHERE user = %s", (USER,)):
            mariadb.run(f"KILL {number}")
        with pytest.raises(TransportError):
            database.write_logins(HOSTS, "root", OLD, NEW)
    assert held(mariadb) == [OLD] * 5


@pytest.mark.parametrize("changes", [{"key": "management key"}, {"version": "V1"}])
def test_a_key_or_version_that_is_not_the_databases_is_refused_before_anything(
    mariadb: MariaDb, changes: dict[str, str]
) -> None:
    fill(mariadb)
    before = mariadb.passwords()
    with opened(mariadb, **changes) as database, pytest.raises(Refused) as refused:
        database.write_logins(HOSTS, "root", OLD, NEW)
    assert codes(refused) == ["database_key"]
    assert mariadb.passwords() == before


def test_a_record_in_plain_text_is_encrypted_when_it_is_written(mariadb: MariaDb) -> None:
    fill(mariadb)
    mariadb.run("UPDATE host_details SET value = %s WHERE name = 'password' AND host_id = 2", (OLD,))
    with opened(mariadb) as database:
        assert not database.logins(HOSTS)[HOSTS[1]].readable
        database.write_logins(HOSTS, "root", OLD, NEW)
    assert held(mariadb) == [NEW] * 5


def test_a_server_without_encryption_gets_plain_text(mariadb: MariaDb) -> None:
    mariadb.add_host(HOSTS[0], "kvm0", "root", OLD)
    with opened(mariadb, key="") as database:
        database.write_logins(HOSTS[:1], "root", OLD, NEW)
    assert mariadb.passwords() == {HOSTS[0]: NEW}


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"password": "wrong-p4ss"}, AccessDenied), ({"name": "mysql"}, AccessDenied), ({"port": 1}, TransportError)],
)
def test_a_login_that_fails_is_told_without_the_password(
    mariadb: MariaDb, changes: dict[str, Any], error: type[HostcraftError]
) -> None:
    with opened(mariadb, **changes) as database, pytest.raises(error) as failed:
        database.logins(HOSTS)
    assert "wrong-p4ss" not in failed.value.message
    assert "database" in failed.value.message


@pytest.mark.parametrize("password", ["p4ss ü", "p4ss €", "$in '\"\\ `#"])
def test_a_password_is_sent_as_statements_set_it(mariadb: MariaDb, password: str) -> None:
    fill(mariadb)
    mariadb.run("CREATE OR REPLACE USER other@'%%' IDENTIFIED BY %s", (password,))
    mariadb.run("GRANT ALL ON cloud.* TO other@'%'")
    with opened(mariadb, user="other", password=password) as database:
        assert len(database.logins(HOSTS)) == 5


def test_a_server_without_tls_is_not_spoken_to_where_tls_is_wanted(mariadb: MariaDb) -> None:
    with opened(mariadb, tls=True) as database, pytest.raises(TransportError, match=r"TLS|SSL"):
        database.logins(HOSTS)


def test_tls_is_verified(tmp_path: Path) -> None:
    with MariaDb(tmp_path / "m", tls=True) as server:
        fill(server)
        with opened(server, tls=True, ca_path=str(server.ca)) as database:
            assert len(database.logins(HOSTS)) == 5
        with opened(server, tls=True, validate_certs=False) as database:
            assert len(database.logins(HOSTS)) == 5
        with opened(server, tls=True) as database, pytest.raises(TransportError, match="ca_path"):
            database.logins(HOSTS)


def test_a_name_that_would_be_sql_is_a_value(mariadb: MariaDb) -> None:
    fill(mariadb)
    with opened(mariadb) as database, pytest.raises(Refused) as refused:
        database.write_logins(["x' OR '1'='1"], "root", None, NEW)
    assert codes(refused) == ["host_not_in_database"]
    assert held(mariadb) == [OLD] * 5
