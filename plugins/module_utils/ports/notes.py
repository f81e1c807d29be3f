# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comments on objects of the server (annotations)."""

from __future__ import annotations

import typing as t

from ..core.notes import Note


class Notes(t.Protocol):
    """Notes that every administrator sees; entity types "HOST", "CLUSTER", "ZONE" and "PRIMARY_STORAGE"."""

    def all(self, entity_type: str, entity_id: str) -> t.Sequence[Note]:
        """Oldest first."""

    def add(self, entity_type: str, entity_id: str, text: str) -> Note:
        """The note as the server has it."""

    def remove(self, note_id: str) -> None: ...
