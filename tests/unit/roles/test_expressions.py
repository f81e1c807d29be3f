# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line end in an expression is one in YAML's double quotes only: elsewhere Ansible hands on a backslash and an n."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted([*ROOT.glob("roles/*/*/*.yml"), *ROOT.glob("playbooks/*.yml"), *ROOT.glob("playbooks/tasks/*.yml")])
WRONG = re.compile(r"""(join\(|~ *|split\()(['"])\\n\2""")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


def wrong(text: str) -> list[str]:
    return [found for found in texts(yaml.safe_load(text)) if WRONG.search(found)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_expression_joins_lines_by_two_characters(path: Path) -> None:
    assert wrong(path.read_text(encoding="utf-8")) == []


def test_one_would_be_found() -> None:
    assert wrong("a: >-\n  {{ lines | join('\\n') }}\n") != []
    assert wrong("a: \"{{ lines | join('\\n') }}\"\n") == []
