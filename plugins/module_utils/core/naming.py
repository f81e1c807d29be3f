# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding things by the names that people write, and telling what they may have meant."""

from __future__ import annotations

import typing as t
from collections import Counter

from .errors import Ambiguous, NotFound


class Named(t.Protocol):
    """Anything with an id and a name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


class Owned(Named, t.Protocol):
    """What belongs to a project, to an account of a domain, or to a domain."""

    @property
    def account(self) -> t.Optional[str]: ...

    @property
    def domain(self) -> t.Optional[str]: ...

    @property
    def domain_id(self) -> str: ...

    @property
    def project(self) -> t.Optional[str]: ...

    @property
    def project_id(self) -> str: ...


def is_owner(thing: Owned, wanted: t.Mapping[str, object]) -> bool:
    """Whether it belongs to the project, else to the account, else to the domain itself of ``wanted``."""
    if wanted.get("project_id") or thing.project_id:
        return thing.project_id == wanted.get("project_id")
    same = str(wanted.get("account") or "").casefold() == str(thing.account or "").casefold()
    return same and thing.domain_id == wanted.get("domain_id")


N = t.TypeVar("N", bound=Named)


def matches(things: t.Iterable[N], wanted: str) -> list[N]:
    """Those whose id or name is ``wanted``; the database compares names without case, an exact match wins."""
    candidates = list(things)
    exact = [each for each in candidates if wanted in (each.id, each.name)]
    return exact or [each for each in candidates if each.name.casefold() == wanted.casefold()]


def edits(one: str, other: str, changed: int = 1) -> int:
    """How many letters are missing, too many, wrong or swapped. changed: what a wrong one counts."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        now = [row]
        for column, right in enumerate(other, 1):
            best = min(last[column] + 1, now[-1] + 1, last[column - 1] + (changed if left != right else 0))
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return last[-1]


def slips(wanted: str, name: str) -> t.Optional[int]:
    """How many letters of a name are mistaken in ``wanted``; None for another name: more than a third, or than 4.

    0 too where only one of them has a domain: kvm1, and kvm1.example.net.
    """
    one, other = wanted.casefold(), name.casefold()
    if "." not in (one[-1:], other[-1:]) and (one == other.partition(".")[0] or other == one.partition(".")[0]):
        return 0
    most = min(4, max(len(one), len(other)) // 3)
    if abs(len(one) - len(other)) > most or sum((Counter(one) - Counter(other)).values()) > most:
        return None
    found = edits(one, other)
    return found if found <= most else None


def nearest(wanted: str, names: t.Iterable[str], most: int = 3) -> list[str]:
    """The names that ``wanted`` may be a slip of, best first."""
    folded = {name.casefold(): name for name in names}
    found = {name: slips(wanted, name) for name in folded.values()}
    likely = sorted((number, name) for name, number in found.items() if number is not None)
    return [name for _number, name in likely[:most]]


def only(things: t.Sequence[N], kind: str, wanted: str, where: str = "", names: t.Iterable[str] = ()) -> N:
    """The one match. Raises NotFound (with the nearest names) or Ambiguous (with the ids)."""
    if not things:
        raise NotFound(kind, wanted, where, nearest(wanted, names))
    if len(things) > 1:
        raise Ambiguous(kind, wanted, [each.id for each in things])
    return things[0]
