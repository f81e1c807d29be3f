# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of docs/peer_bugs.md promises tests: each is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CODE = re.compile(r"`([^`]+)`|“([^”]+)”|\"([^\"]+)\"")


def promised(line: str) -> list[tuple[str, list[str]]]:
    """Files of the right-hand cell of a row, each with the names of tests or tasks that follow it."""
    found: list[tuple[str, list[str]]] = []
    for code, _curly, task in CODE.findall(line.split(" | ")[-1]):
        if "/" in code:
            found.append((code.replace("unit/…/", "unit/plugins/module_utils/"), []))
        elif found:
            found[-1][1].append(code or task)
    return found


def gaps(text: str, tests: Path) -> list[str]:
    """What a table promises and the tests do not hold."""
    missing = []
    for line in text.splitlines():
        for file, names in promised(line) if line.startswith("| ") and "`" in line.split(" | ")[-1] else []:
            content = (tests / file).read_text(encoding="utf-8") if (tests / file).is_file() else None
            if content is None:
                missing.append(file)
            else:
                missing += [f"{file}: {name}" for name in names if name not in content]
    return missing


def test_every_test_of_the_table_is_there() -> None:
    # The tables below this one are of targets and options.
    text = (ROOT / "docs" / "peer_bugs.md").read_text(encoding="utf-8").partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert [row for row in rows if not promised(row)] == []
    assert gaps(text, ROOT / "tests") == []


def test_a_planted_promise_is_found(tmp_path: Path) -> None:
    (tmp_path / "unit").mkdir()
    (tmp_path / "unit" / "test_a.py").write_text("def test_one() -> None: ...\n", encoding="utf-8")
    table = '| bug | `unit/test_a.py` `test_one`, `test_two`, "A task"; `unit/test_b.py` |\n'
    assert gaps(table, tmp_path) == ["unit/test_a.py: test_two", "unit/test_a.py: A task", "unit/test_b.py"]
