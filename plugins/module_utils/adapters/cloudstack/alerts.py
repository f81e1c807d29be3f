# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts on the wire (T4:132, T7:62-96)."""

from __future__ import annotations

import typing as t

from ...core.events.alerts import Alert
from .client import Client
from .records import Record, Tell, Wire, unheard

AT_ONCE = 50  # ids of one call


def alert(wire: Wire, tell: Tell = unheard) -> Alert:
    read = Record(wire, "alert", tell)
    return Alert(read.id(), read.whole("type"), read.text("name"), read.text("description"), read.moment("sent") or "")


class Alerts:
    """The port ``Alerts``; nothing is remembered."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self) -> t.Sequence[Alert]:
        return [alert(item, self._client.tell) for item in self._client.listing("listAlerts", "alert")]

    def archive(self, ids: t.Sequence[str]) -> None:
        self._each("archiveAlerts", ids)

    def delete(self, ids: t.Sequence[str]) -> None:
        self._each("deleteAlerts", ids)

    def generate(self, type: int, name: str, description: str, zone_id: str) -> None:
        params: dict[str, t.Any] = {"type": type, "name": name, "description": description, "zoneid": zone_id}
        self._client.run("generateAlert", params)

    def _each(self, command: str, ids: t.Sequence[str]) -> None:
        for start in range(0, len(ids), AT_ONCE):
            self._client.run(command, {"ids": ",".join(ids[start : start + AT_ONCE])})
