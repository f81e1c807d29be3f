# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of the doctor: cs_doctor in the controller process, its page, its data, its end by severity."""

from __future__ import annotations

import json
from pathlib import Path

from integration.playbook import HERE, run

from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site

EVIL = "<img src=/planted>{{ 1 / 0 }}"


def rename(world: World) -> None:
    host = next(each for each in world.hosts if each.hypervisor)
    host.name, host.state = EVIL, "Down"


def test_the_page_and_the_data_are_there_and_the_run_fails_by_severity(tmp_path: Path) -> None:
    page, data = tmp_path / "doctor.html", tmp_path / "doctor.json"
    with Sandbox(seed=1, speed=10.0) as sandbox:
        Site(Api(sandbox))
        sandbox.run(rename)
        given = {"doctor_page": str(page), "doctor_data": str(data), "doctor_fail": "blocks", "doctor_probe": "false"}
        ended = run(sandbox, HERE.parents[1] / "playbooks" / "doctor.yml", tmp_path / "tasks", **given)
    assert ended.status == 2, ended.output
    found = json.loads(data.read_text(encoding="utf-8"))
    assert {each["code"] for each in found["findings"]} >= {"host_not_up", "agents_sent_to_localhost"}
    assert any(EVIL in each["evidence"] for each in found["findings"])
    text = page.read_text(encoding="utf-8")
    assert "<h2>Findings</h2>" in text
    assert "&lt;img src=/planted&gt;{{ 1 / 0 }}" in text
    assert EVIL not in text
    assert [write for task in ended.tasks for write in task.writes] == []
    # Which module the task is about shows in the log of tasks.
    assert [task.module for task in ended.tasks if task.module] == ["cs_doctor", "cs_report"]
    assert "host_not_up" in ended.output.rpartition("The doctor found")[2]
