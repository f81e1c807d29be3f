# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option files as a server reads them, and which settings of ours would have no effect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.option_files import (
    Options,
    read_options,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.settings import (
    Sizing,
    connections,
    named,
    overridden,
    plan,
    pool_size,
    recommended,
    render,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.values import canonical, meaning, same
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

OURS = "/etc/mysql/mariadb.conf.d/90-cloudstack.cnf"
GIB = 1 << 30


def read(files: dict[str, str], version: str = "10.11") -> Options:
    def listed(folder: str) -> list[str]:
        return [path.rpartition("/")[2] for path in files if path.rpartition("/")[0] == folder.rstrip("/")]

    return read_options(["/etc/my.cnf", "/etc/mysql/my.cnf"], files.get, listed, version)


def tree(**more: str) -> dict[str, str]:
    """Debian's layout, with files of mariadb.conf.d by their names."""
    files = {
        "/etc/mysql/my.cnf": "[client-server]\n!includedir /etc/mysql/conf.d/\n!includedir /etc/mysql/mariadb.conf.d/\n"
    }
    return {**files, **{f"/etc/mysql/mariadb.conf.d/{name.replace('_', '-')}.cnf": text for name, text in more.items()}}


# As people really write them.
WRITTEN = {
    "log-bin=mysql-bin": ("log_bin", "mysql-bin"),
    "binlog-format = 'ROW'": ("binlog_format", "ROW"),
    'sql-mode="STRICT_TRANS_TABLES,NO_ZERO_IN_DATE"': ("sql_mode", "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE"),
    "skip-name-resolve": ("skip_name_resolve", "ON"),
    "skip-log-bin": ("log_bin", "OFF"),
    "default-time-zone='+00:00'  # UTC": ("time_zone", "+00:00"),
    "max_connections=350 # one server": ("max_connections", "350"),
    "loose-innodb_buffer_pool_size = 4G": ("innodb_buffer_pool_size", "4G"),
    "  bind-address\t=  0.0.0.0  ": ("bind_address", "0.0.0.0"),
    r'datadir = "C:\\data # not a comment"': ("datadir", r"C:\data # not a comment"),
    "innodb_rollback_on_timeout # no value": ("innodb_rollback_on_timeout", "ON"),
}


@pytest.mark.parametrize("line", WRITTEN)
def test_lines_are_read_as_the_server_reads_them(line: str) -> None:
    (found,) = read({"/etc/my.cnf": f"[mysqld]\n; a comment\n# another\n{line}\r\n"}).lines
    assert (found.name, found.value) == WRITTEN[line]
    assert found.place == "/etc/my.cnf:4"


def test_only_groups_of_the_server_count_and_includes_are_read_in_order() -> None:
    server = "[mysqldump]\nmax_connections=1\n[mariadb-10.6]\nmax_connections=2\n[mariadbd]\nport=3307"
    files = tree(**{"50_server": server})
    files["/etc/my.cnf"] = "[mysqld]\nmax_connections = 100\n!include /srv/more.cnf\nport=1"
    files["/srv/more.cnf"] = "[client]\nport=9\n[mysqld]\nport = 2\n"
    files["/etc/mysql/mariadb.conf.d/60.ini"] = "[mysqld]\nport=8"
    found = [(line.name, line.value) for line in read(files).lines]
    assert found == [("max_connections", "100"), ("port", "2"), ("port", "1"), ("port", "3307")]
    assert [line.value for line in read(files, "10.6").lines if line.name == "max_connections"] == ["100", "2"]


def test_files_that_include_each_other_end() -> None:
    found = read({"/etc/my.cnf": "[mysqld]\nport=1\n!include /etc/my.cnf\n"})
    assert {line.value for line in found.lines} == {"1"}


def test_a_later_file_that_says_otherwise_is_named_with_its_line() -> None:
    files = tree(
        **{
            "50_server": "[mysqld]\nbind-address = 127.0.0.1\ninnodb_lock_wait_timeout=50",
            "90_cloudstack": "",
            "99_local": "[mysqld]\n# by hand\nmax-connections=151\ninnodb-lock-wait-timeout = 600\n",
        }
    )
    wanted = {"max_connections": "750", "innodb_lock_wait_timeout": "600", "bind_address": "0.0.0.0"}
    (reason,) = overridden(wanted, read(files), OURS)
    assert (reason.code, reason.facts["line"]) == ("setting_overridden", 3)
    assert "/etc/mysql/mariadb.conf.d/99-local.cnf:3" in reason.message
    done = plan(wanted, read(files), OURS, None)
    assert {line.name for line in done.replaced} == {"bind_address", "innodb_lock_wait_timeout"}


def test_a_setting_that_needs_a_restart_is_told_apart_and_another_writing_of_a_value_is_no_difference() -> None:
    running = {
        "innodb_rollback_on_timeout": "OFF",
        "innodb_lock_wait_timeout": "50",
        "innodb_buffer_pool_size": "1073741824",
        "log_bin": "ON",
        "sql_mode": "B,A",
    }
    wanted = {
        "innodb_rollback_on_timeout": "1",
        "innodb_lock_wait_timeout": "600",
        "innodb_buffer_pool_size": "1G",
        "log_bin": "mysql-bin",
        "sql_mode": "A,B",
        "unknown_here": "1",
    }
    done = plan(wanted, Options(), OURS, running, {"innodb_rollback_on_timeout", "log_bin"})
    assert done.static == {"innodb_rollback_on_timeout": "1"}
    assert done.dynamic == {"innodb_lock_wait_timeout": "600"}


def test_the_name_of_existing_binary_logs_is_kept() -> None:
    files = tree(**{"50_server": "[mysqld]\nlog_bin = /var/log/mysql/bin.log", "90_cloudstack": ""})
    done = plan({"log_bin": "mysql-bin", "port": "3306"}, read(files), OURS, None)
    assert [line.value for line in done.kept] == ["/var/log/mysql/bin.log"]
    assert "log_bin" not in done.text
    off = tree(**{"50_server": "[mysqld]\nskip-log-bin", "90_cloudstack": ""})
    assert "log_bin = mysql-bin" in plan({"log_bin": "mysql-bin"}, read(off), OURS, None).text


VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0", exclude_categories=("C", "Z")), min_size=1)


@given(
    st.dictionaries(st.sampled_from(["port", "sql_mode", "bind_address", "socket", "time_zone"]), VALUES, max_size=5)
)
def test_what_is_rendered_is_read_back(settings: dict[str, str]) -> None:
    found = {line.name: line.value for line in read({"/etc/my.cnf": render(settings)}).lines}
    assert found == settings


@given(st.text())
def test_any_file_is_read(text: str) -> None:
    for line in read({"/etc/my.cnf": text}).lines:
        assert line.path == "/etc/my.cnf"


@given(st.integers(1, 1 << 40), st.booleans())
def test_the_buffer_pool_is_whole_chunks_within_its_share(memory: int, dedicated: bool) -> None:
    size = pool_size(Sizing(memory, dedicated=dedicated))
    assert size % (128 << 20) == 0
    assert size == 128 << 20 or size <= memory * (70 if dedicated else 40) // 100


def test_connections_are_350_for_each_management_server() -> None:
    assert connections(2, 50) == 750
    assert recommended(Sizing(8 * GIB, servers=1, reserve=0))["max_connections"] == "350"
    assert pool_size(Sizing(10 * GIB, dedicated=False)) == 4 * GIB
    assert pool_size(Sizing(GIB, pool="700M")) == 700 << 20


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: connections(0, 0),
        lambda: pool_size(Sizing(GIB, pool="much")),
        lambda: pool_size(Sizing(GIB, pool_percent=91)),
        lambda: named({"a b": 1}),
        lambda: named({"port": "1\n[mysqld]\nskip-grant-tables"}),
        lambda: named({"bind-address": "a", "bind_address": "b"}),
    ],
)
def test_what_cannot_be_right_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidValue):
        wrong()  # type: ignore[operator]


def test_values_are_compared_by_meaning() -> None:
    assert same("max_connections", "1", True)
    assert same("x", "1G", str(GIB))
    assert same("long_query_time", "5", "5.000000")
    assert not same("log_bin", "mysql-bin", "OFF")
    assert same("read_only", "OFF", "0")
    assert not same("innodb_buffer_pool_size", "1G", str(2 * GIB))
    assert meaning("-1") == -1
    assert canonical("Default-Time-Zone", "+00:00") == ("time_zone", "+00:00")
