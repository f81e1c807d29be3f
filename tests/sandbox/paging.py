"""List answers: filters, count and page. Only the rows of the page are rendered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .registry import Call
from .validation import UNLIMITED


def answer(call: Call, key: str, rows: Sequence[Any], view: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """`{"count": all, key: [page]}`; `{}` when nothing matches; no list key past the end (T1:7, T2:24)."""
    if not rows:
        return {}
    size = call.get("pagesize", call.world.max_page_size)
    if size == UNLIMITED:
        shown = rows
    else:
        start = (max(call.get("page", 1), 1) - 1) * size
        shown = rows[start : start + size]
    body: dict[str, Any] = {"count": len(rows)}
    if shown:
        body[key] = [view(row) for row in shown]
    return body


def keyword(call: Call, rows: Sequence[Any]) -> Sequence[Any]:
    """Rows whose name holds the `keyword`, without regard to case."""
    word = call.get("keyword")
    return rows if not word else [row for row in rows if word.lower() in row.name.lower()]


def filters(call: Call, **fields: str) -> dict[str, Any]:
    """Conditions for Table.select: `filters(call, zoneid="zone_id", name="name")`; entities count by their row id."""
    found = {}
    for param, attribute in fields.items():
        if param in call:
            value = call[param]
            found[attribute] = getattr(value, "id", value)
    return found
