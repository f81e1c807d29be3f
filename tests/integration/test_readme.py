# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's first task, as it stands there: predicted, done, and done again without a change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from integration.playbook import run

from sandbox.server import Sandbox

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    file = tmp_path / "hosts.yml"
    file.write_text(f"---\n{text}", encoding="utf-8")
    return file


def test_the_first_task_does_what_it_says(playbook: Path, tmp_path: Path) -> None:
    with Sandbox(seed=1, speed=10.0) as sandbox:
        runs = [run(sandbox, playbook, tmp_path / str(time), root_password="S3cr3t-of-root") for time in range(2)]
        hosts = sandbox.run(lambda world: {host.name: host.tags for host in world.hosts})
    assert [ended.status for ended in runs] == [0, 0], runs[0].output + runs[1].output
    assert [[task.changed for task in ended.tasks] for ended in runs] == [[True] * 4, [False] * 4]
    assert [ended.complaints for ended in runs] == [[], []]
    assert hosts == {f"kvm0{number}.example.com": ["gen3", "ssd"] for number in (1, 2)}
    assert "S3cr3t-of-root" not in runs[0].output
