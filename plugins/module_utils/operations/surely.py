# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes that may be made twice: when an answer is lost, what the server shows says whether to repeat them."""

from __future__ import annotations

import typing as t

from ..core.errors import ApiError, JobLost, NotAsRead, TransportError
from ..ports.cloud import Cloud
from ..ports.notes import Note

TIMES = 3
PAUSE = 2.0  # seconds for a server that is busy or starts again

T = t.TypeVar("T")


def surely(cloud: Cloud, act: t.Callable[[], T], made: t.Callable[[], t.Optional[T]]) -> T:
    """``act()``; after a lost answer what ``made()`` tells of its effect, else ``act()`` again.

    ``made``: the effect, None while there is none. Only for writes that harm nobody when made twice.
    """
    for left in range(TIMES - 1, -1, -1):
        try:
            return act()
        except (TransportError, JobLost) as error:
            if not left or not getattr(error, "passing", True):
                raise
            cloud.clock.sleep(PAUSE)
            found = made()
            if found is not None:
                return found
    raise AssertionError("unreachable")


def add_note(cloud: Cloud, entity_type: str, entity_id: str, text: str) -> Note:
    """Annotate; once, even if the answer is lost. Raises NotAsRead where the server keeps another text."""

    def there() -> t.Optional[Note]:
        return next((note for note in cloud.notes.all(entity_type, entity_id) if note.text == text), None)

    note = surely(cloud, lambda: cloud.notes.add(entity_type, entity_id, text), there)
    # An answer without the note says nothing; one with another text does.
    if note.id and note.text != text:
        remove_notes(cloud, entity_type, entity_id, [note])
        raise NotAsRead("the annotation", {"annotation": {"held": note.text, "wanted": text}})
    return note if note.id else there() or note


def remove_notes(cloud: Cloud, entity_type: str, entity_id: str, notes: t.Iterable[Note]) -> None:
    """Remove annotations; one that somebody else removed meanwhile is no trouble."""
    for note in notes:
        _remove(cloud, entity_type, entity_id, note.id)


def _remove(cloud: Cloud, entity_type: str, entity_id: str, note_id: str) -> None:
    def gone() -> t.Optional[bool]:
        return None if any(note.id == note_id for note in cloud.notes.all(entity_type, entity_id)) else True

    def remove() -> bool:
        try:
            cloud.notes.remove(note_id)
        except ApiError:
            if not gone():
                raise
        return True

    surely(cloud, remove, gone)
