# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""recover_agents.yml with hosts that are lost while strictness is relaxed; the rest is in integration/machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.certificates import cloud
from contract.certificates.cloud import Lab
from contract.conftest import Connect, connect
from integration import forked, playbook

from sandbox.fixture import sandbox
from sandbox.server import Sandbox
from sandbox.world import World

__all__ = ["connect", "sandbox"]

RECOVER = Path(__file__).resolve().parents[3] / "playbooks" / "recover_agents.yml"
STRICTNESS = "ca.plugin.root.auth.strictness"


@pytest.fixture
def lab(sandbox: Sandbox, connect: Connect) -> Iterator[Lab]:
    yield from cloud.lab(sandbox, connect)


@pytest.mark.parametrize(("state", "lost"), [("Disconnected", "systemd_service"), ("Up", "cs_host_certificate_info")])
def test_strictness_is_restored_when_every_host_is_lost(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, lost: str
) -> None:
    inventory = tmp_path / "inventory"
    lines = [f"{name} ansible_python_interpreter={forked.python()}" for name in ("kvm1", "kvm2", "localhost")]
    inventory.write_text("\n".join([lines[2], "[kvm]", *lines[:2], ""]), encoding="utf-8")
    monkeypatch.setenv("LOSSY_MODULE", lost)

    def arrange(world: World) -> None:
        world.settings[STRICTNESS].value = "true"
        for name in ("kvm1", "kvm2"):
            lab.row(world, name).state = state

    lab.server.run(arrange)
    lab.server.calls.clear()
    ran = playbook.run(lab.server, RECOVER, tmp_path / "wire.log", connection="lossy", inventory=inventory)
    assert ran.status != 0
    told = " ".join(ran.output.split())
    assert "kvm1 cannot be reached" in told
    assert "kvm2 cannot be reached" in told
    writes = {task.name: task.writes for task in ran.tasks if task.writes}
    assert list(writes) == ["Relax strictness", "Restore strictness"], ran.output
    assert lab.server.run(lambda world: world.settings.value(STRICTNESS)) == "true"
