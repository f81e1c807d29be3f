# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard's program as it lies on a host: its own files are all that it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network.install import (
    sources,
    start_text,
)


def test_the_program_starts_from_its_own_files(tmp_path: Path) -> None:
    for place, text in sources().items():
        path = tmp_path / "hostcraft" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    start = tmp_path / "run.py"
    start.write_text(start_text(str(tmp_path)), encoding="utf-8")
    # An unknown word ends in the program's own table of words, hence after every import.
    ended = subprocess.run(
        [sys.executable, "-I", "-B", str(start), "nothing"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "KeyError: 'nothing'" in ended.stderr
