# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code blocks of Markdown documents.

A paragraph before a block that names a YAML file in backticks last, and ends with a colon, says which file it is.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^ *```")
NAMED = re.compile(r"`([\w./-]+\.ya?ml)`[^`]*:$")


@dataclass(frozen=True)
class Block:
    """``line``: of its opening fence; ``file``: the name that the paragraph before gives it, else empty."""

    document: str
    line: int
    language: str
    text: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command of a block in sh, without comments."""
        joined = self.text.replace("\\\n", " ")
        return [words for line in joined.splitlines() if (words := shlex.split(line, comments=True))]


def documents() -> list[Path]:
    """What an operator reads."""
    return [ROOT / "README.md", *sorted(ROOT.glob("docs/guides/*.md")), *sorted(ROOT.glob("roles/*/README.md"))]


def blocks(document: Path) -> list[Block]:
    """All fenced blocks of a document, in order. ValueError for one that never ends."""
    found: list[Block] = []
    lines = document.read_text(encoding="utf-8").splitlines()
    name, start, before = document.relative_to(ROOT).as_posix(), 0, ""
    for number, line in enumerate(lines, 1):
        if not FENCE.match(line):
            if not start:
                before = (
                    f"{before} {line.strip()}" if line.strip() and lines[number - 2].strip() else line.strip() or before
                )
            continue
        if not start:
            start = number
            continue
        named = NAMED.search(before)
        language = lines[start - 1].strip().removeprefix("```")
        text = "\n".join(lines[start : number - 1]) + "\n"
        found.append(Block(name, start, language, text, named.group(1) if named else ""))
        start, before = 0, ""
    if start:
        raise ValueError(f"{name}:{start}: this block never ends")
    return found


def every(language: str = "") -> list[Block]:
    """The blocks of all documents, or those of one language."""
    found = [block for document in documents() for block in blocks(document)]
    return [block for block in found if not language or block.language == language]


class _Strict(yaml.SafeLoader):
    """YAML as Ansible reads it: no key twice."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _value in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice or "<<" in keys:
        raise ValueError(f"line {node.start_mark.line + 1}: keys twice or merged: {twice or '<<'}")
    return {key: loader.construct_object(value, deep=True) for key, (_key, value) in zip(keys, node.value, strict=True)}


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def strict(text: str) -> Any:
    """The YAML; ValueError for a key that is there twice or merged, of which Ansible warns."""
    return yaml.load(text, Loader=_Strict)
