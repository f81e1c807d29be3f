# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The index of rules and use cases, by theme: `python tools/rules.py` writes it from the first words of each file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UTILS = ROOT / "plugins/module_utils"
# What decides, and what carries out in an order.
LAYERS = ("core", "operations")
INDEX = ROOT / "docs/rules.md"
HEAD = """# Where the rules are

Each file of `core`, which contains rules, and of `operations`, which contains use cases, by theme. Both are folders of
`plugins/module_utils`. CONTRIBUTING.md describes layers and themes. This page is generated (`make rules`).
"""


def themes() -> list[str]:
    """In the order of the table in CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.findall(r"^(\w+) +→", text.partition("```themes\n")[2], re.MULTILINE)


def words(file: Path) -> str:
    """The first paragraph of its docstring, as a cell of a table."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("|", "\\|")


def rows(files: list[Path]) -> str:
    lines = [f"| `{file.relative_to(UTILS)}` | {words(file)} |\n" for file in files]
    return "".join(["\n| file | what it decides or does |\n|---|---|\n", *lines])


def written() -> str:
    parts = [HEAD]
    for theme in themes():
        places = [UTILS / layer / theme for layer in LAYERS]
        files = [file for place in places for file in sorted([*place.rglob("*.py"), *place.parent.glob(f"{theme}.py")])]
        parts += [f"\n## {theme}\n", rows([file for file in files if file.name != "__init__.py"])]
    common = [file for layer in LAYERS for file in sorted((UTILS / layer).glob("*.py"))]
    parts += ["\n## Every theme\n", rows([file for file in common if file.stem not in {"__init__", *themes()}])]
    return "".join(parts)


if __name__ == "__main__":
    INDEX.write_text(written(), encoding="utf-8")
