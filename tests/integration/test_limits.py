# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook that --limit leaves without hosts fails before its first task: Ansible would skip all and end well."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.test_misspelled import OWN, run

INVENTORY = {
    "kvm": {"hosts": {"kvm1": {"ansible_connection": "local"}, "kvm2": {"ansible_connection": "local"}}},
    "management_servers": {"hosts": {"ms1": {"ansible_connection": "local"}}},
}


@pytest.mark.parametrize(
    ("playbook", "limit", "told"),
    [
        ("site", "kvm1", "no host of 'localhost'"),
        ("rolling_maintenance", "kvm1", "or with --limit 'kvm1,localhost'"),
        ("send_report", "!ms1", "no host of 'localhost'"),
        ("backup", "kvm1", "no host of 'management_servers'"),
        ("add_hosts", "localhost,ms1", "no host of 'kvm'"),
        ("upgrade_cloudstack", "ms1", "leaves out kvm1, kvm2, localhost"),
        ("install", "localhost,ms1", "leaves out kvm1, kvm2"),
    ],
)
def test_nothing_would_be_done(playbook: str, limit: str, told: str, tmp_path: Path) -> None:
    status, output = run(OWN + playbook, "--limit", limit, inventory=INVENTORY, folder=tmp_path)
    assert status not in (0, 2)
    assert f"--limit {limit} leaves" in " ".join(output.split())
    assert told in " ".join(output.split())
    assert "TASK" not in output


@pytest.mark.parametrize(
    ("playbook", "given"),
    [
        ("send_report", {"send_report_hosts": "ms1", "send_report_dest": "/tmp/page.html"}),
        ("doctor", {"doctor_backups": "/var/backups"}),
    ],
)
def test_what_was_asked_of_other_hosts_is_not_left_out(playbook: str, given: dict[str, str], tmp_path: Path) -> None:
    arguments = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
    status, output = run(OWN + playbook, "--limit", "localhost,kvm1", *arguments, inventory=INVENTORY, folder=tmp_path)
    assert status not in (0, 2)
    assert "--limit localhost,kvm1 leaves no host of" in " ".join(output.split())


def test_a_group_without_hosts_is_told_as_without_a_limit(tmp_path: Path) -> None:
    arguments = ("--limit", "kvm1", "-e", "upgrade_agents=kvmm")
    status, output = run(OWN + "upgrade_agents", *arguments, inventory=INVENTORY, folder=tmp_path)
    assert status not in (0, 4)
    assert "kvmm" in output.rpartition("fatal:")[2]


def test_an_import_that_is_left_out_on_purpose(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(f"- import_playbook: {OWN}site\n")
    arguments = ("--limit", "kvm1", "-e", "hostcraft_cloudstack_check_limit=no")
    status, output = run(str(tmp_path / "own.yml"), *arguments, inventory=INVENTORY, folder=tmp_path)
    assert (status, "skipping: no hosts matched" in output) == (0, True)
    assert run(str(tmp_path / "own.yml"), *arguments[:2], inventory=INVENTORY, folder=tmp_path)[0] != 0


def test_hosts_of_the_limit_are_worked_on(tmp_path: Path) -> None:
    for limit in ("kvm2", "kvm2,localhost"):
        output = run(OWN + "upgrade_agents", "--limit", limit, inventory=INVENTORY, folder=tmp_path)[1]
        assert "fatal: [kvm2]" in output
        assert "Set upgrade_agents_version" in output
        assert "kvm1" not in output
