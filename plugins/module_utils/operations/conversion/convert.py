# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks of ngine_io.cloudstack are rewritten: read, decided, written, read again."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...core.conversion.file import Conversion, File, collections_of
from ...core.conversion.findings import TABLE
from ...core.conversion.nodes import edited
from ...core.errors import Reason, Refused, Unreadable
from ...core.findings import Finding
from ...ports.conversion import Playbooks


@dataclass(frozen=True)
class Change:
    """A file before and after."""

    path: str
    before: str
    after: str


@dataclass
class Result:
    """read: files with YAML. conversions: by file, those with tasks of theirs or findings."""

    read: int = 0
    changes: list[Change] = field(default_factory=list)
    conversions: dict[str, Conversion] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def convert(playbooks: Playbooks, check_mode: bool) -> Result:
    """Every file is decided before the first is written. Raises Refused where another program writes to a file."""
    result = Result()
    for path, reason in playbooks.skipped():
        result.findings.append(TABLE.found("conversion_skipped", f"{path}: {reason}", file=path, line=0, about=reason))
    for path in playbooks.files():
        try:
            _decide(playbooks, path, result)
        except Unreadable as error:
            about = error.message
            result.findings.append(
                TABLE.found("conversion_unreadable", f"{path}: {about}", file=path, line=0, about=about)
            )
    for change in () if check_mode else result.changes:
        if playbooks.read(change.path) == change.before:
            playbooks.write(change.path, change.after)
        if playbooks.read(change.path) != change.after:
            told = "another program has changed the file meanwhile"
            raise Refused(f"writing {change.path}", [Reason("file_changed", told, "Run the task again.", {})])
    return result


def _decide(playbooks: Playbooks, path: str, result: Result) -> None:
    text = playbooks.read(path)
    collections = _of_role(playbooks, path)
    decided = File(path, text, playbooks.parse(text), collections).conversion()
    result.read += 1
    if decided.tasks or decided.findings:
        result.conversions[path] = decided
        result.findings += decided.findings
    if not decided.edits:
        return
    after = edited(text, decided.edits)
    again = File(path, after, playbooks.parse(after), collections).conversion()
    if again.edits or len(again.tasks) != sum(not each.edits for each in decided.tasks):
        raise Unreadable(f"{path} would not be the same playbook after the change")
    result.changes.append(Change(path, text, after))


def _of_role(playbooks: Playbooks, path: str) -> tuple[str, ...]:
    """Collections that the metadata of the file's role lists, if the file is in a role."""
    for ending in ("yml", "yaml"):
        for depth in (("..",), ("..", "..")):
            text = playbooks.beside(path, *depth, "meta", f"main.{ending}")
            if text is not None:
                try:
                    return collections_of(playbooks.parse(text))
                except Unreadable:
                    return ()
    return ()


def told(result: Result) -> t.Iterator[dict[str, t.Any]]:
    """What means something else now, by file and line."""
    for path, conversion in result.conversions.items():
        for task in conversion.tasks:
            for text in task.told if task.edits else ():
                yield {"file": path, "line": task.line, "module": f"cs_{task.module}", "message": text}
