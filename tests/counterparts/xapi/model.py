# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XAPI's data model as published: classes, fields, messages, errors, relations; and what a call may look like."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

NULL = "OpaqueRef:NULL"
TABLE = Path(__file__).with_name("model.tsv")
NUMBER = re.compile(r"-?\d+\Z")
EPOCH = "19700101T00:00:00Z"
TYPES: dict[str, Any] = {"bool": bool, "float": (float, int), "datetime": (str, datetime)}


class Failure(Exception):
    """What XAPI answers instead of a value: a code of the model and its details, all text."""

    def __init__(self, code: str, *details: object) -> None:
        if code not in load().errors:
            raise KeyError(f"the data model has no error {code}")
        super().__init__(code, *details)
        self.description = [code, *map(str, details)]


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    qualifier: str
    default: str = ""

    def initial(self) -> Any:
        """The value of a record that does not set it."""
        kind, default = self.type, self.default
        if kind.endswith(" set"):
            return []
        if kind.endswith(" map"):
            return {}
        if kind.endswith(" ref"):
            return NULL
        if kind == "bool":
            return default == "true"
        if kind in ("int", "float"):
            return (int if kind == "int" else float)(default or 0)
        return default or (EPOCH if kind == "datetime" else "")


@dataclass(frozen=True)
class Message:
    """params: name and type, without the session. required: how many of them have to be given."""

    name: str
    result: str = "void"
    params: tuple[tuple[str, str], ...] = ()
    required: int = 0


@dataclass
class Class:
    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)


@dataclass
class Model:
    """relations: (class, reference) by (class, set that mirrors it)."""

    source: str = ""
    classes: dict[str, Class] = field(default_factory=dict)
    enums: dict[str, frozenset[str]] = field(default_factory=dict)
    errors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    relations: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def message(self, method: str) -> tuple[Class, Message]:
        """Class and message of "host.disable". Raises Failure for what the model does not have."""
        name, _dot, wanted = method.partition(".")
        there = self.classes.get(name)
        if there is None or wanted not in there.messages:
            raise Failure("MESSAGE_METHOD_UNKNOWN", method)
        return there, there.messages[wanted]

    def arguments(self, method: str, given: list[Any]) -> list[Any]:
        """The arguments as the model has them: numbers as numbers. Raises Failure."""
        _class, message = self.message(method)
        if not message.required <= len(given) <= len(message.params):
            expected = str(len(message.params) + 1)
            raise Failure("MESSAGE_PARAMETER_COUNT_MISMATCH", method, expected, len(given) + 1)
        return [self.value(name, kind, value) for (name, kind), value in zip(message.params, given, strict=False)]

    def value(self, name: str, kind: str, value: Any) -> Any:
        """XML-RPC carries whole numbers as text, JSON as numbers."""
        if kind == "int":
            if isinstance(value, str) and NUMBER.match(value):
                return int(value)
            return self._typed(name, value, isinstance(value, int) and not isinstance(value, bool))
        if kind.startswith("enum "):
            return self._typed(name, value, value in self.enums.get(kind[5:], {value}))
        if kind.endswith(" set"):
            self._typed(name, value, isinstance(value, list))
            return [self.value(name, kind[:-4], each) for each in value]
        if kind.endswith((" map", " record")):
            return self._typed(name, value, isinstance(value, dict))
        return self._typed(name, value, isinstance(value, TYPES.get(kind, str)))

    @staticmethod
    def _typed(name: str, value: Any, fits: bool) -> Any:
        if not fits:
            raise Failure("FIELD_TYPE_ERROR", name)
        return value


@cache
def load() -> Model:
    model, current = Model(), Class("")
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        mark, *cells = line.split("\t")
        first, second, third, fourth = (cells + [""] * 4)[:4]
        if mark.startswith("# Source: "):
            model.source = mark.removeprefix("# Source: ")
        elif mark == "C":
            current = model.classes.setdefault(first, Class(first))
            _of_every_class(current)
        elif mark == "F":
            current.fields[first] = Field(first, second, third, fourth)
            _by_field(current, current.fields[first])
        elif mark == "M":
            current.messages[first] = _message(first, second, third)
        elif mark == "N":
            model.enums[first] = frozenset(second.split())
        elif mark == "R":
            one, other = first.split("."), second.split(".")
            model.relations[other[0], other[1]] = (one[0], one[1])
        elif mark == "E":
            model.errors[first] = tuple(second.split("; ")) if second else ()
    return model


def _message(name: str, result: str, params: str) -> Message:
    pairs = [each.partition(":")[::2] for each in params.split("; ") if each]
    required = sum(not kind.endswith("?") for _name, kind in pairs)
    return Message(name, result, tuple((one, kind.rstrip("?")) for one, kind in pairs), required)


def _of_every_class(owner: Class) -> None:
    me = ("self", f"{owner.name} ref")
    owner.messages["get_record"] = Message("get_record", f"{owner.name} record", (me,), 1)
    owner.messages["get_by_uuid"] = Message("get_by_uuid", f"{owner.name} ref", (("uuid", "string"),), 1)


def _by_field(owner: Class, one: Field) -> None:
    """Messages that a field brings with it."""
    me, name = ("self", f"{owner.name} ref"), one.name
    owner.messages[f"get_{name}"] = Message(f"get_{name}", one.type, (me,), 1)
    if one.qualifier != "RW":
        return
    owner.messages[f"set_{name}"] = Message(f"set_{name}", "void", (me, ("value", one.type)), 2)
    if one.type.endswith(" map"):
        owner.messages[f"add_to_{name}"] = Message(
            f"add_to_{name}", "void", (me, ("key", "string"), ("value", "string")), 3
        )
        owner.messages[f"remove_from_{name}"] = Message(f"remove_from_{name}", "void", (me, ("key", "string")), 2)
    if one.type.endswith(" set"):
        for verb in ("add", "remove"):
            owner.messages[f"{verb}_{name}"] = Message(f"{verb}_{name}", "void", (me, ("value", one.type[:-4])), 2)
