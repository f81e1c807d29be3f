# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Global transaction ids of MariaDB: what one server has that another has not.

Source: "Global Transaction ID" of MariaDB's documentation. A position has one id for each domain; the state of the
binary log has the last id of each server in each domain.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..errors import Unreadable

_ONE = re.compile(r"(\d+)-(\d+)-(\d+)")


@dataclass(frozen=True, order=True)
class Gtid:
    domain: int
    server: int
    number: int

    def __str__(self) -> str:
        return f"{self.domain}-{self.server}-{self.number}"


Gtids = frozenset[Gtid]


def read_gtids(text: str) -> Gtids:
    """Raises Unreadable."""
    found = set()
    for part in filter(None, (each.strip() for each in text.split(","))):
        match = _ONE.fullmatch(part)
        if match is None:
            raise Unreadable(f"{part!r} is not a global transaction id", value=part)
        found.add(Gtid(*map(int, match.groups())))
    return frozenset(found)


def text_of(gtids: t.Iterable[Gtid]) -> str:
    return ",".join(map(str, sorted(gtids)))


def reached(position: Gtids, wanted: Gtids) -> bool:
    """Whether a position contains everything up to another: in each domain the number is as high."""
    highest = _highest(position)
    return all(highest.get(each.domain, -1) >= each.number for each in wanted)


def behind(position: Gtids, ahead: Gtids) -> int:
    """How many transactions a position lacks."""
    held, wanted = _highest(position), _highest(ahead)
    return sum(max(0, number - held.get(domain, 0)) for domain, number in wanted.items())


def errant(held: Gtids, of_primary: Gtids) -> Gtids:
    """What a server has and its primary has not.

    held, of_primary: states of the binary logs and positions, where each server's last number is. What the primary
    knows of neither from its log nor from where it replicated before, it does not have.
    """
    known: dict[tuple[int, int], int] = {}
    for each in of_primary:
        known[each.domain, each.server] = max(known.get((each.domain, each.server), 0), each.number)
    return frozenset(each for each in held if each.number > known.get((each.domain, each.server), 0))


def _highest(gtids: Gtids) -> dict[int, int]:
    found: dict[int, int] = {}
    for each in gtids:
        found[each.domain] = max(found.get(each.domain, 0), each.number)
    return found
