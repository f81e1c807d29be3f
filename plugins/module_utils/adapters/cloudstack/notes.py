# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Annotations: notes on a thing that every administrator sees, and that outlive the run that wrote them."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ...core.notes import Note
from .client import Client
from .records import Record, Tell, Wire, unheard


class Notes:
    """The port ``Notes``: entity types are "HOST", "CLUSTER", "ZONE" and "PRIMARY_STORAGE".

    Before 4.16, as administrators alone can be told, notes are on hosts only; but the id is not looked at. There the
    notes of a cluster, zone or pool are those of a host with its id (AnnotationManagerImpl of 4.11).
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def _on(self, entity_type: str) -> str:
        own = entity_type == "HOST" or self._client.has("addAnnotation", "adminsonly")
        return entity_type if own else "HOST"

    def all(self, entity_type: str, entity_id: str) -> t.Sequence[Note]:
        """Oldest first."""
        params = {"entitytype": self._on(entity_type), "entityid": entity_id, "annotationfilter": "all"}
        found = self._client.listing("listAnnotations", "annotation", params)
        notes = [note(item, self._client.tell) for item in found if not item.get("removed") and item.get("id")]
        return sorted(notes, key=lambda each: (each.at or 0.0, each.id))

    def add(self, entity_type: str, entity_id: str, text: str) -> Note:
        params: dict[str, t.Any] = {
            "entitytype": self._on(entity_type),
            "entityid": entity_id,
            "annotation": text,
            "adminsonly": True,
        }
        answer = self._client.run("addAnnotation", params).get("annotation")
        return note(answer if isinstance(answer, dict) else {})

    def remove(self, note_id: str) -> None:
        self._client.run("removeAnnotation", {"id": note_id})


def note(wire: Wire, tell: Tell = unheard) -> Note:
    read, at = Record(wire, "annotation", tell), None
    written = read.moment("created")
    if written is not None:
        at = datetime.strptime(written, "%Y-%m-%dT%H:%M:%S%z").timestamp()
    return Note(read.id(), read.text("annotation"), at, read.text("username"))
