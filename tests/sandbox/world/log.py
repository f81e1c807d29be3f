"""What the server writes down: notes of operators, events, alerts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Annotation:
    id: int
    uuid: str
    entity_type: str
    entity_uuid: str
    text: str
    created: str
    admins_only: bool = True


@dataclass(slots=True)
class Event:
    """`parent_uuid`: the event that scheduled this one's command. `account_id`: whose thing it is about."""

    id: int
    uuid: str
    type: str
    description: str
    state: str
    created: str
    level: str = "INFO"
    resource_type: str = ""
    resource_uuid: str = ""
    resource_name: str = ""
    parent_uuid: str = ""
    archived: bool = False
    account_id: int | None = None


@dataclass(slots=True)
class Alert:
    """`type` as CloudStack numbers it."""

    id: int
    uuid: str
    type: int
    name: str
    description: str
    sent: str
    zone_id: int | None = None
    archived: bool = False
