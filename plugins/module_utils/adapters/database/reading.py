# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads CloudStack's tables of any release: tables and columns that it does not have are left out."""

from __future__ import annotations

import typing as t

from ...core.database.management_servers import Server
from ...core.errors import DatabaseError
from .client import Client

NOT_THERE = frozenset((1054, 1146))  # a column, a table
Row = tuple[t.Any, ...]


class Reading:
    def __init__(self, client: Client) -> None:
        self._client = client

    def rows(self, statement: str, *values: object, instead: str = "") -> t.Sequence[Row]:
        """None of a table or column that is not there; ``instead``: what an older release has."""
        try:
            return self._client.rows(statement, *values)
        except DatabaseError as error:
            if error.number not in NOT_THERE:
                raise
        return self.rows(instead, *values) if instead else ()

    def texts(self, statement: str) -> tuple[str, ...]:
        return tuple(text_of(row[0]) for row in self.rows(statement))

    def servers(self) -> tuple[Server, ...]:
        found = self.rows(
            "SELECT id, name, service_ip, state, version, TIMESTAMPDIFF(SECOND, last_update, UTC_TIMESTAMP()), msid "
            "FROM mshost WHERE removed IS NULL ORDER BY id"
        )
        return tuple(
            Server(
                text_of(id),
                text_of(name),
                text_of(address),
                text_of(state),
                text_of(version),
                None if age is None else float(age),
                text_of(msid),
            )
            for id, name, address, state, version, age, msid in found
        )


def text_of(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)
