# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages that are generated say what the code says today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("tool", "page", "target"), [("finding_codes", "GUIDE", "findings"), ("rules", "INDEX", "rules")]
)
def test_it_is_of_today(tool: str, page: str, target: str) -> None:
    program = f"import {tool} as tool; print(tool.{page}.read_text(encoding='utf-8') == tool.written())"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{ROOT / 'tools'}:{ROOT / '.venv/collections'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stdout == "True\n", f"run `make {target}`\n{answer.stderr}"
