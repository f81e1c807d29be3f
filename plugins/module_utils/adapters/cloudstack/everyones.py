# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings of what accounts and projects have: ``listall`` alone leaves out the projects."""

from __future__ import annotations

import typing as t

from ...core.errors import Unreadable
from .client import Client
from .records import Record
from .transport import Json

ALL_PROJECTS = "-1"
PROJECTS: Json = {"projectid": ALL_PROJECTS}


class Everyones:
    """Lists what belongs to anybody."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._projects: t.Optional[bool] = None

    def listing(self, command: str, key: str, params: Json) -> t.Iterator[Json]:
        """Of accounts, and where there are projects of those too."""
        seen = set()
        for also in ({}, PROJECTS) if self._has_projects() else ({},):
            for item in self._client.listing(command, key, {"listall": True, **params, **also}):
                read = Record(item, key)
                # Without an id it cannot be told from others, nor be moved.
                if not read.text("id"):
                    raise Unreadable(f"{command}: {read.called} has no id", command=command)
                if read.text("id") not in seen:
                    seen.add(read.text("id"))
                    yield item

    def _has_projects(self) -> bool:
        if self._projects is None:
            answer = self._client.call("listProjects", {"listall": True, "page": 1, "pagesize": 1})
            self._projects = bool(answer.get("project"))
        return self._projects


def everybodys(client: Client, command: str, key: str, asked: Json) -> list[Json]:
    """What is a project's is in no listing without its id, or -1 for all projects (FIELD_FACTS; T6:142).

    Since 4.14 -1 and listall are everything. Before, -1 is projects alone, whatever listall says
    (AccountManagerImpl.buildACLSearchParameters; apache/cloudstack#3894): then it takes two listings. Stored health
    checks came with 4.14 too; where they cannot be seen, two listings are never wrong.
    """
    if "projectid" in asked or "account" in asked:
        return client.listing(command, key, {"listall": True, **asked})
    if client.has("listRouters", "fetchhealthcheckresults"):
        return client.listing(command, key, {"listall": True, **PROJECTS, **asked})
    found: dict[str, Json] = {}
    for view in ({}, PROJECTS):
        for number, item in enumerate(client.listing(command, key, {"listall": True, **view, **asked})):
            found.setdefault(Record(item, key).text("id") or f"{len(view)} {number}", item)
    return list(found.values())
