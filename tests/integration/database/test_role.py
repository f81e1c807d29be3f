# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role mysql_server (cs_database_server, cs_database_replication) on bare Debian machines, by its scenario."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hosts import Fleet
from integration.database.load import PROPERTIES, TABLE, Load, make_management_server
from integration.machine.roles.scenario import SCENARIOS, Hosts, Play, hosts_of

SCENARIO = SCENARIOS / "mysql_server"
PLAYBOOK = SCENARIOS.parents[1] / "playbooks" / "fail_over_database.yml"
GROUPS = {"databases": ["db1", "db2"], "management_servers": ["ms1"]}


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    """A primary and a replica, as the role leaves them."""
    found = hosts_of(boot("db1", "db2", "ms1"), tmp_path_factory.mktemp("databases"), GROUPS)
    prepared = found.play(SCENARIO / "prepare.yml")
    assert prepared.status == 0, prepared.text
    converged = found.play(SCENARIO / "converge.yml", "--diff")
    assert converged.status == 0, converged.text
    shown = str([each for each in converged.results if "diff" in each])
    assert "p4ss" not in shown
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


def switched(hosts: Hosts, to: str, **variables: object) -> Play:
    given = {"fail_over_database_to": to, "mysql_server_replication_password": "repl-p4ss", **variables}
    return hosts.play(PLAYBOOK, "--extra-vars", json.dumps(given))


def writers(hosts: Hosts, *names: str) -> list[str]:
    ask = "mariadb -BNe 'SELECT @@read_only'"
    return [name for name in names if hosts.fleet[name].run(ask).stdout.strip() == "0"]


def used(hosts: Hosts) -> str:
    """What the management server is configured for."""
    ms1 = hosts.fleet["ms1"]
    ms1.run("systemctl is-active cloudstack-management cloudstack-usage")
    text = ms1.read(PROPERTIES)
    hosts_of_both = {line.partition("=")[2].strip() for line in text.splitlines() if ".host" in line}
    assert "db.cloud.password=p" in text
    (found,) = hosts_of_both
    return found


def test_no_confirmed_row_is_lost_by_a_switch_under_writes_nor_by_the_loss_of_the_primary(hosts: Hosts) -> None:
    db1, db2, ms1 = (hosts.fleet[name] for name in ("db1", "db2", "ms1"))
    make_management_server(ms1, db1.address)
    db1.run(f"mariadb -e 'CREATE DATABASE IF NOT EXISTS cloud; {TABLE}'")
    with Load(db1.address, db2.address) as load:
        load.wait(20)
        planned = switched(hosts, "db2")
        assert planned.status == 0, planned.text
        load.wait(20)
        assert (writers(hosts, "db1", "db2"), used(hosts)) == (["db2"], db2.address)
        again = switched(hosts, "db2")
        assert (again.status, again.changed) == (0, 0), again.text

        db2.power_off()
        refused = switched(hosts, "db1", fail_over_database_unplanned=True)
        assert refused.status != 0
        assert "[may_lose]" in refused.text
        lost = switched(hosts, "db1", fail_over_database_unplanned=True, fail_over_database_lose=True)
        assert lost.status == 0, lost.text
        load.wait(20)
    assert (writers(hosts, "db1"), used(hosts)) == (["db1"], db1.address)
    assert load.lost(db1) == set()
    print(f"{len(load.acknowledged)} confirmed rows, 0 lost")
