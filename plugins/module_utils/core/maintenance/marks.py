# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a maintenance has to give back, by the notes on the host, and whether it still counts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..notes import Note
from ..zone.hosts import Host
from ..zone.resource_states import DISABLED, ENABLED

BEFORE, STOPPED = "hostcraft.maintenance before ", "hostcraft.maintenance stopped "
MOVED = "hostcraft.maintenance moved "
OPEN = "hostcraft.maintenance enabled for a moment"
KINDS = ("User", "Router", "ConsoleProxy", "SecondaryStorageVm", "InternalLb")


@dataclass(frozen=True)
class Mark:
    """before: the resource state to return to. stopped: (id, kind, name) of VMs that were stopped and start again.

    moved: ids of VMs that were to be moved off, where they are to come back. open: the host is enabled within its
    maintenance, to be prepared or on its way back. notes: those that it is written in.
    """

    before: str
    stopped: tuple[tuple[str, str, str], ...] = ()
    moved: tuple[str, ...] = ()
    open: bool = False
    notes: tuple[Note, ...] = field(default=(), compare=False)

    @property
    def written(self) -> t.Optional[Note]:
        """The note of the state to return to, which tells when it began and whose it is."""
        return next((note for note in self.notes if note.text.startswith(BEFORE)), None)

    @property
    def plain(self) -> bool:
        """Whether it asks for no more than an enabled host."""
        return self.before == ENABLED and not self.stopped and not self.moved


def mark_of(notes: t.Iterable[Note]) -> t.Optional[Mark]:
    """The mark that a host's notes are. Notes are written by anybody: what is no whole mark is none."""
    before, stopped = "", []
    moved: list[str] = []
    found = [note for note in notes if note.text.startswith((BEFORE, STOPPED, MOVED, OPEN))]
    for note in found:
        if note.text.startswith(BEFORE) and note.text[len(BEFORE) :] in (ENABLED, DISABLED):
            before = note.text[len(BEFORE) :]
        elif note.text.startswith(STOPPED):
            words = note.text[len(STOPPED) :].split(" ", 2)
            if len(words) == 3 and words[1] in KINDS:
                stopped.append((words[0], words[1], words[2]))
        elif note.text.startswith(MOVED):
            moved += note.text[len(MOVED) :].split()
    whole = tuple(dict.fromkeys(stopped)), tuple(dict.fromkeys(moved))
    is_open = any(note.text == OPEN for note in found)
    return Mark(before, *whole, is_open, tuple(found)) if before else None


def alive(host: Host, mark: t.Optional[Mark]) -> t.Optional[Mark]:
    """What of a mark still counts. Of a host that is enabled, and not just for a moment, the maintenance is over: it
    was ended elsewhere, and whoever stopped a VM or enabled the host since then means it.
    """
    if mark is None or mark.open or host.resource_state != ENABLED:
        return mark
    return Mark(ENABLED, notes=mark.notes)
