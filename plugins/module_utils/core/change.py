# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to change: wanted fields against held ones, by meaning, as a pure decision.

"Unset means leave alone; set means make it so": a wanted field of ``None`` is unset.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import operator
import typing as t
from dataclasses import dataclass, field
from functools import cache

from .errors import HostcraftError, MissingValue, Reason, Refused

Fields = t.Mapping[str, object]
Same = t.Callable[[t.Any, t.Any], bool]
State = t.Literal["present", "absent"]


def same_set(wanted: t.Iterable[object], held: t.Iterable[object]) -> bool:
    """Lists are sets unless order matters (host tags come back sorted by the database, T2:28)."""
    return frozenset(wanted or ()) == frozenset(held or ())


def same_name(wanted: object, held: object) -> bool:
    """Names of things, which the server's database compares without case: ``KVM-A`` is ``kvm-a``."""
    return same_word(wanted, held)


def same_word(wanted: object, held: object) -> bool:
    """Names of states and types, which the server takes in any case."""
    return str(wanted or "").casefold() == str(held or "").casefold()


def same_flag(wanted: object, held: object) -> bool:
    """A flag of something that older servers do not have: not told is false."""
    return bool(wanted) == bool(held)


def same_address(wanted: object, held: object) -> bool:
    """IPv4 and IPv6 addresses by value (``fd00::1`` is ``fd00:0::1``)."""
    try:
        return ipaddress.ip_interface(str(wanted)) == ipaddress.ip_interface(str(held))
    except ValueError:
        return wanted == held


@dataclass(frozen=True)
class Rules:
    """How one kind of thing is compared and created.

    kind: the field's word for it ("pod"). required: fields without which it cannot be created. fixed: fields that the
    server cannot change afterwards, with what would help. write_only: sent at creation, never read back (passwords).
    along: those of them that go with every change too. unproven: fields that the server takes and may show as before.
    missing: first words of the error for fields that a creation lacks. same: comparison by field; plain equality where
    none is given, and for the name equality without case. untold: fields that older servers do not tell, and that then
    count as what is wanted.
    """

    kind: str
    required: tuple[str, ...] = ()
    fixed: t.Mapping[str, str] = field(default_factory=dict)
    write_only: frozenset[str] = frozenset()
    along: frozenset[str] = frozenset()
    same: t.Mapping[str, Same] = field(default_factory=dict)
    unproven: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    missing: str = MissingValue.LEAD

    def comparison(self, name: str) -> Same:
        return self.same.get(name, same_name if name == "name" else operator.eq)

    def renaming(self) -> Rules:
        """The same for a thing that is told by its id: its name is a field like others, and case counts."""
        return dataclasses.replace(self, same={**self.same, "name": operator.eq})


@dataclass(frozen=True)
class Difference:
    """One field that is held otherwise than wanted."""

    field: str
    held: object
    wanted: object


@dataclass(frozen=True)
class Decision:
    """action: "nothing", "create", "update" or "delete"; differences: what an update changes."""

    action: t.Literal["nothing", "create", "update", "delete"]
    differences: tuple[Difference, ...] = ()

    def updates(self) -> dict[str, object]:
        """The fields to send, by name."""
        return {d.field: d.wanted for d in self.differences}


@dataclass(frozen=True)
class Outcome:
    """What an operation did, or would do in check mode.

    before/after: plain data for ``--diff`` (only what changes). result: the thing's own values, returned flat.
    secrets: texts that turned out to be secret, to be masked wherever the task's result repeats its parameters.
    missing: of a prediction, what has to be there first and is not. unproved: of one without a change, whether a run
    would fail nevertheless, because what is there does not work.
    """

    changed: bool
    before: Fields = field(default_factory=dict)
    after: Fields = field(default_factory=dict)
    result: Fields = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    missing: t.Optional[HostcraftError] = None
    unproved: bool = False


def is_set(fields: Fields) -> dict[str, object]:
    """The fields that were set."""
    return {name: value for name, value in fields.items() if value is not None}


def plain(thing: t.Any) -> dict[str, object]:
    """A dataclass as JSON-able data: tuples become lists, nested dataclasses dicts."""
    # Not by dataclasses.asdict, which copies each text: five times slower.
    return {name: _plain(getattr(thing, name)) for name in _names(t.cast("t.Any", type(thing)))}


@cache
def _names(kind: t.Any) -> tuple[str, ...]:
    """Fields of a dataclass, of which there may be thousands."""
    return tuple(each.name for each in dataclasses.fields(kind))


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, frozenset)):
        return [_plain(item) for item in value]
    return plain(value) if dataclasses.is_dataclass(value) else value


def differences(wanted: Fields, held: object, rules: Rules) -> tuple[Difference, ...]:
    """The set fields of ``wanted`` that ``held`` (a dataclass of the same field names) holds otherwise."""
    found = []
    for name, value in is_set(wanted).items():
        if name in rules.write_only:
            continue
        current = getattr(held, name)
        if current is None and name in rules.untold:
            continue
        if not rules.comparison(name)(value, current):
            found.append(Difference(name, current, value))
    return tuple(found)


def decide(rules: Rules, subject: str, wanted: Fields, held: t.Optional[object], state: State) -> Decision:
    """The one thing to do. Raises MissingValue (creation lacks fields) or Refused (a fixed field differs)."""
    if state == "absent":
        return Decision("delete" if held is not None else "nothing")
    if held is None:
        missing = [name for name in rules.required if wanted.get(name) is None]
        if missing:
            raise MissingValue(subject, missing, lead=rules.missing)
        return Decision("create")
    found = differences(wanted, held, rules)
    fixed = [d for d in found if d.field in rules.fixed]
    if fixed:
        raise Refused(
            subject,
            [
                Reason(
                    "fixed_field",
                    f"{d.field} is {d.held!r} and cannot be changed to {d.wanted!r}",
                    rules.fixed[d.field],
                    {"field": d.field, "held": _jsonable(d.held), "wanted": _jsonable(d.wanted)},
                )
                for d in fixed
            ],
        )
    return Decision("update", found) if found else Decision("nothing")


def refuse_another(rules: Rules, subject: str, wanted: Fields, held: object) -> None:
    """Before a removal: the task tells what cannot change, and it is not so. Raises Refused, with every such field."""
    told = {name: value for name, value in wanted.items() if name in rules.fixed}
    found = differences(told, held, rules)
    if found:
        raise Refused(
            subject,
            [
                Reason(
                    "another_thing",
                    f"{d.field} is {d.held!r}, not {d.wanted!r}",
                    f"correct {d.field} in the task, or remove it",
                    {"field": d.field, "held": _jsonable(d.held), "wanted": _jsonable(d.wanted)},
                )
                for d in found
            ],
        )


def _jsonable(value: object) -> object:
    return list(value) if isinstance(value, (tuple, frozenset)) else value
