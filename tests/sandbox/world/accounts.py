"""Who there is in a fresh installation: domain ROOT, account admin, one management server."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Domain:
    id: int
    uuid: str
    name: str
    path: str
    parent_id: int | None = None
    network_domain: str | None = None


@dataclass(slots=True)
class Account:
    """`project_id`: the project that it stands for. `kind`: 1 is an administrator of the root domain."""

    id: int
    uuid: str
    name: str
    domain_id: int
    user_uuid: str
    project_id: int | None = None
    kind: int = 1
    network_domain: str | None = None


@dataclass(slots=True)
class User:
    """The one user of an account. `api_key` and `secret_key`: "" until they are made."""

    id: int
    uuid: str
    name: str
    account_id: int
    password: str = "password"
    api_key: str = ""
    secret_key: str = ""


@dataclass(slots=True)
class Project:
    """`account_id`: the account that owns what is the project's."""

    id: int
    uuid: str
    name: str
    display_text: str
    domain_id: int
    account_id: int
    created: str


@dataclass(slots=True)
class ManagementServer:
    """`jobs`: under way there, besides those of the world's own. `unreached`: uuids of servers that do not answer it.

    `started`: when its program started. `given`: agents of its own, which are no rows of the world.
    """

    id: int
    uuid: str
    name: str
    state: str = "Up"
    address: str = "127.0.0.1"
    version: str = "4.22.0.0-SNAPSHOT"
    started: str = ""
    jobs: int = 0
    given: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    unreached: set[str] = field(default_factory=set)
