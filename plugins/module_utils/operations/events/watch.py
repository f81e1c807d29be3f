# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watching the logs and hosts of a CloudStack: what is new is told once, also by a watcher that starts again."""

from __future__ import annotations

import typing as t

from ...core.change import plain
from ...core.events.body import as_data
from ...core.events.cursor import ALERTS, EVENTS, HOSTS, SOURCES, Cursor, Happening, Page, oldest_first
from ...core.events.state import State, base, line, parsed
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from ...ports.events import Journal

READINGS = 5  # of a log from which others remove entries meanwhile
UP = "Up"


class Watch:
    """poll() returns what is new; told() is called for each of it as soon as it was told.

    What is told but not yet noted when the watcher is killed, is told again: nothing is ever lost.
    """

    def __init__(self, cloud: Cloud, journal: Journal, sources: t.Collection[str] = SOURCES) -> None:
        self._cloud = cloud
        self._journal = journal
        self._sources = sources
        text = journal.read()
        self._state = State() if text is None else parsed(text)
        self._appended = 0
        self._complete: dict[str, bool] = {}
        self._missing: frozenset[str] = frozenset()
        if text is not None:
            # What cannot be noted must not be told. The next line would be lost in one that was cut off.
            self._save()

    def poll(self, sources: t.Collection[str] = SOURCES) -> list[Happening]:
        """What is new, oldest first in each source."""
        found: list[Happening] = []
        logs: dict[str, t.Callable[[], t.Sequence[t.Callable[[int], Page]]]] = {
            EVENTS: self._cloud.events.event_logs,
            ALERTS: lambda: [self._cloud.events.alerts],
        }
        for source, pages in logs.items():
            if source in sources and source in self._sources:
                found += self._unseen(source, pages())
        if HOSTS in sources and HOSTS in self._sources:
            found += self._moved()
        return found

    def told(self, each: Happening) -> None:
        if each.source == HOSTS:
            each = Happening(HOSTS, each.key, each.when, each.what["now"])
        self._journal.append(line(each))
        self._state.told(each)
        self._appended += 1

    def settle(self) -> None:
        """Forget what is old. To be called when all of a poll was told."""
        if not self._appended:
            return
        for source, cursor in self._state.cursors.items():
            # What a reading may have missed must stay above the floor.
            if self._complete.get(source):
                self._state.cursors[source] = cursor.trimmed()
        self._save()

    def _save(self) -> None:
        self._journal.replace(base(self._state))
        self._appended = 0

    def _unseen(self, source: str, pages: t.Sequence[t.Callable[[int], Page]]) -> list[Happening]:
        cursor = self._state.cursors.get(source)
        if cursor is None:
            # The first time: what is there is old. The newest alone may be of a wrong clock.
            firsts = [page(1) for page in pages]
            floor = max(0 if it.last else min((each.when for each in it.items), default=0) for it in firsts)
            there, _complete = read_all(pages, floor)
            told = {each.key: each.when for each in there if each.when >= floor}
            self._state.cursors[source] = Cursor(floor, told).trimmed()
            self._save()
            return []
        found, self._complete[source] = read_all(pages, cursor.floor)
        return [each for each in found if cursor.is_new(each)]

    def _moved(self) -> list[Happening]:
        """Hosts in another state than before; at first those that are not up."""
        known = self._state.hosts
        first, found = not known, []
        listed = self._cloud.hosts.again(detail="min")
        for each in listed:
            now, before = (each.state, each.resource_state), known.get(each.id)
            if before is None and first and each.state == UP:
                known[each.id] = now
            elif now != before:
                found.append(Happening(HOSTS, each.id, 0, {"host": each, "now": now, "before": before}))
        # A listing may lack a host that is there: when another is removed while pages are read, for one.
        missing = frozenset(known) - {each.id for each in listed}
        gone, self._missing = missing & self._missing, missing
        for id in gone:
            del known[id]
        if first or gone:
            self._save()
        return found


def read_all(pages: t.Sequence[t.Callable[[int], Page]], floor: int) -> tuple[list[Happening], bool]:
    """Several logs of one source as one."""
    parts = [read(page, floor) for page in pages]
    if len(parts) == 1:
        return parts[0]
    found = {each.key: each for items, _complete in parts for each in items}
    return oldest_first(found.values()), all(complete for _items, complete in parts)


def read(page: t.Callable[[int], Page], floor: int) -> tuple[list[Happening], bool]:
    """A log down to a time, oldest first, each entry once; and whether none can be missing.

    Entries that are added while pages are read move others to later pages, which is read twice and no harm. Removed
    ones move others to pages that were read: then it is read again.
    """
    found: dict[str, Happening] = {}
    for _reading in range(READINGS):
        number, total, steady = 1, 0, True
        while True:
            part = page(number)
            steady = steady and part.total >= total
            total = part.total
            for each in part.items:
                found.setdefault(each.key, each)
            if part.last or any(each.when < floor for each in part.items):
                break
            number += 1
        if steady:
            return oldest_first(found.values()), True
    return oldest_first(found.values()), False


def body(each: Happening) -> dict[str, t.Any]:
    """What a rulebook sees of it. It may become a variable of a playbook, which Ansible evaluates as a template."""
    if each.source == HOSTS:
        return {"source": HOSTS, "host": as_data(_host(each.what["host"], each.what["before"]))}
    return {"source": each.source, each.source[:-1]: as_data(plain(each.what))}


def _host(host: Host, before: t.Optional[tuple[str, str]]) -> dict[str, t.Any]:
    state, resource_state = before or (None, None)
    names = ("id", "name", "zone_id", "pod_id", "cluster_id", "hypervisor", "ip_address", "state", "resource_state")
    return {
        **{name: getattr(host, name) for name in names},
        "previous_state": state,
        "previous_resource_state": resource_state,
    }
