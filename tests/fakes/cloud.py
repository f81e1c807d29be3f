# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud in memory: what operations need of the port, and every write in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import NotFound
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.cloud import Cloud
from fakes.clock import FakeClock

E = TypeVar("E")


class Memory(Generic[E]):
    """The port ``Collection`` over a dict. writes: (verb, id, fields) of every write.

    late: fields that creating ignores. deaf: fields that no write changes. settle: how many fresh reads still show the
    old values after a write. chosen: fields to which the server gives values of its own when it creates.
    """

    def __init__(
        self,
        kind: Callable[..., E],
        *held: E,
        late: frozenset[str] = frozenset(),
        deaf: frozenset[str] = frozenset(),
        settle: int = 0,
        chosen: Mapping[str, object] | None = None,
    ) -> None:
        self.kind, self.late, self.deaf, self.settle, self.chosen = kind, late, deaf, settle, chosen or {}
        self.rows: dict[str, E] = {cast(Any, each).id: each for each in held}
        self.shown = dict(self.rows)
        self.stale = 0
        self.reads = 0
        self.writes: list[tuple[str, str, dict[str, object]]] = []

    def all(self, **filters: object) -> Sequence[E]:
        return [row for row in self.rows.values() if all(getattr(row, name) == v for name, v in filters.items())]

    def again(self, **filters: object) -> Sequence[E]:
        self.reads += 1
        return self.all(**filters)

    def find(self, name: str, **scope: object) -> Sequence[E]:
        return [row for row in self.all(**scope) if name in (cast(Any, row).id, cast(Any, row).name)]

    def fresh(self, held: Any) -> E:
        self.reads += 1
        if held.id not in self.rows:
            raise NotFound("thing", held.id)
        if self.stale > 0:
            self.stale -= 1
            return self.shown[held.id]
        return self.rows[held.id]

    def check(self, new: bool, **fields: object) -> None:
        """This server supports all fields."""

    def create(self, **fields: object) -> E:
        new = f"id{len(self.writes)}"
        names = {each.name for each in dataclasses.fields(cast(Any, self.kind))}
        taken = {n: v for n, v in fields.items() if n in names and n not in self.late | self.deaf}
        return self._write("create", new, fields, self.kind(**{"id": new, **taken, **self.chosen}))

    def update(self, id: str, **fields: object) -> E:
        heard = {name: value for name, value in fields.items() if name not in self.deaf}
        return self._write("update", id, fields, dataclasses.replace(cast(Any, self.rows[id]), **heard))

    def delete(self, id: str, **options: object) -> None:
        self.writes.append(("delete", id, options))
        del self.rows[id]

    def _write(self, verb: str, id: str, fields: dict[str, object], row: E) -> E:
        self.writes.append((verb, id, fields))
        self.shown[id] = self.rows.get(id, row)
        self.rows[id] = row
        self.stale = self.settle
        return row


class Untold:
    """A server that does not tell what it has to offer (the port ``Offers``)."""

    def services(self) -> dict[str, list[str]]:
        return {}

    def storage(self, kind: str) -> list[str]:
        return []

    def planners(self) -> list[str]:
        return []

    def os_categories(self) -> dict[str, str]:
        return {}


class FakeCloud:
    """A clock, and the lines of progress."""

    offers = Untold()

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.lines: list[str] = []

    def progress(self, line: str) -> None:
        self.lines.append(line)

    @property
    def port(self) -> Cloud:
        """As operations take it: only what a test gives it is there."""
        return cast(Cloud, self)
