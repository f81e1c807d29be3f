# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of one file: the edits, and what is left, with reasons.

Only names are written: of modules, options and groups, where they stand. Everything else keeps its characters.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace

from ..findings import Finding
from .findings import TABLE
from .meanings import ENVIRONMENT
from .modules import GROUP, MODULES, OLD_GROUP, OURS, THEIRS
from .nodes import Edit, Node, last
from .tasks import Converted, Options, Scope, Task, named, read

SECTIONS = ("pre_tasks", "tasks", "post_tasks", "handlers")
BLOCKS = ("block", "rescue", "always")
# Tasks that run others, which are in another file.
ELSEWHERE = re.compile(r"(ansible\.(builtin|legacy)\.)?(include|(include|import)_(tasks|role|playbook))")
GROUPS = (f"group/{THEIRS}.{GROUP}", f"group/{THEIRS}.{OLD_GROUP}", f"group/{OLD_GROUP}")
NAMES = (*GROUPS, *(f"{THEIRS}.{name}" for name in MODULES))


@dataclass(frozen=True)
class Conversion:
    """tasks: calls of modules of theirs, in the order of the file."""

    tasks: tuple[Converted, ...] = ()
    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass
class Seen:
    """What is in a play or a block. elsewhere: it runs tasks of other files."""

    tasks: list[Converted] = field(default_factory=list)
    elsewhere: bool = False

    def add(self, other: Seen) -> None:
        self.tasks += other.tasks
        self.elsewhere = self.elsewhere or other.elsewhere

    def converted(self, modules: t.Container[str]) -> bool:
        return any(each.edits for each in self.tasks if each.module in modules)

    def left(self, modules: t.Container[str]) -> bool:
        return any(not each.edits for each in self.tasks if each.module in modules)


class File:
    """A file with its YAML documents. collections: those of the role that it belongs to."""

    def __init__(self, name: str, text: str, documents: t.Sequence[Node], collections: tuple[str, ...] = ()) -> None:
        self.name, self.text, self.documents, self.collections = name, text, documents, collections
        self.edits: list[Edit] = []
        self.findings: list[Finding] = []
        self.met: dict[int, Seen] = {}

    def conversion(self) -> Conversion:
        seen = Seen()
        for document in self.documents:
            for item in document.items:
                seen.add(self._item(item, Scope(self.name, self.collections)))
        edits = {edit for task in seen.tasks for edit in task.edits} | set(self.edits)
        mentions = [*self._mentions(edits, {each.line for each in seen.tasks}), *self._environment()]
        found = {(each.code, each.evidence): each for task in seen.tasks for each in task.findings}
        found.update({(each.code, each.evidence): each for each in (*self.findings, *mentions)})
        tasks = sorted({(each.line, each.module): each for each in seen.tasks}.values(), key=lambda each: each.line)
        return Conversion(tuple(tasks), tuple(sorted(edits, key=lambda each: each.start)), tuple(found.values()))

    def _item(self, node: Node, scope: Scope) -> Seen:
        """A play, a block or a task. A node that several aliases name is taken once."""
        if node.kind != "mapping" or node.start in self.met:
            return self.met.get(node.start, Seen())
        seen = self.met[node.start] = Seen()
        listed, given = node.get("collections"), node.get("module_defaults")
        if listed is not None:
            scope = replace(scope, collections=tuple(each.value for each in entries(listed)))
        if given is not None and given.kind == "mapping":
            scope = replace(scope, defaults=(*scope.defaults, *self._defaults(given, scope)))
        play, block = node.get("hosts") is not None, bool(node.names() & set(BLOCKS))
        for section in SECTIONS if play else BLOCKS if block else ():
            inner = node.get(section)
            for item in inner.items if inner is not None else ():
                seen.add(self._item(item, scope))
        if not play and not block:
            task = Task(self.text, node, scope).converted()
            seen.tasks += [task] if task else []
        seen.elsewhere = seen.elsewhere or node.get("roles") is not None or any(map(ELSEWHERE.fullmatch, node.names()))
        if given is not None and given.kind == "mapping":
            self._move_defaults(given, seen, scope)
        if play and listed is not None:
            self._move_collections(listed, seen)
        return seen

    def _defaults(self, given: Node, scope: Scope) -> t.Iterator[tuple[str, Options]]:
        """Options by the module that they are for; "" for the group."""
        for key, value in given.pairs:
            module = "" if key.value in GROUPS else named(key.value, scope)
            if key.value in GROUPS or module:
                try:
                    # Names that a task does not write itself have no place to edit.
                    yield module, {name: (text, None) for name, (text, _place) in read(value, 0).items()}
                except ValueError:
                    self._find("conversion_templated", key.line, f"{key.value} of module_defaults")

    def _move_defaults(self, given: Node, seen: Seen, scope: Scope) -> None:
        """Defaults of tasks that were converted, under the name here; also under the old one where that is in use."""
        there = set(given.names())
        for key, _value in given.pairs:
            group = key.value in GROUPS
            module = "" if group else named(key.value, scope)
            if not group and module not in MODULES:
                continue
            instead = f"group/{OURS}.{GROUP}" if group else f"{OURS}.cs_{module}"
            modules = {each.module for each in seen.tasks} if group else {module}
            if instead in given.names() or not (seen.converted(modules) or seen.elsewhere):
                continue
            if instead in there:
                self._find("conversion_defaults", key.line, f"{key.value}: {instead} has those of another name already")
                continue
            edit = self._renamed(key, instead) if not (seen.left(modules) or seen.elsewhere) else None
            edit = edit or self._repeated(given, key, instead)
            if edit:
                self.edits.append(edit)
                there.add(instead)
            else:
                self._find("conversion_defaults", key.line, key.value)

    def _renamed(self, name: Node, instead: str) -> t.Optional[Edit]:
        start = name.start if name.plain else name.start + 1
        return Edit(start, start + len(name.value), instead) if self.text.startswith(name.value, start) else None

    def _repeated(self, given: Node, key: Node, instead: str) -> t.Optional[Edit]:
        """The same defaults once more, on lines after the present ones."""
        alias = re.compile(r"\s*:\s*\*[^\s,\]}]+").match(self.text, key.end)
        end = alias.end() if alias else last(given.get(key.value) or key)
        copied = self.text[key.end : end].rstrip()
        if given.flow or given.shared or re.search(r"(^|\s)&", copied) or key.start > end or not key.plain:
            return None
        indent = self.text[self.text.rfind("\n", 0, key.start) + 1 : key.start]
        newline = "\r\n" if "\r\n" in self.text else "\n"
        after = self.text.find("\n", key.end + len(copied))
        if indent.strip():
            return None
        if after < 0:
            return Edit(len(self.text), len(self.text), f"{newline}{indent}{instead}{copied}")
        return Edit(after + 1, after + 1, f"{indent}{instead}{copied}{newline}")

    def _move_collections(self, listed: Node, seen: Seen) -> None:
        every = {each.module for each in seen.tasks}
        for item in entries(listed):
            if item.value == THEIRS and seen.converted(every):
                whole = not seen.left(every) and not seen.elsewhere and not listed.shared
                whole = whole and OURS not in [each.value for each in entries(listed)]
                edit = self._renamed(item, OURS) if whole else None
                if edit:
                    self.edits.append(edit)
                else:
                    self._find("conversion_collections", item.line, "other tasks may need it")

    def _mentions(self, edits: t.Collection[Edit], known: t.Container[int]) -> t.Iterator[Finding]:
        """Where their name is in the file and neither changed nor told."""
        told = {each.facts["line"] for each in self.findings}
        changed = {self.text.count("\n", 0, edit.start) + 1 for edit in edits}
        for number, line in enumerate(self.text.split("\n"), 1):
            if THEIRS in line and number not in told and number not in known and number not in changed:
                yield self._finding("conversion_mention", number, line.strip()[:80])

    def _environment(self) -> t.Iterator[Finding]:
        for number, line in enumerate(self.text.split("\n"), 1):
            for name in sorted(set(re.findall(r"\bCLOUDSTACK_[A-Z_]+", line)) & set(ENVIRONMENT)):
                yield self._finding("conversion_environment", number, f"{name}: {ENVIRONMENT[name]}")

    def _find(self, code: str, line: int, told: str) -> None:
        self.findings.append(self._finding(code, line, told))

    def _finding(self, code: str, line: int, told: str) -> Finding:
        return TABLE.found(code, f"{self.name}:{line}: {told}", file=self.name, line=line, about=told)


def entries(listed: Node) -> tuple[Node, ...]:
    """Ansible takes one collection as a list of one."""
    return (listed,) if listed.kind == "scalar" and listed.value else listed.items


def collections_of(documents: t.Iterable[Node]) -> tuple[str, ...]:
    """What the metadata of a role lists."""
    listed = [document.get("collections") for document in documents]
    return tuple(item.value for each in listed if each is not None for item in entries(each))
