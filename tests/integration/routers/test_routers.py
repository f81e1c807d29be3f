# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers by playbooks: read and restarted, and upgraded with the playbook of the collection."""

from __future__ import annotations

from pathlib import Path

from contract.conftest import Connect, connect
from contract.routers.routers import NEW, Lab, lab
from integration import playbook

from sandbox.fixture import sandbox
from sandbox.server import Sandbox

__all__ = ["connect", "sandbox"]

HERE = Path(__file__).parent
UPGRADE = HERE.parents[2] / "playbooks" / "upgrade_routers.yml"


def upgraded(made: Lab) -> bool:
    return {each["version"] for each in made.routers()} == {NEW}


def test_routers_are_read_refused_restarted_and_planned(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    made = lab(sandbox, connect)
    single = made.of("single0")[0]["name"]
    ran = playbook.run(sandbox, HERE / "routers.yml", tmp_path / "wire.log", single=single)
    assert ran.status == 0, ran.output
    writes = {task.name: task.writes for task in ran.tasks if task.writes}
    assert writes == {"A network is restarted": ["restartNetwork"]}


def test_the_playbook_stops_at_a_gate_and_goes_on_where_it_ended(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    made = lab(sandbox, connect, pairs=2)
    old = {each["id"] for each in made.routers() if each["isredundantrouter"]}
    given = {"upgrade_routers_minimum_version": NEW, "upgrade_routers_timeout": 2, "upgrade_routers_delay": 1}
    sandbox.run(lambda world: world.troubles.setdefault("health_check_failed", set()).add("pair1"))
    first = ran = playbook.run(sandbox, UPGRADE, tmp_path / "1.log", **given)
    assert ran.status != 0
    assert "gateways_check.py" in ran.output
    assert "no rules lost" in ran.output
    sandbox.run(lambda world: world.troubles.clear())
    single = made.of("single0")[0]["id"]
    ran = playbook.run(sandbox, UPGRADE, tmp_path / "2.log", **given, upgrade_routers_consent=True)
    assert ran.status == 0, ran.output
    assert upgraded(made)
    # Each old router of the pairs once, though the first run ended between them.
    assert sum(task.writes.count("destroyRouter") for run in (first, ran) for task in run.tasks) == len(old)
    assert single not in {each["id"] for each in made.routers()}


def test_the_playbook_brings_routers_and_system_vms_to_a_template(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    made = lab(sandbox, connect)
    made.new_template("systemvm-kvm-4.19.0")
    given = {
        "upgrade_routers_template": "systemvm-kvm-4.19.0",
        "upgrade_routers_system_vms": True,
        "upgrade_routers_consent": True,
        "upgrade_routers_max_parallel": 2,
    }
    ran = playbook.run(sandbox, UPGRADE, tmp_path / "wire.log", **given)
    assert ran.status == 0, ran.output
    system = made.site.api.ok("listSystemVms")["systemvm"]
    assert {each["templatename"] for each in (*made.routers(), *system)} == {"systemvm-kvm-4.19.0"}
    assert len(system) == 2
    ran = playbook.run(sandbox, UPGRADE, tmp_path / "again.log", **given)
    assert ran.status == 0, ran.output
    assert [task.name for task in ran.tasks if task.writes] == []
