# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The database by its db.properties, decrypted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import pymysql


class Database:
    """Each statement is committed at once, except inside ``transaction``."""

    def __init__(self, held: Mapping[str, str], name: str = "cloud") -> None:
        side = "usage" if name == "cloud_usage" else "cloud"
        self._connection = pymysql.connect(
            host=held[f"db.{side}.host"],
            port=int(held[f"db.{side}.port"]),
            user=held[f"db.{side}.username"],
            password=held[f"db.{side}.password"],
            database=name,
            charset="utf8mb4",
            connect_timeout=10,
            autocommit=True,
        )

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(pymysql.err.Error):
            self._connection.close()

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        self._connection.ping(reconnect=True)
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def change(self, statement: str, *values: object) -> int:
        with self._connection.cursor() as cursor:
            return int(cursor.execute(statement, values or None))

    def one(self, statement: str, *values: object) -> Any:
        found = self.rows(statement, *values)
        return found[0][0] if found else None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    @contextlib.contextmanager
    def locked(self, name: str, seconds: int) -> Iterator[bool]:
        held = bool(self.one("SELECT GET_LOCK(%s, %s)", name, seconds))
        try:
            yield held
        finally:
            if held:
                self.one("SELECT RELEASE_LOCK(%s)", name)
