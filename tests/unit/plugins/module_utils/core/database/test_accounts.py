# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts: statements that make them so, nothing when they are, and hostile names as values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.accounts import (
    ALL,
    Account,
    Held,
    by_name,
    checked,
    decide,
    host_of,
    native_hash,
    openings,
    password_is,
    stored_of,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

ADMIN = checked(Account("cloud_admin", ("10.0.0.0/24", "localhost"), "p4ss", ("ALL",), grant_option=True))


def held(name: str, host: str, password: str = "p4ss", *grants: str) -> Held:
    login = f"CREATE USER `{name}`@`{host}` IDENTIFIED BY PASSWORD '{native_hash(password)}'"
    return Held(name, host, login, grants or (f"GRANT USAGE ON *.* TO `{name}`@`{host}`",))


def all_of(name: str, host: str, password: str = "p4ss") -> Held:
    grant = f"GRANT ALL PRIVILEGES ON *.* TO `{name}`@`{host}` IDENTIFIED BY PASSWORD '*X' WITH GRANT OPTION"
    return held(name, host, password, grant)


DONE = [all_of("cloud_admin", "10.0.0.0/255.255.255.0"), all_of("cloud_admin", "localhost")]


def test_accounts_that_are_as_wanted_need_nothing() -> None:
    assert decide([ADMIN], DONE) == ()


def test_what_is_missing_is_created_and_openings_are_closed() -> None:
    there = [DONE[0], all_of("cloud_admin", "%"), held("cloud", "%")]
    told = [step.told for step in decide([ADMIN], there)]
    assert told == [
        "create 'cloud_admin'@'localhost'",
        "grant ALL PRIVILEGES to 'cloud_admin'@'localhost' with grant option",
        "drop 'cloud_admin'@'%'",
    ]
    assert "p4ss" not in repr(decide([ADMIN], there)) + "".join(told)


def test_another_password_is_set_and_privileges_are_exact() -> None:
    account = checked(Account("repl", ("10.0.0.2",), "new", ("REPLICATION SLAVE", "replication client")))
    there = [held("repl", "10.0.0.2", "old", "GRANT REPLICATION SLAVE, SUPER ON *.* TO `repl`@`10.0.0.2`")]
    assert [step.told.split(" ")[0] for step in decide([account], there)] == ["set", "revoke", "grant"]
    kept = [held("repl", "10.0.0.2", "new", "GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO `repl`@`10.0.0.2`")]
    assert decide([account], kept) == ()


def test_all_privileges_are_reduced() -> None:
    account = checked(Account("app", ("%",), "p4ss", ("SELECT",)))
    told = [step.told for step in decide([account], [all_of("app", "%")])]
    assert told == [f"revoke {ALL} from 'app'@'%'", "revoke GRANT OPTION from 'app'@'%'", "grant SELECT to 'app'@'%'"]


def test_a_level_of_a_database_is_its_own() -> None:
    account = checked(Account("cloud", ("%",), "p4ss", ("ALL",), level="cloud.*"))
    there = held(
        "cloud", "%", "p4ss", "GRANT PROCESS ON *.* TO `cloud`@`%`", "GRANT ALL PRIVILEGES ON `cloud`.* TO `cloud`@`%`"
    )
    assert decide([account], [there]) == ()
    (step,) = decide([account], [held("cloud", "%")])
    assert step.statement == "GRANT ALL PRIVILEGES ON `cloud`.* TO %s@%s"


@pytest.mark.parametrize(
    ("given_host", "host"),
    [
        ("10.0.0.0/8", "10.0.0.0/255.0.0.0"),
        ("10.0.0.5/32", "10.0.0.5"),
        ("%", "%"),
        ("DB1.example.net", "db1.example.net"),
        ("fe80::1", "fe80::1"),
    ],
)
def test_hosts_are_in_the_servers_form(given_host: str, host: str) -> None:
    assert host_of(given_host) == host


@pytest.mark.parametrize("host", ["", "10.0.0.1/8", "2001:db8::/64", "a'b", "a b", "x" * 256, "10.0.0.1/255.0.0.1"])
def test_hosts_that_the_server_never_matches_are_refused(host: str) -> None:
    with pytest.raises(InvalidValue):
        host_of(host)


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_a_hostile_name_or_password_is_a_value_and_never_a_part_of_a_statement(name: str, password: str) -> None:
    account = Account(name, ("%",), password, ("SELECT",))
    try:
        steps = decide([checked(account)], [])
    except InvalidValue:
        assert any(ord(char) < 32 for char in name)
        return
    assert {step.statement for step in steps} == {
        "CREATE USER %s@%s IDENTIFIED BY %s",
        "GRANT SELECT ON *.* TO %s@%s",
    }


@pytest.mark.parametrize(
    "account",
    [
        Account("", ("%",), "p", ()),
        Account("a", (), "p", ()),
        Account("a", ("%",), "", ()),
        Account("a", ("%",), "p", ("SELECT ON *.* TO x; --",)),
        Account("a", ("%",), "p", (), level="cloud.*`; DROP"),
    ],
)
def test_accounts_that_cannot_be_right_are_refused(account: Account) -> None:
    with pytest.raises(InvalidValue):
        checked(account)


def test_openings_are_anonymous_accounts_and_root_from_elsewhere() -> None:
    there = [held("", "localhost"), held("root", "%"), held("root", "localhost"), held("root", "::1"), held("x", "%")]
    assert [each.title for each in openings(there)] == ["''@'localhost'", "'root'@'%'"]
    assert [host for host in ("localhost", "%", "10.1.%", "10.0.0.0/8", "db1", "::1") if by_name(host)] == ["db1"]


# A MySQL 8.0 after GRANT ALL ON *.*, and the password "hashcat" as caching_sha2_password stores it.
STATIC = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, SHUTDOWN, PROCESS, FILE, REFERENCES, INDEX, ALTER, "
    "SHOW DATABASES, SUPER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, "
    "CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, CREATE TABLESPACE, "
    "CREATE ROLE, DROP ROLE"
)
DYNAMIC = "APPLICATION_PASSWORD_ADMIN,AUDIT_ADMIN,BACKUP_ADMIN,BINLOG_ADMIN,SYSTEM_VARIABLES_ADMIN,XA_RECOVER_ADMIN"
EVERY = frozenset([*STATIC.split(", "), *DYNAMIC.split(",")])
STORED = b"$A$005$" + bytes.fromhex("F9CC98CE08892924F50A213B6BC571A2C11778C5")
STORED += b"bTy95Y99eAME1dwEkHOA1ndHGBWz.1bxSSRkuTXFGV/"


def mysql(*grants: str, stored: str = f"0x{STORED.hex().upper()}", more: str = "") -> Held:
    login = f"CREATE USER `app`@`%` IDENTIFIED WITH 'caching_sha2_password' AS {stored} REQUIRE NONE ACCOUNT UNLOCK"
    lines = (f"GRANT {what} ON *.* TO `app`@`%`{more}" for what in grants)
    return Held("app", "%", login, (*lines, "GRANT `role1`@`%` TO `app`@`%`"))


def app(*privileges: str, password: str = "hashcat", option: bool = False) -> Account:
    return checked(Account("app", ("%",), password, privileges, grant_option=option))


def test_an_account_of_mysql_that_is_as_wanted_needs_nothing() -> None:
    whole = mysql(STATIC, DYNAMIC, more=" WITH GRANT OPTION")
    assert decide([app("all", option=True)], [whole], EVERY) == ()
    assert decide([app("REPLICATION CLIENT", "process")], [mysql("PROCESS, REPLICATION CLIENT")], EVERY) == ()
    assert decide([app("usage")], [mysql("USAGE")], EVERY) == ()
    (step,) = decide([app("all", password="another", option=True)], [whole], EVERY)
    assert step.told == "set the password of 'app'@'%'"


def test_privileges_of_mysql_are_named_as_it_knows_them() -> None:
    told = [step.told for step in decide([app("replication client", "FILE")], [mysql(STATIC, DYNAMIC)], EVERY)]
    assert told == ["revoke ALL PRIVILEGES from 'app'@'%'", "grant FILE, REPLICATION CLIENT to 'app'@'%'"]
    steps = decide([app("file")], [mysql("FILE, REPLICATION CLIENT", "BINLOG_ADMIN")], EVERY)
    assert [step.statement.partition(" ON ")[0] for step in steps] == [
        "REVOKE REPLICATION CLIENT",
        "REVOKE BINLOG_ADMIN",
    ]
    # One that came with a newer release is missing, and only granted.
    (step,) = decide([app("ALL")], [mysql(STATIC, DYNAMIC)], EVERY | {"CLONE_ADMIN"})
    assert step.statement == "GRANT ALL PRIVILEGES ON *.* TO %s@%s"
    (step,) = decide([app(option=True)], [mysql("USAGE")], EVERY)
    assert step.statement == "GRANT USAGE ON *.* TO %s@%s WITH GRANT OPTION"


@pytest.mark.parametrize("option", [False, True])
def test_mysql_s_dynamic_privileges_are_lent_one_by_one(option: bool) -> None:
    """REVOKE GRANT OPTION leaves them, GRANT does not add the option, and REVOKE with other privileges leaves them."""
    wanted = app("FILE", "BINLOG_ADMIN", option=option)
    right, wrong = (" WITH GRANT OPTION", "") if option else ("", " WITH GRANT OPTION")
    fine, odd = mysql("FILE", "BINLOG_ADMIN", more=right), mysql("BINLOG_ADMIN", more=wrong)
    assert decide([wanted], [fine], EVERY) == ()
    mixed = replace(odd, grants=(*mysql("FILE", more=right).grants, *odd.grants))
    told = [step.told for step in decide([wanted], [mixed], EVERY)]
    assert told == [
        "revoke BINLOG_ADMIN from 'app'@'%'",
        f"grant BINLOG_ADMIN to 'app'@'%'{right.lower()}",
    ]
    assert decide([app("BINLOG_ADMIN", option=True)], [mysql("BINLOG_ADMIN", more=" WITH GRANT OPTION")], EVERY) == ()
    (_revoke, grant) = decide([app("FILE", "BINLOG_ADMIN", option=True)], [mysql("FILE", "BINLOG_ADMIN")], EVERY)
    assert grant.statement == "GRANT BINLOG_ADMIN, FILE ON *.* TO %s@%s WITH GRANT OPTION"


def test_a_stored_password_is_read_in_each_form_of_the_server() -> None:
    salt = b"a'b\\c\n0123456789ab\x1a\x01"
    assert len(salt) == 20
    stored = b"$A$005$" + salt + b"x" * 43
    shown = stored.decode().replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\x1a", "\\Z")
    assert stored_of(mysql(stored=f"'{shown}'").login) == stored_of(mysql(stored=f"0x{stored.hex()}").login) == stored
    assert password_is(mysql(stored="'$A$005$short'"), "hashcat") is False
    assert password_is(mysql(), "hashcat") is True
    assert stored_of(held("app", "%").login) is None
