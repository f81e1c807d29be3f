# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System VMs by a playbook: what is foretold and refused writes nothing."""

from __future__ import annotations

from pathlib import Path

from contract.conftest import connect
from contract.system_vms.zone import Connect, open_zone
from integration import playbook

from sandbox.fixture import sandbox
from sandbox.server import Sandbox

__all__ = ["connect", "sandbox"]

PLAYBOOK = Path(__file__).with_name("system_vms.yml")


def test_system_vms_are_managed(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    open_zone(sandbox, connect)
    ran = playbook.run(sandbox, PLAYBOOK, tmp_path / "wire.log")
    assert ran.status == 0, ran.output
    assert ran.complaints == []
    quiet = [task for task in ran.tasks if task.check_mode or (not task.changed and task.module != "cs_diagnostics")]
    assert [(task.name, task.writes) for task in quiet if task.writes] == []
    done = {task.name: task for task in ran.tasks}
    assert done["The console proxy is recreated"].writes == ["addAnnotation", "destroySystemVm", "removeAnnotation"]
