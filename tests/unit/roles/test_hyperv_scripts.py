# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PowerShell of the roles for Windows: it parses, and what tasks hand over is what scripts take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tree_sitter_powershell
import yaml
from tree_sitter import Language, Node, Parser

ROLE = Path(__file__).resolve().parents[3] / "roles" / "hyperv_host"
SCRIPTS = sorted((ROLE / "files").glob("*.ps1"))


def errors(text: str) -> list[int]:
    """Lines that are no PowerShell."""

    def walk(node: Node) -> Iterator[Node]:
        if node.has_error:
            if node.is_error or node.is_missing:
                yield node
            for child in node.children:
                yield from walk(child)

    tree = Parser(Language(tree_sitter_powershell.language())).parse(text.encode())
    return [node.start_point[0] + 1 for node in walk(tree.root_node)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_parses(script: Path) -> None:
    assert errors(script.read_text(encoding="utf-8")) == []


def test_a_broken_script_does_not() -> None:
    assert errors("if ($a) { Get-Thing\n")


def tasks() -> Iterator[dict[str, Any]]:
    for file in sorted((ROLE / "tasks").glob("*.yml")):
        yield from yaml.safe_load(file.read_text(encoding="utf-8"))


def parameters(script: str) -> tuple[set[str], set[str]]:
    """All parameters of a script, and those that it cannot do without."""
    text = (ROLE / "files" / script).read_text(encoding="utf-8")
    head = text[text.index("param(") :].partition("\n\n")[0]
    every = set(re.findall(r"\[(?:string|bool|int)(?:\[\])?\] \$(\w+)", head))
    return every, set(re.findall(r"\[Parameter\(Mandatory\)\] \[\S+\] \$(\w+)", head))


def test_tasks_hand_over_what_scripts_take() -> None:
    seen = set()
    for task in tasks():
        call = task.get("ansible.windows.win_powershell")
        if call is None:
            continue
        script = re.search(r"'(\w+\.ps1)'", call["script"])
        assert script, task["name"]
        every, needed = parameters(script[1])
        given = set(call.get("parameters", {}))
        assert needed <= given <= every, task["name"]
        seen.add(script[1])
    assert seen == {path.name for path in SCRIPTS}


def test_what_changes_the_host_says_what_it_would_change() -> None:
    """Check mode of win_powershell runs a script only where it takes -WhatIf."""
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        changes = re.search(r"\b(New|Set|Enable|Remove)-\w|netsh http add", text)
        assert bool(changes) == ("SupportsShouldProcess" in text and "ShouldProcess(" in text), path.name


def test_secrets_reach_windows_only_by_options_that_ansible_hides() -> None:
    hidden = {"domain_admin_password", "domain_password"}
    for task in tasks():
        for module, given in task.items():
            if not isinstance(given, dict) or "." not in module:
                continue
            secret = {name for name, value in given.items() if "password }}" in str(value)}
            assert secret <= hidden or task.get("no_log") is True, task["name"]


def test_a_file_server_shares_for_the_user_and_the_accounts() -> None:
    by_module = {
        module: given for task in tasks() for module, given in task.items() if module.startswith("ansible.windows")
    }
    assert "hyperv_host_share_accounts" in by_module["ansible.windows.win_share"]["full"]
    assert by_module["ansible.windows.win_share"]["rule_action"] == "add"
