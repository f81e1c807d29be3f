# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two procedures of VLANs as playbooks: from an empty cloud to what it shows, and once more without a change."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.playbook import HERE, run

from sandbox.server import Sandbox

# What each shows in the end, and how many refusals it tries.
PROCEDURES = {
    "non_contiguous": (
        [
            "500 public_range 198.51.100.10-198.51.100.99",
            "760-769 dedication 760-769 account admin of ROOT, guests",
            "guests: 131 of 141 free: 600-699, 720-739, 770-779, 799",
        ],
        2,
    ),
    "assigned": (
        ["850 fixed_network backoffice Setup, account admin of ROOT, guests", "guests: 100 of 100 free: 600-699"],
        3,
    ),
}
MODULES = ("cs_vlan_range", "cs_vlan_dedication", "cs_network", "cs_network_offering", "cs_physical_network")


@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_a_procedure_ends_as_shown_and_changes_nothing_the_second_time(name: str, tmp_path: Path) -> None:
    shown, refusals = PROCEDURES[name]
    playbook = HERE / "vlans" / f"{name}.yml"
    with Sandbox(seed=1, speed=20.0) as sandbox:
        first = run(sandbox, playbook, tmp_path / "first")
        second = run(sandbox, playbook, tmp_path / "second")
    for ended in (first, second):
        assert ended.status == 0, ended.output
        assert ended.complaints == []
        assert [line for line in shown if line not in ended.output] == []
        assert len([task for task in ended.tasks if "refused" in task.codes]) == refusals
        assert [task.name for task in ended.tasks if "refused" in task.codes and task.writes] == []
    assert [task.name for task in first.tasks if task.module in MODULES and task.changed and task.writes]
    assert [task.name for task in second.tasks if task.module and (task.changed or task.writes)] == []
