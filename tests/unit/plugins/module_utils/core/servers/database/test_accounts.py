# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts: statements that make them so, nothing when they are, and hostile names as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.database.accounts import (
    ALL,
    Account,
    Held,
    by_name,
    checked,
    decide,
    host_of,
    native_hash,
    openings,
)

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
