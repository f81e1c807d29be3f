# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role mysql_server (cs_database_server, cs_database_replication) on bare Debian machines, by its scenario."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hosts import Fleet
from integration.machine.roles.scenario import SCENARIOS, Hosts, hosts_of

SCENARIO = SCENARIOS / "mysql_server"
GROUPS = {"databases": ["db1", "db2"], "management_servers": ["ms1"]}


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    """A primary and a replica, as the role leaves them."""
    found = hosts_of(boot("db1", "db2", "ms1"), tmp_path_factory.mktemp("databases"), GROUPS)
    prepared = found.play(SCENARIO / "prepare.yml")
    assert prepared.status == 0, prepared.text
    converged = found.play(SCENARIO / "converge.yml", "--diff")
    assert converged.status == 0, converged.text
    assert "p4ss" not in str(converged.output)
    return found


def test_the_servers_are_as_wanted_and_a_second_run_changes_nothing(hosts: Hosts) -> None:
    verified = hosts.play(SCENARIO / "verify.yml")
    assert verified.status == 0, verified.text
    second = hosts.play(SCENARIO / "converge.yml")
    assert (second.status, second.changed) == (0, 0), second.text


def test_a_file_that_overrides_ours_is_named_before_anything_is_changed(hosts: Hosts) -> None:
    db2 = hosts.fleet["db2"]
    path = "/etc/mysql/mariadb.conf.d/99-local.cnf"
    db2.write(path, "[mysqld]\n# by hand\nmax-connections = 151\n")
    refused = hosts.play(SCENARIO / "converge.yml", "--check", "--tags", "mysql_server_configuration")
    db2.run(f"rm {path}")
    assert refused.status != 0
    assert f"{path}:3" in refused.text
