"""Parameters of a call checked and converted by the surface alone, before its handler runs (T1:5, T1:45, T2:20-25)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from .errors import ApiError, bad_parameter, invalid
from .registry import Command
from .surface import Api, Param
from .world import World

UNLIMITED = -1
_MAP = re.compile(r"^(\w+)\[(\d+)\](?:\.(.+))?$")


def _unknown(api: Api, name: str, value: str) -> ApiError:
    return bad_parameter(
        f"Unable to execute API command {api.name.lower()} due to invalid value. Invalid parameter {name} "
        f"value={value} due to incorrect long value format, or entity does not exist or due to incorrect "
        "parameter annotation for the field in api cmd class."
    )


def _entity(api: Api, command: Command, world: World, name: str, value: str) -> Any:
    if value == str(UNLIMITED):
        return UNLIMITED
    table = world.table(command.entities[name])
    row = table.by_uuid(value)
    if row is None and api.name.startswith("list"):
        row = table.removed(value)
    if row is None:
        raise _unknown(api, name, value)
    return row


def _number(api: Api, param: Param, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise bad_parameter(
            f"Unable to execute API command {api.name.lower()} due to invalid value {value} for parameter {param.name}"
        ) from None


def moment(text: str) -> datetime | None:
    """A date as the API takes it, with or without a time; None for any other text."""
    for shape in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=None)
        except ValueError:
            continue
    return None


def _convert(api: Api, command: Command, world: World, param: Param, value: str) -> Any:
    """The value as its type says; None where the server ignores a blank."""
    if param.type in ("integer", "long", "short"):
        return _number(api, param, value) if value.strip() else None
    if param.type == "boolean":
        return value.lower() == "true"
    if param.type == "uuid":
        return _entity(api, command, world, param.name, value) if value else None
    if param.type == "list":
        items = [item for item in value.split(",") if item]
        if param.name in command.entities:
            return [_entity(api, command, world, param.name, item) for item in items]
        return items
    if param.type == "date" and moment(value) is None:
        raise bad_parameter(
            f"Unable to parse date {value} for command {api.name.lower()}, please pass dates in the format mentioned "
            "in the api documentation"
        )
    if len(value) > param.length:
        raise bad_parameter(
            f"Unable to execute API command {api.name.lower()} due to invalid value. Value greater than max allowed "
            f"length {param.length} for param: {param.name}"
        )
    return value


def _maps(raw: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """`details[0].key=a&details[0].value=b` → {"details": [{"key": "a", "value": "b"}]}."""
    groups: dict[str, dict[int, dict[str, str]]] = {}
    for name, value in raw.items():
        match = _MAP.match(name)
        if match:
            groups.setdefault(match[1], {}).setdefault(int(match[2]), {})[match[3] or ""] = value
    return {name: [rows[i] for i in sorted(rows)] for name, rows in groups.items()}


def check_paging(raw: dict[str, str], max_page_size: int) -> None:
    """`page` and `pagesize` go together, within `default.page.size` (T2:25, FIELD_FACTS "API")."""
    size, page = raw.get("pagesize"), raw.get("page")
    if size is not None and page is None and size != str(UNLIMITED):
        raise bad_parameter('"page" parameter is required when "pagesize" is specified')
    if page is not None and size is None:
        raise bad_parameter('"pagesize" parameter is required when "page" is specified')
    if size is not None and size.isdigit() and int(size) > max_page_size:
        raise invalid(f"Page size can't exceed max allowed page size value: {max_page_size}")


def convert(api: Api, command: Command, world: World, raw: dict[str, str]) -> dict[str, Any]:
    """Converted values by name; parameters that the server does not know are ignored, as it does."""
    if api.name.startswith("list") and "page" in api.params:
        check_paging(raw, world.max_page_size)
    maps, values = _maps(raw), {}
    for name, param in api.params.items():
        if param.type == "map" or (name in maps and name not in raw):
            if name in maps:
                values[name] = maps[name]
        elif name in raw:
            value = _convert(api, command, world, param, raw[name])
            if value is not None:
                values[name] = value
        if param.required and name not in raw and name not in maps:
            raise bad_parameter(f"Unable to execute API command {api.name.lower()} due to missing parameter {name}")
    return values
