# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/acceptance.yml: the module cs_acceptance as an operator runs it."""

from __future__ import annotations

from pathlib import Path

from contract.conftest import connect
from contract.system_vms.zone import Connect, open_zone
from integration import playbook

from sandbox.fixture import sandbox
from sandbox.server import Sandbox

__all__ = ["connect", "sandbox"]

PLAYBOOK = Path(__file__).parents[3] / "playbooks" / "acceptance.yml"


def test_a_zone_is_accepted_and_a_failure_is_named(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> None:
    zone = open_zone(sandbox, connect)
    ran = playbook.run(sandbox, PLAYBOOK, tmp_path / "well", acceptance_console_hosts="127.0.0.1")
    assert ran.status == 0, ran.output
    assert ran.complaints == []
    assert "console: its page answers with 200" in ran.output
    assert [task.name for task in ran.tasks if task.changed] == []
    sandbox.faults.add("deployVirtualMachine", "job_failed", text="no room for this VM", times=9)
    ran = playbook.run(sandbox, PLAYBOOK, tmp_path / "ill", acceptance_zone=zone.site.zone)
    assert ran.status != 0
    assert "step deployed" in ran.output
    assert "no room for this VM" in ran.output
    assert sandbox.run(lambda world: [vm.name for vm in world.vms if vm.kind == "User"]) == []
    assert sandbox.run(lambda world: [each.name for each in world.networks if not each.system]) == []
