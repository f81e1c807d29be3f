# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Annotations: notes on a thing that every administrator sees, and that outlive the run that wrote them."""

from __future__ import annotations

import typing as t

from .client import Client
from .records import Record, Tell, Wire, unheard


class Note(t.NamedTuple):
    """One annotation. created: the server's time, ISO 8601."""

    id: str
    text: str
    created: str
    author: str


class Notes:
    """The port ``Notes``: entity types are "HOST" and "CLUSTER"."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self, entity_type: str, entity_id: str) -> t.Sequence[Note]:
        """Oldest first."""
        params = {"entitytype": entity_type, "entityid": entity_id, "annotationfilter": "all"}
        found = self._client.listing("listAnnotations", "annotation", params)
        notes = [note(item, self._client.tell) for item in found if not item.get("removed")]
        return sorted(notes, key=lambda each: (each.created, each.id))

    def add(self, entity_type: str, entity_id: str, text: str) -> None:
        params: dict[str, t.Any] = {
            "entitytype": entity_type,
            "entityid": entity_id,
            "annotation": text,
            "adminsonly": True,
        }
        self._client.run("addAnnotation", params)

    def remove(self, note_id: str) -> None:
        self._client.run("removeAnnotation", {"id": note_id})


def note(wire: Wire, tell: Tell = unheard) -> Note:
    read = Record(wire, "annotation", tell)
    return Note(read.id(), read.text("annotation"), read.moment("created") or "", read.text("username"))
