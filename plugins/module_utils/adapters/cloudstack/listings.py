# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Things of one kind on the server, remembered and found by name without going through all of them.

Several threads may use one listing: what it remembers is changed by one at a time.
"""

from __future__ import annotations

import contextlib
import re
import threading
import typing as t

from ...core.errors import ApiError, HostcraftError, NotFound
from ...core.naming import matches
from ...core.zone.hosts import Host, HostIndex, HostName, matching
from .client import Client
from .resources import Resource
from .transport import Json

E = t.TypeVar("E")
Filters = frozenset[tuple[str, object]]
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
SMALL, WHOLE = ("detail", "min"), ("detail", "capacity")  # the whole answer holds what the small one does


class Memory(t.Generic[E]):
    """The answer to one question, by id and by name."""

    def __init__(self, items: t.Iterable[E]) -> None:
        self.items: dict[str, E] = {}
        self._names: dict[str, dict[str, E]] = {}
        for item in items:
            self.put(item)

    def put(self, item: E) -> None:
        """Add a thing, or put it in the place of what was known of it."""
        id = t.cast(t.Any, item).id
        held = self.items.get(id)
        if held is not None and _folded(held) != _folded(item):
            del self._names[_folded(held)][id]
        self.items[id] = item
        self._names.setdefault(_folded(item), {})[id] = item

    def drop(self, id: str) -> None:
        held = self.items.pop(id, None)
        if held is not None:
            del self._names[_folded(held)][id]

    def named(self, wanted: str) -> list[E]:
        """Those of that id or name, see ``core.naming.matches``."""
        alike: dict[str, t.Any] = dict(self._names.get(wanted.casefold(), {}))
        if wanted in self.items:
            alike[wanted] = self.items[wanted]
        return matches(alike.values(), wanted)


class HostMemory(Memory[Host]):
    """The same of hosts, which are found by more than their name."""

    def __init__(self, items: t.Iterable[Host]) -> None:
        self._index = HostIndex()
        super().__init__(items)

    def put(self, item: Host) -> None:
        super().put(item)
        self._index.put(item)

    def drop(self, id: str) -> None:
        super().drop(id)
        self._index.drop(id)

    def matching(self, which: HostName) -> list[Host]:
        return self._index.matching(which)


class Listing(t.Generic[E]):
    """All things of one kind on the server (the port ``Collection``)."""

    memory: t.Callable[[t.Iterable[t.Any]], t.Any] = Memory

    def __init__(self, client: Client, resource: Resource[E]) -> None:
        self._client = client
        self._resource = resource
        self._answers: dict[Filters, Memory[E]] = {}
        self._asked: dict[Filters, str] = {}
        self._lock = threading.RLock()
        self._held = False

    def all(self, **filters: object) -> t.Sequence[E]:
        with self._lock:
            return tuple(self._answer(filters).items.values())

    def again(self, **filters: object) -> t.Sequence[E]:
        with self._lock:
            self._answers.pop(frozenset(filters.items()), None)
            return self.all(**filters)

    def find(self, name: str, **scope: object) -> t.Sequence[E]:
        with self._lock:
            key = self._key(scope)
            if key in self._answers or self._asked.setdefault(key, name) != name:
                return self._answer(scope).named(name)
            found: t.Any = self.all(**scope, id=name) if UUID.match(name) else ()
            # Nothing forbids a name that looks like an id.
            return t.cast(t.Sequence[E], matches(found or t.cast(t.Any, self.all(**scope, name=name)), name))

    def fresh(self, held: E) -> E:
        item: t.Any = held
        scope = self._resource.scope
        filters = {name: getattr(item, name) for name in scope} if scope else {"id": item.id}
        for each in self._list(filters, self._resource.fresh):
            if t.cast(t.Any, each).id == item.id:
                self._remember(each)
                return each
        self._drop(item.id)
        raise NotFound(self._resource.kind, item.id)

    def check(self, new: bool, **fields: object) -> None:
        resource = self._resource
        # What a creation does not take follows as an update.
        after = {name for name in fields if name in resource.late and new}
        commands = ((resource.create, fields.keys() - after), (resource.update, after - resource.often))
        for command, names in commands if new else ((resource.update, fields.keys()),):
            if names:
                self._client.check(command, resource.params(command, {name: fields[name] for name in names}))

    def create(self, **fields: object) -> E:
        sent = {name: value for name, value in fields.items() if name not in self._resource.late}
        return self._write(self._resource.create, sent, {})

    def update(self, id: str, **fields: object) -> E:
        return self._write(self._resource.update, fields, {self._resource.identity: id})

    def delete(self, id: str, **options: object) -> None:
        self._run(
            self._resource.delete,
            {self._resource.identity: id, **self._resource.params(self._resource.delete, options)},
        )
        self._drop(id)

    def forget(self) -> None:
        """Ask anew from here on."""
        with self._lock:
            if not self._held:
                self._answers.clear()

    @contextlib.contextmanager
    def held(self) -> t.Iterator[None]:
        """Keep what is remembered while many things are written: a write that fails concerns its own thing alone."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def _answer(self, filters: t.Mapping[str, object]) -> Memory[E]:
        key = self._key(filters)
        if key not in self._answers:
            self._answers[key] = self.memory(self._list(filters))
        return self._answers[key]

    def _key(self, filters: t.Mapping[str, object]) -> Filters:
        return frozenset(filters.items())

    def _write(self, command: str, fields: t.Mapping[str, object], also: Json) -> E:
        item = self._item(self._run(command, {**also, **self._resource.params(command, fields)}), command)
        self._remember(item)
        return item

    def _run(self, command: str, params: Json) -> Json:
        """A write; when it fails, what came of it is only known to the server, so all is asked anew."""
        try:
            return self._client.run(command, params)
        except HostcraftError:
            self.forget()
            raise

    def _list(self, filters: t.Mapping[str, object], also: t.Optional[t.Mapping[str, str]] = None) -> list[E]:
        resource = self._resource
        found: dict[str, E] = {}
        for view in resource.views:
            params = {**resource.always, **view, **resource.filters(filters), **(also or {})}
            try:
                items = self._client.listing(resource.list, resource.list_key, params)
            except ApiError as error:
                # An unknown id is an error, never an empty list (T2:20).
                if "id" in filters and error.errorcode == 431:
                    continue
                raise
            for item in items:
                each = resource.read(item, self._client.tell)
                found.setdefault(t.cast(t.Any, each).id, each)
        # Without an id it can be neither changed nor told from others; that was told.
        return [each for id, each in found.items() if id]

    def _item(self, answer: Json, command: str) -> E:
        for key in self._resource.keys:
            item = answer.get(key)
            if isinstance(item, list):
                item = item[0] if item else None
            if isinstance(item, dict):
                return self._resource.read(item, self._client.tell)
        raise HostcraftError(f"{command}: the answer contains no {self._resource.kind}", keys=sorted(answer))

    def _drop(self, id: str) -> None:
        with self._lock:
            for answer in self._answers.values():
                answer.drop(id)

    def _remember(self, item: E) -> None:
        new: t.Any = item
        with self._lock:
            for key, answer in self._answers.items():
                if all(_like(getattr(new, name, value), value) for name, value in key):
                    answer.put(item)
                else:
                    answer.drop(new.id)


class Hosts(Listing[Host]):
    """The hypervisor hosts (the port ``Hosts``)."""

    memory = HostMemory

    def means(self, which: HostName, **scope: object) -> t.Sequence[Host]:
        with self._lock:
            if self._key(scope) not in self._answers:
                found = matching(self.find(which.id or which.name, **scope), which)
                if found or which.id:
                    return found
            return t.cast(HostMemory, self._answer(scope)).matching(which)

    def _key(self, filters: t.Mapping[str, object]) -> Filters:
        key = super()._key(filters)
        whole = key - {SMALL} | {WHOLE}
        return whole if SMALL in key and whole in self._answers else key


def _folded(item: object) -> str:
    return str(getattr(item, "name", "") or "").casefold()


def _like(held: object, asked: object) -> bool:
    """As the server's filters compare: texts without case."""
    if isinstance(held, str) and isinstance(asked, str):
        return held.casefold() == asked.casefold()
    return held == asked
