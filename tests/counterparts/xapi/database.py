# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of a pool, the sets that mirror references, and the events that changes make."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from counterparts.xapi.model import NULL, Failure, Model, load

Record = dict[str, Any]


@dataclass
class Database:
    """rows: records by class and reference. changed: notified after each change; its lock guards everything."""

    model: Model = field(default_factory=load)
    rows: dict[str, dict[str, Record]] = field(default_factory=dict)
    events: list[tuple[str, str, str]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=lambda: threading.Condition(threading.RLock()))

    def __post_init__(self) -> None:
        for name in self.model.classes:
            self.rows.setdefault(name, {})

    def add(self, kind: str, **values: Any) -> str:
        """A new record's reference; what is not said is as the model has it by default."""
        fields = self.model.classes[kind].fields
        unknown = set(values) - set(fields)
        if unknown:
            raise KeyError(f"{kind} has no {', '.join(sorted(unknown))}")
        ref = f"OpaqueRef:{uuid.uuid4()}"
        record = {name: each.initial() for name, each in fields.items()}
        if "uuid" in fields:
            record["uuid"] = str(uuid.uuid4())
        record.update(values)
        with self.changed:
            self.rows[kind][ref] = record
            self._tell(kind, ref, "add")
        return ref

    def get(self, kind: str, ref: str) -> Record:
        """The record itself."""
        try:
            return self.rows[kind][ref]
        except KeyError:
            raise Failure("HANDLE_INVALID", kind, ref) from None

    def set(self, kind: str, ref: str, **values: Any) -> None:
        with self.changed:
            record = self.get(kind, ref)
            for name, value in values.items():
                if name not in record:
                    raise KeyError(f"{kind} has no {name}")
                record[name] = value
            self._tell(kind, ref, "mod")

    def remove(self, kind: str, ref: str) -> None:
        with self.changed:
            self.get(kind, ref)
            del self.rows[kind][ref]
            self._tell(kind, ref, "del")

    def view(self, kind: str, ref: str) -> Record:
        """A copy, with the sets that mirror others' references."""
        record = dict(self.get(kind, ref))
        for (owner, name), (other, back) in self.model.relations.items():
            if owner == kind and other in self.rows:
                record[name] = [each for each, row in self.rows[other].items() if self._points(row[back], ref)]
        return record

    def find(self, kind: str, **values: Any) -> list[str]:
        """References of the records that hold these values."""
        rows = self.rows[kind].items()
        return [ref for ref, row in rows if all(row[name] == value for name, value in values.items())]

    def check(self, kind: str, ref: Any) -> None:
        """References are to records that are there. Raises Failure."""
        if ref != NULL and kind in self.rows:
            self.get(kind, ref)

    @staticmethod
    def _points(value: Any, ref: str) -> bool:
        return ref in value if isinstance(value, list) else value == ref

    def _tell(self, kind: str, ref: str, operation: str) -> None:
        self.events.append((kind, ref, operation))
        self.changed.notify_all()
