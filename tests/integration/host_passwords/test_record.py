# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_host_password with CloudStack's database on a real MariaDB: written there, or compared and verified with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from contract.conftest import connect
from contract.tasks import perform, writes
from counterparts.mariadb.server import PASSWORD, USER, MariaDb
from integration.playbook import run

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import AccessDenied, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.host_passwords.change import (
    PasswordNotChanged,
)
from sandbox.fixture import sandbox
from sandbox.rules import host_states
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

__all__ = ["connect", "sandbox"]

KEY, OLD, NEW = "database key", "old-s3cret", "n3w-s3cret"
NAMES = ["kvm1", "kvm2", "kvm3"]


@dataclass
class Lab:
    server: Sandbox
    cloud: Gateway
    mariadb: MariaDb
    ids: dict[str, str]

    @property
    def database(self) -> dict[str, Any]:
        its = {"host": "127.0.0.1", "port": self.mariadb.port, "user": USER, "password": PASSWORD, "timeout": 3.0}
        return {**its, "encryption_key": KEY}

    def change(self, check_mode: bool = False, **more: Any) -> Outcome:
        asked = {
            "cluster": "kvm-a",
            "username": "root",
            "password": OLD,
            "new_password": NEW,
            "database": self.database,
        }
        return perform(self.cloud, "cs_host_password", check_mode, **{**asked, **more})

    def held(self) -> dict[str, str]:
        stored = self.mariadb.passwords()
        return {name: encryption.decrypt("V2", KEY, stored[self.ids[name]]) for name in NAMES}


@pytest.fixture
def lab(sandbox: Sandbox, connect: Any, mariadb: MariaDb) -> Lab:
    site = Site(Api(sandbox))
    _cluster, ids = site.hypervisors("kvm-a", "KVM", NAMES, OLD)
    for name in NAMES:
        mariadb.add_host(ids[name], name, "root", encryption.encrypt("V2", KEY, OLD))
    sandbox.run(lambda world: world.durations.update({"reconnection": 0.01, "disconnection": 0.0}))
    sandbox.calls.clear()
    return Lab(sandbox, Gateway(connect(sandbox)), mariadb, ids)


def test_hosts_that_are_down_get_the_record_by_the_database(lab: Lab) -> None:
    lab.server.run(lambda world: [host_states.lose(world, host) for host in world.hosts if host.name in NAMES])
    how = {"record": "database", "verify": False}
    assert lab.change(check_mode=True, **how).changed
    assert lab.held() == dict.fromkeys(NAMES, OLD)
    done = lab.change(**how)
    assert (done.changed, done.result["restart_needed"], lab.held()) == (True, True, dict.fromkeys(NAMES, NEW))
    assert any("restarted" in warning for warning in done.warnings)
    assert writes(lab.server) == []
    again = lab.change(**how)
    assert (again.changed, again.result["restart_needed"], again.warnings) == (False, False, ())


def test_a_host_that_does_not_come_back_gives_the_rows_their_old_password(lab: Lab) -> None:
    lab.server.faults.add("reconnectHost", "job_failed", nth=3, text="no agent")
    with pytest.raises(PasswordNotChanged, match="no agent") as failed:
        lab.change(record="database")
    assert failed.value.details["restored"] == ["the database"]
    assert lab.held() == dict.fromkeys(NAMES, OLD)


def test_rows_that_are_not_sound_are_all_told_and_nothing_is_written(lab: Lab) -> None:
    lab.mariadb.run("DELETE FROM host_details WHERE name = 'password' AND host_id = 2")
    lab.mariadb.run("UPDATE host_details SET value = 'admin' WHERE name = 'username' AND host_id = 3")
    with pytest.raises(Refused) as refused:
        lab.change(record="database", check_mode=True)
    assert {(reason.code, reason.facts["host"]) for reason in refused.value.reasons} == {
        ("password_rows", "kvm2"),
        ("username_differs", "kvm3"),
    }


def test_a_server_that_says_well_and_wrote_something_else_is_found_out(lab: Lab) -> None:
    """The API's record is the sandbox's own, so the database still has the old password."""
    with pytest.raises(PasswordNotChanged) as failed:
        lab.change()
    assert failed.value.details["cause"] == "not_verified"
    assert lab.server.run(lambda world: {h.password for h in world.hosts if h.name in NAMES}) == {OLD}


def test_a_record_that_has_the_new_one_is_not_sent_again(lab: Lab) -> None:
    lab.change(record="database")
    lab.server.calls.clear()
    assert not lab.change().changed
    assert writes(lab.server) == []


def test_a_database_that_refuses_the_login_is_told_before_anything(lab: Lab) -> None:
    with pytest.raises(AccessDenied):
        lab.change(database={**lab.database, "password": "wrong"})
    assert writes(lab.server) == []


def test_a_playbook_says_what_it_did_and_no_secret(lab: Lab, tmp_path: Path) -> None:
    asked = {"zone": "", "cluster": "kvm-a", "username": "root", "password": OLD, "new_password": NEW}
    asked |= {"record": "database", "database": lab.database}
    task = {"name": "The password", "hostcraft.cloudstack.cs_host_password": asked}
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [task, {**task, "name": "Again"}]}]
    (tmp_path / "play.yml").write_text(json.dumps(play), encoding="utf-8")
    ended = run(lab.server, tmp_path / "play.yml", tmp_path / "log")
    assert ended.status == 0, ended.output
    assert [task.changed for task in ended.tasks] == [True, False]
    assert lab.held() == dict.fromkeys(NAMES, NEW)
    told = ended.output + json.dumps([task.result for task in ended.tasks])
    assert not any(secret in told for secret in (OLD, NEW, KEY, PASSWORD))
