# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages that every class has: reading, listing, writing what may be written, creating, and events."""

from __future__ import annotations

import time
from typing import Any

from counterparts.xapi.database import Database
from counterparts.xapi.model import Failure

# Classes whose constructor the model has as a plain record.
PLAIN = ("network", "PBD")


def answer(database: Database, method: str, arguments: list[Any]) -> Any:
    kind, _dot, verb = method.partition(".")
    with database.changed:
        if method == "event.from":
            return _events(database, *arguments)
        if verb == "get_all":
            return list(database.rows[kind])
        if verb == "get_all_records":
            return {ref: database.view(kind, ref) for ref in database.rows[kind]}
        if verb == "get_record":
            return database.view(kind, arguments[0])
        if verb == "get_by_uuid":
            for ref in database.find(kind, uuid=arguments[0]):
                return ref
            raise Failure("UUID_INVALID", kind, arguments[0])
        if verb == "get_by_name_label":
            return database.find(kind, name_label=arguments[0])
        if verb == "create" and kind in PLAIN:
            return _created(database, kind, arguments[0])
        if verb == "destroy" and kind in (*PLAIN, "task"):
            database.remove(kind, arguments[0])
            return ""
        return _field(database, kind, verb, arguments)


def _created(database: Database, kind: str, given: dict[str, Any]) -> str:
    """A record is checked by the model field for field; what is found out at run time cannot be given."""
    fields = database.model.classes[kind].fields
    values = {}
    for name, value in given.items():
        if name not in fields:
            raise Failure("FIELD_TYPE_ERROR", name)
        values[name] = database.model.value(name, fields[name].type, value)
    for name in fields:
        if fields[name].type.endswith(" ref") and name in values:
            database.check(fields[name].type[:-4], values[name])
    return database.add(kind, **values)


def _field(database: Database, kind: str, verb: str, arguments: list[Any]) -> Any:
    ref, *values = arguments
    fields = database.model.classes[kind].fields
    for prefix in ("add_to_", "remove_from_", "get_", "set_", "add_", "remove_"):
        name = verb.removeprefix(prefix)
        if verb.startswith(prefix) and name in fields:
            if prefix == "get_":
                return database.view(kind, ref)[name]
            held = database.get(kind, ref)[name]
            database.set(kind, ref, **{name: _written(kind, name, ref, prefix, held, values)})
            return ""
    raise Failure("NOT_IMPLEMENTED", f"{kind}.{verb}")


def _written(kind: str, name: str, ref: str, prefix: str, held: Any, values: list[Any]) -> Any:
    if prefix == "add_to_":
        if values[0] in held:
            raise Failure("MAP_DUPLICATE_KEY", kind, name, ref, values[0])
        return {**held, values[0]: values[1]}
    if prefix == "remove_from_":
        return {key: value for key, value in held.items() if key != values[0]}
    if prefix == "add_":
        return held if values[0] in held else [*held, values[0]]
    if prefix == "remove_":
        return [each for each in held if each != values[0]]
    return values[0]


def _events(database: Database, classes: list[str], token: str, timeout: float) -> dict[str, Any]:
    """What happened since token, or, for the first time, all that is there; waits where nothing did."""
    wanted = [each.casefold() for each in classes]

    def asked(kind: str, ref: str) -> bool:
        return any(each in ("*", kind.casefold(), f"{kind}/{ref}".casefold()) for each in wanted)

    if token and not token.isdigit():
        raise Failure("EVENT_FROM_TOKEN_PARSE_FAILURE", token)
    end = time.monotonic() + float(timeout)
    while True:
        seen = database.events[int(token or 0) :]
        found = {(kind, ref): operation for kind, ref, operation in seen if asked(kind, ref)}
        left = end - time.monotonic()
        if found or left <= 0:
            break
        database.changed.wait(left)
    position = len(database.events)
    events = [
        {
            "id": position,
            "timestamp": "0.",
            "class": kind.casefold(),
            "operation": operation,
            "ref": ref,
            **({"snapshot": database.view(kind, ref)} if ref in database.rows[kind] else {}),
        }
        for (kind, ref), operation in found.items()
    ]
    counts = {kind.casefold(): len(rows) for kind, rows in database.rows.items()}
    return {"events": events, "valid_ref_counts": counts, "token": str(position)}
