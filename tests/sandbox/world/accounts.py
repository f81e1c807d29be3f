"""Who there is in a fresh installation: domain ROOT, account admin, one management server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Domain:
    id: int
    uuid: str
    name: str
    path: str
    parent_id: int | None = None


@dataclass(slots=True)
class Account:
    id: int
    uuid: str
    name: str
    domain_id: int
    user_uuid: str


@dataclass(slots=True)
class ManagementServer:
    id: int
    uuid: str
    name: str
