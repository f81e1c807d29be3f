# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run changes of a zone, as a person reads it: a line for each object, and the sums."""

from __future__ import annotations

import typing as t

from ..change import Fields
from ..text import printable

LONGEST = 60  # characters of one value
SIGNS = {"create": "+", "change": "~", "delete": "-"}
PAST = {"create": "created", "change": "changed", "delete": "removed"}


class Change(t.NamedTuple):
    """One object that is created, changed or removed; before and after as in a task's diff."""

    kind: str
    name: str
    before: Fields
    after: Fields

    @property
    def action(self) -> str:
        if not self.before:
            return "create"
        return "change" if self.after else "delete"


def line(change: Change) -> str:
    """``~ host kvm1: host_tags [ssd] -> [gpu, ssd]``."""
    return f"{SIGNS[change.action]} {told(change)}"


def told(change: Change) -> str:
    """The same without its sign."""
    fields = []
    for name, value in change.after.items():
        if value in (None, "", [], {}) and name not in change.before:
            continue
        if change.action == "create":
            fields += [] if name in ("name", "id") or name.endswith("_id") else [f"{name} {_shown(value)}"]
        else:
            fields.append(f"{name} {_shown(change.before.get(name))} -> {_shown(value)}")
    head = f"{change.kind} {change.name}"
    return printable(f"{head}: {', '.join(fields)}" if fields else head)


def summary(changes: t.Iterable[Change], unchanged: int) -> str:
    """``3 created, 1 changed, 9996 unchanged``."""
    actions = [change.action for change in changes]
    words = [f"{actions.count(action)} {word}" for action, word in PAST.items() if action in actions]
    return ", ".join([*words, f"{unchanged} unchanged"] if unchanged or not words else words)


def counts(changes: t.Iterable[Change], unchanged: t.Mapping[str, int]) -> dict[str, dict[str, int]]:
    """By kind of object, how many are created, changed, removed and unchanged."""
    found: dict[str, dict[str, int]] = {kind: {"unchanged": number} for kind, number in unchanged.items()}
    for change in changes:
        its = found.setdefault(change.kind, {"unchanged": 0})
        word = PAST[change.action]
        its[word] = its.get(word, 0) + 1
    return found


def _shown(value: object) -> str:
    if isinstance(value, (list, tuple)):
        text = f"[{', '.join(str(each) for each in value)}]"
    else:
        text = "(none)" if value is None else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
