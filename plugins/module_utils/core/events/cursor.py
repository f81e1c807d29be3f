# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a log was told, and what is new: by the log's own times and identifiers, never by the clock of a reader.

A log is read newest first and page by page while others write to it. Many entries may be of one second, an entry may
appear after later ones (another management server, whose clock is behind, or a transaction that took long), and one of
a wrong clock may be years ahead. So a cursor is not a time: it holds the identifiers of the latest entries told, and
the time before which everything counts as told.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

# The logs, and the states of hosts.
EVENTS, ALERTS, HOSTS = SOURCES = ("events", "alerts", "hosts")
LEAST = 400  # entries that stay known: less than a page, so that a quiet log is one call
OVERLAP = 900  # seconds before the newest whose entries stay known: what appears later than that is lost
MOST = 20_000


@dataclass(frozen=True)
class Happening:
    """An entry of a log. source: which log. key: what tells it from others. when: seconds since 1970. what: itself."""

    source: str
    key: str
    when: int
    what: t.Any = None


class Page(t.NamedTuple):
    """total: entries of the whole log. last: whether no page follows."""

    items: t.Sequence[Happening]
    total: int
    last: bool


@dataclass(frozen=True)
class Cursor:
    """floor: what is older was told. told: the time of each entry told since."""

    floor: int = 0
    told: dict[str, int] = field(default_factory=dict)

    def is_new(self, each: Happening) -> bool:
        return each.when >= self.floor and each.key not in self.told

    def trimmed(self, least: int = LEAST, overlap: int = OVERLAP, most: int = MOST) -> Cursor:
        """Without old entries: only whole seconds are forgotten, so that those of one second stay together.

        By number first, so that an entry of a wrong clock does not make all others old.
        """
        times = sorted(self.told.values(), reverse=True)
        if len(times) <= least:
            return self
        floor = max(self.floor, min(times[least - 1], times[0] - overlap))
        if len(times) > most:
            floor = max(floor, times[most - 1])
        return Cursor(floor, {key: when for key, when in self.told.items() if when >= floor})


def oldest_first(found: t.Iterable[Happening]) -> list[Happening]:
    """found: as a log lists them. Those of one second are listed in the order written (T4:131), and stay in it."""
    return sorted(found, key=lambda each: each.when)
