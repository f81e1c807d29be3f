# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of playbooks/upgrade_cloudstack.yml: replicas of the plan, and the account that goes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.need import Target, need
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.router import Router

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "upgrade_cloudstack.yml"
PLAYS = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))
WRITER = {"writer": True, "replicating": False, "lag": None, "errors": []}
REPLICA = {"writer": False, "replicating": True, "lag": 0, "errors": []}


def trusted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: trusted(each) for name, each in value.items()}
    if isinstance(value, list):
        return [trusted(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) else value


def rendered(name: str, **known: Any) -> Any:
    (play,) = (play for play in PLAYS if play["name"] == "Upgrade the servers")
    variables = {**trusted(play["vars"]), **known}
    return Templar(loader=DataLoader(), variables=variables).template(trust_as_template("{{ " + name + " }}"))


def replicas(**states: dict[str, Any]) -> Any:
    hosts = {name: {"inventory_hostname": name, "upgrade_replication": state} for name, state in states.items()}
    return rendered("upgrade_copies", groups={"databases": list(hosts)}, hostvars=hosts)


def test_a_replica_is_told_as_it_is() -> None:
    broken = {**REPLICA, "replicating": False, "lag": None, "errors": ["1950 out of order"]}
    assert replicas(db1=WRITER, db2=REPLICA, db3=broken) == [
        {"name": "db2", "io_running": True, "sql_running": True, "seconds_behind": 0, "error": ""},
        {
            "name": "db3",
            "io_running": False,
            "sql_running": False,
            "seconds_behind": None,
            "error": "1950 out of order",
        },
    ]


def test_the_writer_need_not_be_the_first() -> None:
    assert [each["name"] for each in replicas(db1=REPLICA, db2=WRITER)] == ["db1"]


def test_a_second_writer_has_lost_its_replication() -> None:
    (second,) = replicas(db1=WRITER, db2=WRITER)
    assert (second["name"], second["io_running"], second["error"]) == ("db2", False, "accepts writes")


def test_one_server_has_no_replicas() -> None:
    """Its state is not read."""
    assert replicas(db1={"skipped": True}) == []


ADMIN = {"management_server_database_admin_user": "cloud_admin", "management_server_database_admin_password": "p"}
THERE = {"host": "10.0.0.5", "port": "3306", "user": "cloud_admin", "password": "p"}
SOCKET = {"unix_socket": "/run/mysqld/mysqld.sock", "user": "root"}
OTHER = {"host": "10.0.0.5", "user": "dba", "password": "q"}


@pytest.mark.parametrize(
    ("known", "account"),
    [
        ({"upgrade_database_host": "localhost"}, SOCKET),
        ({"upgrade_database_host": "10.0.0.1"}, SOCKET),
        ({"upgrade_database_host": "10.0.0.5"}, {}),
        ({"upgrade_database_host": "10.0.0.5", "management_server_database_admin_user": "cloud_admin"}, {}),
        ({"upgrade_database_host": "10.0.0.5", **ADMIN}, THERE),
        ({"upgrade_database_host": "10.0.0.5", **ADMIN, "upgrade_cloudstack_restore_database": OTHER}, OTHER),
    ],
)
def test_the_account_that_goes_back(known: dict[str, Any], account: dict[str, Any]) -> None:
    own = {"inventory_hostname": "ms1", "upgrade_seen": {"address": "10.0.0.1"}, "upgrade_database_port": "3306"}
    assert rendered("upgrade_restore_database", **own, **known) == account


def test_machines_keep_their_order() -> None:
    known = {"ansible_play_hosts_all": ["ms2", "ms1"], "groups": {"usage_servers": ["u1", "ms1", "a1"]}}
    assert rendered("upgrade_machines", **known) == ["ms2", "ms1", "u1", "a1"]


def test_the_routers_minimum_is_the_servers_own_unless_one_is_given() -> None:
    """4.20.3 makes routers of 4.20.2: none would ever have the version of the release."""
    (play,) = (play for play in PLAYS if play["name"] == "Upgrade the virtual routers")
    path = PLAYBOOK.parent / play["import_playbook"]
    (routers,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    asked = {**routers["vars"]["upgrade_routers_asked"], **routers["vars"], **play["vars"]}

    def minimum(**known: Any) -> Any:
        variables = {**trusted(asked), "omit": "left out", "upgrade_to": "4.20.3.0", **known}
        template = trust_as_template(asked["minimum_version"])
        return Templar(loader=DataLoader(), variables=variables).template(template)

    assert minimum() == "left out"
    assert minimum(upgrade_routers_minimum_version="4.20.1") == "4.20.1"
    new, old = (Router("1", "r-5-VM", version=version, zone_id="z") for version in ("4.20.2", "4.20.1"))
    target = Target(minima={"z": "4.20.2"})
    assert (need(new, target).why, need(old, target).why) == ((), ("version_below",))
