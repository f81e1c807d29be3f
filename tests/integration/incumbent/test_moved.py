# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook reads that was written for ngine_io.cloudstack: its results, its texts, its options."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.playbook import HERE, run

from sandbox.server import Sandbox


@pytest.mark.parametrize("connection", ["local", "elsewhere"])
def test_a_playbook_that_moved_reads_what_it_read(tmp_path: Path, connection: str) -> None:
    """In the controller's process, and as ordinary modules."""
    with Sandbox(seed=1, speed=10.0) as sandbox:
        ended = run(sandbox, HERE / "incumbent" / "moved.yml", tmp_path / "tasks", connection=connection)
    assert ended.status == 0, ended.output
