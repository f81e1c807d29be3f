# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a declaration, and where: the words of all checks of ``core/declaration``."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..masking import without_secret
from ..naming import nearest

Step = t.Union[str, int]
Path = tuple[Step, ...]
Record = t.Mapping[str, t.Any]
Severity = t.Literal["error", "warning"]
ERROR: Severity = "error"  # it is not applied
WARNING: Severity = "warning"  # it is applied: advice, or what the server has already

ZONE = "cloudstack_zone"  # the variable that declares a zone
OF_INVENTORY = ("inventory_name", "ansible_host")  # keys of a declared host beside its cloudstack_* variables
PREFIX = "cloudstack_"  # of the variables that declare a host


def _is_word(step: Step) -> bool:
    """Whether a step is written after a dot. Indexes and names with dots of their own stand in brackets."""
    return isinstance(step, str) and "." not in step


@dataclass(frozen=True)
class Problem:
    """One mistake. path: keys and indexes inside the declaration, or for a host (its index, its key).

    value: what stands there, as text; secrets masked. message: what is wrong. remedy: what would be right.
    """

    code: str
    path: Path
    value: str
    message: str
    remedy: str
    host: str = ""
    severity: Severity = ERROR

    @property
    def where(self) -> str:
        """``cloudstack_zone.pods[1].gateway``, or ``kvm1: cloudstack_cluster`` for a host's variable."""
        if self.host:
            return f"{self.host}: {PREFIX}{self.path[-1]}" if len(self.path) > 1 else self.host
        return ZONE + "".join(f".{step}" if _is_word(step) else f"[{step!r}]" for step in self.path)


@dataclass(frozen=True)
class Part:
    """One record of the declaration (the zone itself, a pod, a host …) and where it stands."""

    path: Path
    record: Record
    host: str = ""

    def get(self, key: str) -> t.Any:
        return self.record.get(key)

    def text(self, key: str) -> str:
        """The value as text; "" where it is unset or no single value."""
        value = self.record.get(key)
        return "" if value is None or isinstance(value, (bool, list, tuple, dict)) else str(value)

    def problem(self, code: str, key: str, message: str, remedy: str) -> Problem:
        """A problem of one of its values."""
        return Problem(code, (*self.path, key), shown(self.record.get(key)), message, remedy, self.host)

    def warning(self, code: str, key: str, message: str, remedy: str) -> Problem:
        """The same, of what may be applied."""
        return replace(self.problem(code, key, message, remedy), severity=WARNING)

    @property
    def where(self) -> str:
        """Where it stands, as problems tell it."""
        return self.host or Problem("", self.path, "", "", "").where

    def names(self, key: str) -> list[str]:
        """The texts of a list."""
        held = self.record.get(key)
        return [str(each) for each in held] if isinstance(held, (list, tuple)) else []

    def items(self, key: str) -> t.Mapping[str, t.Any]:
        """The names and values under a key; empty where none stand there."""
        held = self.record.get(key)
        return {str(name): value for name, value in held.items()} if isinstance(held, t.Mapping) else {}

    def parts(self, key: str) -> t.Iterator[Part]:
        """The records of a list in it; what is no record was reported by its shape."""
        held = self.record.get(key)
        for index, each in enumerate(held if isinstance(held, (list, tuple)) else ()):
            if isinstance(each, t.Mapping):
                yield Part((*self.path, key, index), each, self.host)


def shown(value: object) -> str:
    """A value as a person would write it; "" where nothing stands. Of a record its keys: it may hold a password."""
    if isinstance(value, t.Mapping):
        return f"{{{', '.join(map(str, value))}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    return "" if value is None else _masked(str(value))


def _masked(text: str) -> str:
    """``rbd://user:secret@host/pool`` without what stands before the @; also where the rest is no URL."""
    scheme, slashes, rest = text.partition("//")
    return without_secret(f"{scheme}//****@{rest.rpartition('@')[2]}" if slashes and "@" in rest else text)


def choice_of(wanted: str, names: t.Iterable[str]) -> str:
    """What would be right instead of an unknown name: the nearest one, else all there are."""
    known = [name for name in names if name]
    close = nearest(wanted, known)
    if close:
        return " or ".join(close)
    return f"one of: {', '.join(sorted(known))}" if known else "a declared name"
