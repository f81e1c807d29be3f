# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task: whether it calls a module of theirs, and what has to be written so that it calls ours.

A task is converted whole or not at all.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import Finding
from .findings import TABLE
from .inline import first_word, pairs
from .meanings import meanings
from .modules import MODULES, OURS, THEIRS, Module, base
from .nodes import Edit, Node, options

# The place of an option's name and value; None where it is in a text.
Place = t.Optional[tuple[Node, Node]]
Options = t.Mapping[str, tuple[t.Optional[str], Place]]
ACTIONS = ("action", "local_action")


@dataclass(frozen=True)
class Scope:
    """What a task inherits. collections: names in their order. defaults: options by the full name of a module or group.

    file: for findings.
    """

    file: str
    collections: tuple[str, ...] = ()
    defaults: tuple[tuple[str, Options], ...] = ()

    def defaults_of(self, module: str) -> dict[str, tuple[t.Optional[str], Place]]:
        return {name: each for key, given in self.defaults if key in ("", module) for name, each in given.items()}


@dataclass(frozen=True)
class Converted:
    """module: by its name without ``cs_``. edits: empty for a task that is left. told: what means something else."""

    module: str
    line: int
    edits: tuple[Edit, ...] = ()
    told: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def named(name: str, scope: Scope) -> str:
    """The module of theirs that a name means, without ``cs_``; "" for any other."""
    namespace, _dot, short = name.rpartition(".")
    if namespace:
        return (base(short) or short) if namespace == THEIRS else ""
    if THEIRS in scope.collections:
        # The first collection that has the name is meant.
        before = scope.collections[: scope.collections.index(THEIRS)]
        ours = OURS in before and name.startswith("cs_") and base(name) in MODULES
        return "" if ours or (before and not name.startswith("cs_")) else base(name)
    # Ansible routes the names with cs_ to their collection, and no others.
    return base(name) if name.startswith("cs_") and OURS not in scope.collections else ""


class Task:
    """A task of a file, taken apart."""

    def __init__(self, text: str, node: Node, scope: Scope) -> None:
        self.text, self.node, self.scope = text, node, scope

    def converted(self) -> t.Optional[Converted]:
        """None for a task that calls no module of theirs."""
        for key, value in options(self.node):
            if key.value in ACTIONS:
                return self._action(value)
            module = named(key.value, self.scope)
            if module:
                return self._call(module, key, key.value, value)
        return None

    def _action(self, value: Node) -> t.Optional[Converted]:
        """``action: cs_zone name=east`` or ``action: {module: cs_zone, name: east}``."""
        name = value.get("module")
        if name is not None:
            module = named(name.value, self.scope)
            return self._call(module, name, name.value, value) if module else None
        word = first_word(value.value) if value.kind == "scalar" else None
        module = named(word[1], self.scope) if word else ""
        return (
            self._call(module, value, word[1] if word else "", value, len(word[0]) if word else 0) if module else None
        )

    def _call(self, module: str, place: Node, name: str, value: Node, skip: int = 0) -> Converted:
        """place: where the name is written. skip: characters of the value before the options."""
        if module not in MODULES:
            return self._left(module, place, "conversion_no_module", f"{name} does not exist in this collection")
        start = place.start if self.text.startswith(name, place.start) else place.start + 1
        if not self._own(place) or not self.text.startswith(name, start):
            return self._left(
                module, place, "conversion_form", f"{name} is merged from elsewhere or in a block of text"
            )
        try:
            layers = (self.scope.defaults_of(module), *self._options(value, skip))
        except ValueError as error:
            return self._left(module, place, "conversion_templated", f"{name} has the options {error}")
        given = {option: each for layer in layers for option, each in layer.items()}
        found = list(self._changes(module, place, layers, given))
        findings = [each for each in found if isinstance(each, Finding)]
        edits = [Edit(start, start + len(name), f"{OURS}.cs_{module}"), *(e for e in found if isinstance(e, Edit))]
        if any(each.severity != "note" for each in findings):
            return Converted(module, place.line, findings=tuple(each for each in findings if each.severity != "note"))
        values = {option: value for option, (value, _place) in given.items()}
        told = meanings(module, values, "register" in self.node.names())
        return Converted(module, place.line, tuple(edits), tuple(told), tuple(findings))

    def _options(self, value: Node, skip: int) -> tuple[Options, Options]:
        """Those in args and those of the module, which win. Raises ValueError for what only running it can tell."""
        more = self.node.get("args")
        below, own = dict(read(more, 0) if more is not None else {}), dict(read(value, skip))
        below.pop("module", None)
        own.pop("module", None)
        return below, own

    def _changes(
        self, module: str, at: Node, layers: t.Iterable[Options], given: Options
    ) -> t.Iterator[t.Union[Finding, Edit]]:
        """A name has to change in each layer, a value only where it counts."""
        rules = MODULES[module]
        for layer in layers:
            for option in sorted(set(layer) & rules.changes()):
                instead = rules.renamed.get(option)
                if instead in given:
                    told = (
                        f"{option} of {module}: its name in this collection is {instead}, which the task has too; "
                        "remove one of them"
                    )
                    yield self._found("conversion_option", at.line, told)
                elif instead or layer[option] is given[option]:
                    found = self._option(module, at, option, *layer[option])
                    if found:
                        yield found

    def _option(
        self, module: str, at: Node, option: str, value: t.Optional[str], place: Place
    ) -> t.Union[Finding, Edit, None]:
        """The edit that an option needs, or why there is none."""
        rules, line = MODULES[module], place[0].line if place and self._own(place[0]) else at.line
        reason = _refusal(rules, option, value, place)
        if reason:
            return self._found("conversion_option", line, f"{option} of {module}: {reason}")
        values = {**rules.values.get(option, {}), **rules.refused.get(option, {})}
        if values and (value is None or "{{" in value):
            return self._found("conversion_value", line, f"{option} of {module} ({', '.join(sorted(values))})")
        instead = rules.renamed.get(option) or rules.values.get(option, {}).get(value or "")
        spelled = _choices(rules, option).get((value or "").casefold())
        instead = instead or (spelled if spelled != value else None)
        if not instead:
            return None
        if place is None:
            return self._found("conversion_form", line, f"{option} of {module} is {instead} here")
        target = place[0] if option in rules.renamed else place[1]
        written = target.value
        start = target.start if target.plain else target.start + 1
        if place[1].shared or not self._own(target) or not self.text.startswith(written, start):
            return self._found("conversion_shared", line, f"{option} of {module} is {instead} here")
        return Edit(start, start + len(written), instead)

    def _own(self, part: Node) -> bool:
        """Whether it stands in this task, instead of where an alias found it."""
        return self.node.start <= part.start < self.node.end

    def _left(self, module: str, place: Node, code: str, told: str) -> Converted:
        return Converted(module, place.line, findings=(self._found(code, place.line, told),))

    def _found(self, code: str, line: int, told: str) -> Finding:
        return TABLE.found(code, f"{self.scope.file}:{line}: {told}", file=self.scope.file, line=line, about=told)


def read(node: Node, skip: int) -> Options:
    """Options of a mapping, or of a text from that character on. Raises ValueError where it is an expression."""
    if node.kind == "mapping":
        return {
            key.value: (value.value if value.kind == "scalar" else None, (key, value)) for key, value in options(node)
        }
    text = node.value[skip:].strip()
    if node.kind == "sequence" or text.startswith(("{{", "{%")):
        raise ValueError(repr(text[:60]) if text else "in a list")
    return {name: (value, None) for name, value in pairs(text)}


def _refusal(rules: Module, option: str, value: t.Optional[str], place: Place) -> str:
    if option in rules.missing:
        return rules.missing[option]
    if value is not None and value in rules.refused.get(option, {}):
        return rules.refused[option][value]
    choices = _choices(rules, option)
    if choices and value and "{{" not in value and value.casefold() not in choices:
        return f"{value} is not one of {', '.join(choices.values())}"
    if option not in rules.forms or (place and place[1].kind == "mapping"):
        return ""
    return rules.forms[option]


def _choices(rules: Module, option: str) -> dict[str, str]:
    """Values of an option as they are written here, by those in small letters."""
    return {each.casefold(): each for each in rules.choices.get(option, ())}
