# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide of all finding codes: `python tools/finding_codes.py` writes it from the tables in core."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import Table

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "plugins/module_utils/core"
PACKAGE = "ansible_collections.hostcraft.cloudstack.plugins.module_utils.core"
GUIDE = ROOT / "docs/guides/findings.md"
HEAD = """# Findings

Every code of a finding, by what is checked, with its cause and its remedy. This page is generated (`make findings`).

Severities are `blocks` (something does not work), `hurts` (something is at risk, or will not work) and `note`.
Modules ignore the codes in `ignore` and fail by the severity in `fail`.
[The doctor](doctor.md) shows the findings of a whole cloud.
"""


def tables() -> Iterator[Table]:
    """Each table once, by the file that makes it."""
    for path in sorted(CORE.rglob("*.py")):
        names = re.findall(r"^([A-Z_]+) = Table\(", path.read_text(encoding="utf-8"), re.MULTILINE)
        if names:
            module = importlib.import_module(".".join((PACKAGE, *path.relative_to(CORE).with_suffix("").parts)))
            yield from (getattr(module, name) for name in names)


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def title(name: str) -> str:
    """A product keeps its own capitals: vSphere."""
    first = name.split()[0]
    return name if first != first.lower() else name[0].upper() + name[1:]


def written() -> str:
    parts = [HEAD]
    for table in sorted(tables(), key=lambda each: each.name.casefold()):
        parts.append(f"\n## {title(table.name)}\n\n")
        parts.append("| code | severity | cause | remedy |\n|---|---|---|---|\n")
        rows = sorted(table.checks, key=lambda each: each.code)
        parts += [f"| `{each.code}` | {each.severity} | {cell(each.title)} | {cell(each.remedy)} |\n" for each in rows]
    return "".join(parts)


if __name__ == "__main__":
    GUIDE.write_text(written(), encoding="utf-8")
