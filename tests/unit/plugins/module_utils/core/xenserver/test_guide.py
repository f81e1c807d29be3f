# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide on XenServer pools tells every code of a check and of a join, and no other."""

from __future__ import annotations

import ast
from pathlib import Path

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.check import ALIKE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.table import XEN

ROOT = Path(__file__).resolve().parents[6]
THEME = ROOT / "plugins/module_utils/core/xenserver"
SOURCE = [node for name in ("check", "pool_ha") for node in ast.parse((THEME / f"{name}.py").read_text("utf-8")).body]
GUIDE = (ROOT / "docs/guides/xenserver.md").read_text(encoding="utf-8")


def called(name: str, functions: set[str]) -> set[str]:
    """First arguments of calls of that name in these functions, and the codes of what hosts have to have alike."""
    calls = [
        node
        for function in SOURCE
        if isinstance(function, ast.FunctionDef) and function.name in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    return {str(node.args[0].value) for node in calls if isinstance(node.args[0], ast.Constant)} | {*ALIKE.values()}


def rows(heading: str) -> list[str]:
    section = GUIDE.partition(heading)[2].partition("\n## ")[0]
    return [row for row in section.splitlines() if row.startswith("| `")]


def test_the_guide_tells_every_reason_against_a_join_and_no_other() -> None:
    told = {code for row in rows("## Order of preparation") for code in row.split("|")[1].split("`")[1::2]}
    assert told == called("Reason", {"join_reasons"})


def test_the_guide_has_the_table_of_checks_and_each_of_them_is_made() -> None:
    checks = [f"| `{c.code}` | {c.severity} | {c.title} | {c.remedy} | {c.source} |" for c in XEN.checks]
    assert rows("## Codes of a check") == checks
    assert called("found", {"judge_pool", "_of_host", "judge_ha", "_labels", "_unlike"}) == set(XEN.by_code)
