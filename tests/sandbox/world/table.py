"""Rows of one kind with indexes, so that a filtered listing costs what it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar


class Row(Protocol):
    id: int
    uuid: str


R = TypeVar("R", bound=Row)
_by_id = attrgetter("id")


def _key(name: str, value: Any) -> Any:
    """As the database compares: names without case (its collation)."""
    return value.casefold() if name == "name" and isinstance(value, str) else value


class _Bucket(Generic[R]):
    """Rows with one value of an index; the sorted list is kept until the next change."""

    __slots__ = ("_ordered", "rows")

    def __init__(self) -> None:
        self.rows: dict[int, R] = {}
        self._ordered: list[R] | None = None

    def add(self, row: R) -> None:
        self.rows[row.id] = row
        self._ordered = None

    def drop(self, row: R) -> None:
        self.rows.pop(row.id, None)
        self._ordered = None

    def ordered(self) -> list[R]:
        if self._ordered is None:
            self._ordered = sorted(self.rows.values(), key=_by_id)
        return self._ordered


class Table(Generic[R]):
    """Rows by id and uuid. Change indexed fields only through `update`, or the indexes go stale."""

    def __init__(self, *indexes: str, first_id: int = 1) -> None:
        self._all: _Bucket[R] = _Bucket()
        self._uuids: dict[str, R] = {}
        self._removed: dict[str, R] = {}
        self._indexes: dict[str, dict[Any, _Bucket[R]]] = {name: {} for name in indexes}
        self._next = first_id

    def next_id(self) -> int:
        """The id of the next row; ids are never given twice."""
        value = self._next
        self._next += 1
        return value

    def add(self, row: R) -> R:
        self._next = max(self._next, row.id + 1)
        self._all.add(row)
        self._uuids[row.uuid] = row
        for name, buckets in self._indexes.items():
            buckets.setdefault(_key(name, getattr(row, name)), _Bucket()).add(row)
        return row

    def remove(self, row: R) -> None:
        self._all.drop(row)
        if self._uuids.pop(row.uuid, None) is not None:
            self._removed[row.uuid] = row
        for name, buckets in self._indexes.items():
            buckets[_key(name, getattr(row, name))].drop(row)

    def forget(self, row: R) -> None:
        """Remove, so that its uuid is unknown to listings too (T7:285)."""
        self.remove(row)
        self._removed.pop(row.uuid, None)

    def bury(self, row: R) -> None:
        """Remove, but let its uuid still be resolved: the real server keeps some removed rows (T3:57, T4:73)."""
        self.remove(row)
        self._uuids[row.uuid] = row

    def __contains__(self, row: R) -> bool:
        """Whether it is there and not removed."""
        return row.id in self._all.rows

    def update(self, row: R, **changes: Any) -> R:
        for name, value in changes.items():
            buckets = self._indexes.get(name)
            if buckets is not None:
                buckets[_key(name, getattr(row, name))].drop(row)
            setattr(row, name, value)
            if buckets is not None:
                buckets.setdefault(_key(name, value), _Bucket()).add(row)
        return row

    def __getitem__(self, row_id: int) -> R:
        return self._all.rows[row_id]

    def get(self, row_id: int | None) -> R | None:
        return None if row_id is None else self._all.rows.get(row_id)

    def ever(self, row_id: int) -> R:
        """Also one that was removed: views that join its table do not ask."""
        there = self.get(row_id)
        return there if there is not None else next(each for each in self._removed.values() if each.id == row_id)

    def by_uuid(self, uuid: str) -> R | None:
        return self._uuids.get(uuid)

    def removed(self, uuid: str) -> R | None:
        """The row that had this uuid: a listing by it is empty, not refused (T4:130)."""
        return self._removed.get(uuid)

    def __len__(self) -> int:
        return len(self._all.rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._all.ordered())

    def select(self, test: Callable[[R], bool] | None = None, **equal: Any) -> Sequence[R]:
        """Rows in order of id whose fields equal `equal` and that pass `test`; do not change the answer.

        The smallest index bucket among `equal` is walked; a lone indexed condition is answered without a walk.
        """
        buckets = {n: self._indexes[n].get(_key(n, v)) for n, v in equal.items() if n in self._indexes}
        if any(bucket is None for bucket in buckets.values()):
            return []
        best_name, best = None, self._all
        for name, bucket in buckets.items():
            if bucket is not None and len(bucket.rows) <= len(best.rows):
                best_name, best = name, bucket
        rest = [(n, _key(n, v)) for n, v in equal.items() if n != best_name]
        rows = best.ordered()
        if rest:
            rows = [row for row in rows if all(_key(n, getattr(row, n)) == v for n, v in rest)]
        return rows if test is None else [row for row in rows if test(row)]

    def first(self, **equal: Any) -> R | None:
        rows = self.select(**equal)
        return rows[0] if rows else None
