# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide on XenServer pools tells every code of a check and of a join, and no other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.xenserver.check import ALIKE

ROOT = Path(__file__).resolve().parents[6]
SOURCE = ast.parse((ROOT / "plugins/module_utils/core/xenserver/check.py").read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs/guides/xenserver.md").read_text(encoding="utf-8")


def raised(*functions: str) -> set[str]:
    """First arguments of Reason() in these functions, and the codes of what hosts have to have alike."""
    found = {code for code, _remedy in ALIKE.values()}
    for function in SOURCE.body:
        if isinstance(function, ast.FunctionDef) and function.name in functions:
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
                    found |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    return found


@pytest.mark.parametrize(
    ("heading", "functions"),
    [
        ("## Order of preparation", ("join_reasons",)),
        ("## Codes of a check", ("findings", "_of_host", "_labels")),
    ],
)
def test_the_guide_tells_every_code_and_no_other(heading: str, functions: tuple[str, ...]) -> None:
    table = GUIDE.partition(heading)[2].partition("\n## ")[0]
    told = {code for row in table.splitlines() if row.startswith("| `") for code in row.split("|")[1].split("`")[1::2]}
    assert told == raised(*functions)
