# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules, role and playbook for vSphere, against a simulated vCenter and the sandbox as CloudStack."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from counterparts.contract import PASSWORD
from counterparts.vcenter import SECRET, USER, Vcsim
from integration import forked
from integration.locked import NOTES, lock_of_another, locks
from integration.playbook import run

from sandbox.server import Sandbox

HERE = Path(__file__).resolve().parent
PATCH = HERE.parents[2] / "playbooks" / "patch_vsphere_cluster.yml"
THUMBPRINT = ":".join(["3B"] * 20)
ORDER = {
    "EnterMaintenanceMode_Task": "enter",
    "RebootHost_Task": "patch",
    "ExitMaintenanceMode_Task": "exit",
}


@pytest.fixture
def vcenter() -> Iterator[Vcsim]:
    with Vcsim(hosts=3, guests=3) as running:
        yield running


@pytest.fixture
def told(vcenter: Vcsim, monkeypatch: pytest.MonkeyPatch) -> Vcsim:
    """The same vCenter, named by the environment."""
    for name, value in {"URL": vcenter.url, "USERNAME": USER, "PASSWORD": SECRET, "CA": vcenter.ca}.items():
        monkeypatch.setenv(f"CLOUDSTACK_HYPERVISOR_{name}", value)
    return vcenter


def keep_well(vcenter: Vcsim) -> None:
    """VMs where DRS can move them."""
    vcenter.plant("DC0_C0", "ConfigurationEx.DrsConfig.Enabled", True)
    vcenter.plant("DC0_C0", "ConfigurationEx.DrsConfig.DefaultVmBehavior", "fullyAutomated")


def test_modules_and_role_set_and_judge_a_cluster(told: Vcsim, tmp_path: Path) -> None:
    for guest in told.world()["guests"]:
        told.move(guest["name"], "esx01.example.net")
    with Sandbox(seed=1) as sandbox:
        access = {"url": told.url, "ca": told.ca, "username": USER, "password": SECRET}
        told.stand("esx07.example.net", SECRET, THUMBPRINT)
        ended = run(sandbox, HERE / "cluster.yml", tmp_path / "tasks", thumbprint=THUMBPRINT, **access)
    assert ended.status == 0, ended.output
    assert ended.complaints == []
    assert SECRET not in ended.output
    assert [task.name for task in ended.tasks if task.check_mode and task.writes] == []


def test_wrong_password_is_tried_once_and_not_shown(told: Vcsim) -> None:
    task = ["ansible", "localhost", "-m", "hostcraft.cloudstack.cs_vsphere_check", "-a", "cluster=DC0_C0"]
    environment = {**os.environ, "CLOUDSTACK_HYPERVISOR_PASSWORD": PASSWORD}
    ended = subprocess.run(
        [*task, "-e", f"ansible_python_interpreter={forked.python()}"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert "access_denied" in ended.stdout
    assert PASSWORD not in ended.stdout
    assert [each.method for each in told.calls()].count("Login") == 1


def test_patch_playbook_walks_the_cluster_while_cloudstack_lets_go_of_it(told: Vcsim, tmp_path: Path) -> None:
    keep_well(told)
    with Sandbox(seed=1, speed=10.0) as sandbox:
        stood = run(sandbox, HERE / "zone.yml", tmp_path / "zone")
        assert stood.status == 0, stood.output
        variables = {
            "patch_vsphere_zone": "z1",
            "patch_vsphere_cluster": "vcenter.example.net/DC0/DC0_C0",
            "patch_vsphere_tasks": str(HERE / "patch.yml"),
            "patch_vsphere_timeout": 60,
            "patch_program": str(HERE / "reboot.py"),
        }
        ended = run(sandbox, PATCH, tmp_path / "patch", **variables)
    assert ended.status == 0, ended.output
    names = {each["id"]: each["name"] for each in told.world()["hosts"]}
    walked = [(ORDER[each.method], names[each.this]) for each in told.calls() if each.method in ORDER]
    assert walked == [(step, name) for name in names.values() for step in ("enter", "patch", "exit")]
    written = [call for task in ended.tasks for call in task.writes if call not in NOTES]
    assert written == ["updateCluster", "updateCluster"]
    held = [
        task.result["invocation"]["module_args"]["state"] for task in ended.tasks if task.module == "cs_cluster_lock"
    ]
    assert held == ["held"] * 4 + ["released"]
    assert locks(sandbox) == []
    modes = [task.result["managed_state"] for task in ended.tasks if task.module == "cs_cluster"]
    assert modes == ["Unmanaged", "Managed"]
    places = [index for index, task in enumerate(ended.tasks) if task.module == "cs_cluster"]
    hosts = [
        index for index, task in enumerate(ended.tasks) if task.module == "cs_vsphere_host" and not task.check_mode
    ]
    assert places[0] < min(hosts)
    assert max(hosts) < places[1]
    # CloudStack's hosts are looked at again once it manages them.
    assert places[1] < max(index for index, task in enumerate(ended.tasks) if task.module == "cs_host_info")


def test_what_a_patch_needs_is_looked_at_before_the_first_write(told: Vcsim, tmp_path: Path) -> None:
    """Hosts and VMs were missed when the cluster was Unmanaged, or a host empty."""
    keep_well(told)
    delegates = tmp_path / "delegates.yml"
    on_host = {"name": "On the host", "ansible.builtin.command": "true", "delegate_to": "{{ vsphere_host }}"}
    delegates.write_text(json.dumps([on_host]), encoding="utf-8")
    with Sandbox(seed=1, speed=10.0) as sandbox:
        assert run(sandbox, HERE / "zone.yml", tmp_path / "zone").status == 0

        def refused(notes: frozenset[str] = frozenset(), **other: object) -> str:
            variables: dict[str, object] = {
                "patch_vsphere_zone": "z1",
                "patch_vsphere_cluster": "vcenter.example.net/DC0/DC0_C0",
                "patch_vsphere_tasks": str(HERE / "patch.yml"),
                "patch_program": str(HERE / "reboot.py"),
                **other,
            }
            (tmp_path / "patch").unlink(missing_ok=True)
            ended = run(sandbox, PATCH, tmp_path / "patch", **variables)
            assert ended.status != 0, ended.output
            assert {call for task in ended.tasks for call in task.writes} <= notes, ended.output
            assert [each.method for each in told.calls() if each.method in ORDER] == []
            return " ".join(ended.output.split())

        assert "not in the inventory: esx01.example.net" in refused(
            patch_vsphere_tasks=str(delegates), patch_vsphere_hosts="esx01.example.net, esx02.example.net"
        )
        assert "patch_vsphere_hosts: esx09, esx10 not found" in refused(patch_vsphere_hosts="esx09, esx10")
        assert "timeout" in refused(patch_vsphere_timeout="a while")
        lock = lock_of_another(sandbox)
        assert "anna@desk" in refused(NOTES)
        assert locks(sandbox) == [lock]
        assert run(sandbox, HERE / "stranger.yml", tmp_path / "stranger").status == 0
        assert "in CloudStack not found in vCenter: stranger" in refused()
