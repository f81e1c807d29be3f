# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remedies of findings name modules and playbooks that exist."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.doctor.report import tools_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.doctor.table import OWN
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.doctor.judges import JUDGES

ROOT = Path(__file__).resolve().parents[3]


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
