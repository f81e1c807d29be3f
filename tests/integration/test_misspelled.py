# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelled variable stops a playbook or a role before its first task, and the operator's own do not."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

OWN = "hostcraft.cloudstack."
ROLE = """
- hosts: all
  gather_facts: false
  connection: local
  roles: [hostcraft.cloudstack.kvm_agent]
- hosts: all
  gather_facts: false
"""
WRAPPER = f"""
- import_playbook: {OWN}rolling_maintenance
  vars: {{rolling_maintenance_clusters: "{{{{ clusters }}}}"}}
"""


def run(playbook: str, *arguments: str, inventory: object = None, folder: Path) -> tuple[int, str]:
    file = folder / "hosts.json"
    file.write_text(json.dumps(inventory or {"all": {"hosts": {"kvm1": {"ansible_connection": "local"}}}}))
    ended = subprocess.run(
        ["ansible-playbook", "-i", str(file), playbook, *arguments],
        # Files of the directory may read a variable, as those of a checkout of the collection do.
        cwd=folder,
        env={**os.environ, "CLOUDSTACK_ENDPOINT": "http://127.0.0.1:9/", "ANSIBLE_NOCOLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(
    ("playbook", "arguments", "told"),
    [
        ("rolling_maintenance", ["-e", "max_paralel=2"], "max_paralel|rolling_maintenance_max_parallel"),
        (
            "rolling_maintenance",
            ["-e", "rolling_maintenance_host=a"],
            "rolling_maintenance_host|rolling_maintenance_hosts",
        ),
        (
            "rolling_maintenance",
            ["-e", '{"rolling_maintenance_clustr": []}'],
            "rolling_maintenance_clustr|rolling_maint",
        ),
        ("doctor", ["-e", "doctor_ignored=x"], "doctor_ignored|doctor_ignore"),
        ("backup", ["-e", "backup_paths=/srv"], "backup_paths|backup_path"),
        (
            "upgrade_xenserver_pool",
            ["-e", "xenserver_upgrade_clustre=a"],
            "xenserver_upgrade_clustre|xenserver_upgrade_clu",
        ),
        ("site", ["-e", "zone_host=true"], "zone_host|zone_hosts"),
        ("install", ["-e", "management_server_haep=8192"], "management_server_haep|management_server_heap"),
    ],
)
def test_a_playbook(playbook: str, arguments: list[str], told: str, tmp_path: Path) -> None:
    status, output = run(OWN + playbook, *arguments, folder=tmp_path)
    wrong, near = told.split("|")
    assert status != 0
    assert f"{wrong} is not a variable of this collection. The nearest is {near}" in output
    assert re.findall(r"changed=(\d+)", output) == ["0"]


def test_hosts_of_the_inventory(tmp_path: Path) -> None:
    hosts = {"kvm1": {"ansible_connection": "local", "upgrade_agents_hots": "kvm-1"}, "kvm2": {}}
    given = {"kvm": {"hosts": hosts}}
    status, output = run(OWN + "upgrade_agents", inventory=given, folder=tmp_path)
    assert status != 0
    assert "upgrade_agents_hots is not a variable of this collection. The nearest is upgrade_agents_host." in output


@pytest.mark.parametrize("arguments", [[], ["--tags", "kvm_agent_access"], ["--check"]])
def test_a_role_with_the_variables_of_its_host(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "role.yml").write_text(ROLE)
    given = {"all": {"hosts": {"kvm1": {"kvm_agent_propertes": {}}}}}
    status, output = run(str(tmp_path / "role.yml"), *arguments, inventory=given, folder=tmp_path)
    assert status != 0
    assert "kvm_agent_propertes is not a variable of this collection. The nearest is kvm_agent_properties." in output
    assert output.count("ok=1 ") == 1  # the specification of the role alone


def test_a_playbook_of_the_operator_has_extra_variables_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(WRAPPER)
    for playbook, told in ((str(tmp_path / "site.yml"), set()), (OWN + "doctor", {"zone"})):
        output = run(playbook, "-e", "zone=east", "-e", "ticket=7", folder=tmp_path)[1]
        assert set(re.findall(r"(\w+) is not a variable", output)) == told
        assert "TASK [Check the names of variables]" in output


READERS = {
    "site.yml": "- {hosts: localhost, tasks: [{debug: {msg: x}, when: doctor_ingore != ''}]}",
    "roles/own/tasks/main.yml": "- {debug: {msg: '{{ doctor_ingore }}'}}",
    "group_vars/all.yml": """own: "{% if doctor_ingore == 'e' %}east{% endif %}" """,
}


@pytest.mark.parametrize("file", READERS)
@pytest.mark.parametrize("reads", [True, False])
def test_what_a_file_of_the_operator_reads_is_the_operators(file: str, reads: bool, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(READERS[file] if reads else "doctor_ingore: e  # as doctor_ingore of others\n")
    output = run(OWN + "doctor", "-e", "doctor_ingore=e", folder=tmp_path)[1]
    assert ("doctor_ingore is not a variable" in output) == (not reads)


def test_a_block_of_a_variable_reads_too(tmp_path: Path) -> None:
    for value, told in (("{% if zone == 'e' %}east{% endif %}", False), ("if zone", True)):
        given = {"all": {"hosts": {"kvm1": {"ansible_connection": "local", "site": value}}}}
        output = run(OWN + "doctor", "-e", "zone=e", inventory=given, folder=tmp_path)[1]
        assert ("zone is not a variable" in output) == told


def test_what_another_playbook_offers_is_no_mistake_of_an_imported_one(tmp_path: Path) -> None:
    given = {"kvm": {"hosts": {"kvm1": {"ansible_connection": "local"}}}}
    extra = [each for name in ("heap", "http", "https", "hosts") for each in ("-e", f"management_server_{name}=x")]
    output = run(OWN + "add_hosts", *extra, "-e", "management_server_key=x", inventory=given, folder=tmp_path)[1]
    assert "is not a variable" not in output
    assert "TASK [Check that hosts match]" in output


@pytest.mark.parametrize("value", ["false", "no", "{{ not true }}"])
@pytest.mark.parametrize("where", ["extra", "group"])
def test_the_check_can_be_turned_off(value: str, where: str, tmp_path: Path) -> None:
    switch = "hostcraft_cloudstack_check_variables"
    hosts = {"kvm1": {"ansible_connection": "local"}}
    given = {"all": {"hosts": hosts, "vars": {switch: value if where == "group" else True}}}
    extra = ["-e", json.dumps({switch: value})] if where == "extra" else []
    output = run(OWN + "doctor", "-e", "doctor_ingore=x", *extra, inventory=given, folder=tmp_path)[1]
    assert "is not a variable" not in output
    assert "TASK [Find what is wrong" in output or "TASK [Check the severity" in output


def test_a_playbook_checks_nothing_where_its_first_play_is_left_out(tmp_path: Path) -> None:
    output = run(OWN + "doctor", "-e", "doctor_ingore=x", "--tags", "other", folder=tmp_path)[1]
    assert "is not a variable" not in output


def test_a_limit_without_localhost_leaves_the_check(tmp_path: Path) -> None:
    given = {"kvm": {"hosts": {"kvm1": {"ansible_connection": "local"}, "kvm2": {}}}}
    extra = ("-e", "upgrade_agents_hots=x", "--limit", "kvm1")
    status, output = run(OWN + "upgrade_agents", *extra, inventory=given, folder=tmp_path)
    assert status != 0
    assert "upgrade_agents_hots is not a variable of this collection." in output
    assert output.count("fatal: [kvm1]") == 1


@pytest.mark.parametrize("playbook", ["upgrade_agents", "add_hosts"])
def test_a_playbook_alone_needs_hosts(playbook: str, tmp_path: Path) -> None:
    status, output = run(OWN + playbook, folder=tmp_path)
    assert status != 0
    assert "The inventory has no host that matches 'kvm'" in output
