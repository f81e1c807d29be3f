# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide of finding codes is what the tables say, and remedies name modules and playbooks that exist."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.doctor.report import tools_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.doctor.table import OWN
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.doctor.judges import JUDGES

ROOT = Path(__file__).resolve().parents[3]


def test_the_guide_has_the_codes_of_today() -> None:
    program = "import finding_codes as f; print(f.GUIDE.read_text(encoding='utf-8') == f.written())"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{ROOT / 'tools'}:{ROOT / '.venv/collections'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stdout == "True\n", f"run `make findings`\n{answer.stderr}"


def test_what_mends_a_finding_exists() -> None:
    named = {name for judge in JUDGES for name in judge.tools}
    named |= {
        name for judge in JUDGES for table in judge.tables for each in table.checks for name in tools_of(each.remedy)
    }
    for name in named:
        kind, _, playbook = name.partition(" ")
        path = f"playbooks/{playbook}.yml" if playbook else f"plugins/modules/{kind}.py"
        assert (ROOT / path).is_file(), name


def test_codes_of_the_doctor_are_no_other_codes() -> None:
    """So that `ignore` means one thing."""
    own = [code for table in OWN for code in table.by_code]
    others = {code for judge in JUDGES for table in judge.tables if table not in OWN for code in table.by_code}
    assert len(own) == len(set(own))
    assert others & set(own) == set()
