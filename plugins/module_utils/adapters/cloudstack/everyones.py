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
UNEVEN = ("listNetworks",)


class Everyones:
    """Lists what belongs to anybody."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def listing(self, command: str, key: str, params: Json) -> t.Iterator[Json]:
        """Of accounts and of projects. Whether there are projects is not asked: the first may be made meanwhile."""
        for item in everybodys(self._client, command, key, params):
            read = Record(item, key)
            # Without an id it cannot be told from others, nor be moved.
            if not read.text("id"):
                raise Unreadable(f"{command}: {read.called} has no id", command=command)
            yield item


def everybodys(client: Client, command: str, key: str, asked: Json) -> list[Json]:
    """What is a project's is in no listing without its id, or -1 for all projects (FIELD_FACTS; T6:142).

    Since 4.14 -1 and listall are everything. Before, -1 is projects alone, whatever listall says
    (AccountManagerImpl.buildACLSearchParameters; apache/cloudstack#3894): then it takes two listings. Stored health
    checks came with 4.14 too; where they cannot be seen, two listings are never wrong. With networks -1 is projects
    alone in later releases too (apache/cloudstack#9602, #11767).
    """
    if "projectid" in asked or "account" in asked:
        return client.listing(command, key, {"listall": True, **asked})
    views = everybody(client, command)
    if len(views) == 1:
        return client.listing(command, key, {**views[0], **asked})
    found: dict[str, Json] = {}
    for view in views:
        for number, item in enumerate(client.listing(command, key, {**view, **asked})):
            found.setdefault(Record(item, key).text("id") or f"{len(view)} {number}", item)
    return list(found.values())


def everybody(client: Client, command: str) -> tuple[Json, ...]:
    """Parameters of the listings that are everything together."""
    accounts: Json = {"listall": True}
    if command not in UNEVEN and client.has("listRouters", "fetchhealthcheckresults"):
        return ({**accounts, **PROJECTS},)
    return (accounts, {**accounts, **PROJECTS})
