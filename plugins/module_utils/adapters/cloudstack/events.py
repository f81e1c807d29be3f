# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events on the wire (T4:131, T7:97-134), whole and page by page, newest first; alerts page by page alike."""

from __future__ import annotations

import typing as t
from functools import partial

from ...core.events.cursor import Happening, Page
from ...core.events.event import Event, seconds
from .alerts import alert
from .client import Client
from .everyones import everybody, everybodys
from .records import Record, Tell, Wire, unheard
from .transport import Json


def event(wire: Wire, tell: Tell = unheard) -> Event:
    read = Record(wire, "event", tell)
    return Event(
        id=read.id(),
        type=read.text("type"),
        level=read.text("level"),
        state=read.text("state"),
        description=read.text("description"),
        created=read.moment("created") or "",
        username=read.text("username"),
        account=read.text("account"),
        domain=read.text("domainpath", "domain"),
        project=read.text("project"),
        resource_type=read.text("resourcetype"),
        resource_id=read.text("resourceid"),
        resource_name=read.text("resourcename"),
        parent_id=read.text("parentid"),
        archived=bool(read.flag("archived")),
    )


class Events:
    """The port ``Events``; nothing is remembered."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self, **filters: object) -> t.Sequence[Event]:
        asked: Json = {name.replace("_", ""): value for name, value in filters.items() if value is not None}
        if "state" in asked and not self._client.has("listEvents", "state"):
            del asked["state"]
        listed = everybodys(self._client, "listEvents", "event", asked)
        found = [event(item, self._client.tell) for item in listed]
        wanted = str(filters.get("state") or "").casefold()
        return [each for each in found if each.id and wanted in ("", each.state.casefold())]

    def event_logs(self) -> t.Sequence[t.Callable[[int], Page]]:
        return [partial(self._events, view) for view in everybody(self._client, "listEvents")]

    def _events(self, asked: Json, number: int) -> Page:
        return self._page("listEvents", "event", asked, number, self._of_event)

    def alerts(self, number: int) -> Page:
        return self._page("listAlerts", "alert", {}, number, self._of_alert)

    def _page(
        self, command: str, key: str, asked: Json, number: int, read: t.Callable[[Wire], t.Optional[Happening]]
    ) -> Page:
        page = self._client.page(command, key, number, asked)
        found = [each for each in map(read, page.items) if each is not None]
        return Page(tuple(found), page.total or 0, page.last)

    def _of_event(self, wire: Wire) -> t.Optional[Happening]:
        read = event(wire, self._client.tell)
        when = read.when
        return Happening("events", read.id, when, read) if read.id and when is not None else None

    def _of_alert(self, wire: Wire) -> t.Optional[Happening]:
        """One that is sent again keeps its id, and is another happening."""
        read = alert(wire, self._client.tell)
        when = seconds(read.sent)
        return Happening("alerts", f"{read.id} {when}", when, read) if read.id and when is not None else None
