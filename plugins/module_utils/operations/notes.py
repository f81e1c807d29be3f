# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Annotations written and removed, also when an answer of the server is lost."""

from __future__ import annotations

import typing as t

from ..core.errors import ApiError, NotAsRead
from ..core.notes import Note
from ..ports.cloud import Cloud
from .lost_answers import surely


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
