# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding things by the names that people write, and telling what they may have meant."""

from __future__ import annotations

import difflib
import typing as t

from .errors import Ambiguous, NotFound


class Named(t.Protocol):
    """Anything with an id and a name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


N = t.TypeVar("N", bound=Named)


def matches(things: t.Iterable[N], wanted: str) -> list[N]:
    """Those whose id or name is ``wanted``; the database compares names without case, an exact match wins."""
    candidates = list(things)
    exact = [each for each in candidates if wanted in (each.id, each.name)]
    return exact or [each for each in candidates if each.name.casefold() == wanted.casefold()]


def nearest(wanted: str, names: t.Iterable[str], most: int = 3) -> list[str]:
    """The names most like ``wanted``, best first."""
    folded = {name.casefold(): name for name in names}
    return [folded[hit] for hit in difflib.get_close_matches(wanted.casefold(), folded, n=most, cutoff=0.55)]


def only(things: t.Sequence[N], kind: str, wanted: str, where: str = "", names: t.Iterable[str] = ()) -> N:
    """The one match. Raises NotFound (with the nearest names) or Ambiguous (with the ids)."""
    if not things:
        raise NotFound(kind, wanted, where, nearest(wanted, names))
    if len(things) > 1:
        raise Ambiguous(kind, wanted, [each.id for each in things])
    return things[0]
