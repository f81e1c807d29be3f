# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database server tells of itself and of databases, and what is changed in it around a restore."""

from __future__ import annotations

import contextlib
import time
import typing as t

from ...core.backup.manifest import OBJECTS
from ...core.errors import AccessDenied, DatabaseError
from ..database.client import Client

NOTE = "hostcraft_restore"  # a database that is there while a restore is under way
MANY = "SELECT {} FROM `information_schema`.`{}` WHERE `{}` IN ({})"
_COUNTS = {
    "views": ("TABLE_SCHEMA", "VIEWS"),
    "routines": ("ROUTINE_SCHEMA", "ROUTINES"),
    "triggers": ("TRIGGER_SCHEMA", "TRIGGERS"),
    "events": ("EVENT_SCHEMA", "EVENTS"),
}
_UNSAFE = frozenset(("innodb", "rocksdb", "ndbcluster", "performance_schema"))
_CLOSING = 3.0  # seconds after which a session that is listed is in use
_WAIT = 150  # seconds after which a server without a sign of life counts as gone (cluster.heartbeat.threshold)


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


class Server:
    """Statements about databases whose names are values, never parts of a statement that are not quoted."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def version(self) -> str:
        return _text(self.client.rows("SELECT VERSION()")[0][0])

    def tables(self, databases: t.Sequence[str]) -> dict[str, frozenset[str]]:
        """Base tables of those databases that are there."""
        found: dict[str, set[str]] = {}
        for (name,) in self._schema("`SCHEMA_NAME`", "SCHEMATA", "SCHEMA_NAME", databases):
            found[_text(name)] = set()
        rows = self._schema(
            "`TABLE_SCHEMA`, `TABLE_NAME`", "TABLES", "TABLE_SCHEMA", databases, "AND `TABLE_TYPE` = 'BASE TABLE'"
        )
        for schema, table in rows:
            found.setdefault(_text(schema), set()).add(_text(table))
        return {name: frozenset(held) for name, held in found.items()}

    def bytes(self, databases: t.Sequence[str]) -> int:
        rows = self._schema("SUM(`DATA_LENGTH`)", "TABLES", "TABLE_SCHEMA", databases)
        return int(rows[0][0] or 0) if rows else 0

    def unsafe_tables(self, databases: t.Sequence[str]) -> tuple[str, ...]:
        rows = self._schema(
            "`TABLE_SCHEMA`, `TABLE_NAME`, `ENGINE`",
            "TABLES",
            "TABLE_SCHEMA",
            databases,
            "AND `TABLE_TYPE` = 'BASE TABLE'",
        )
        named = ((f"{_text(schema)}.{_text(table)}", _text(engine)) for schema, table, engine in rows)
        return tuple(sorted(name for name, engine in named if engine.lower() not in _UNSAFE))

    def objects(self, databases: t.Sequence[str]) -> dict[str, dict[str, int]]:
        found = {name: dict.fromkeys(OBJECTS, 0) for name in databases}
        for kind, (column, table) in _COUNTS.items():
            for (name,) in self._schema(f"`{column}`", table, column, databases):
                found.setdefault(_text(name), dict.fromkeys(OBJECTS, 0))[kind] += 1
        return found

    def definers(self, databases: t.Sequence[str]) -> tuple[str, ...]:
        found: set[str] = set()
        for column, table in _COUNTS.values():
            found.update(_text(name) for (name,) in self._schema("`DEFINER`", table, column, databases))
        return tuple(sorted(found - {""}))

    def rows(self, databases: t.Sequence[str]) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for name, tables in self.tables(databases).items():
            counts = ((table, f"SELECT COUNT(*) FROM {quoted(name)}.{quoted(table)}") for table in sorted(tables))
            found[name] = {table: int(self.client.rows(statement)[0][0]) for table, statement in counts}
        self.client.end_reading()
        return found

    def broken_views(self, databases: t.Sequence[str]) -> tuple[str, ...]:
        broken = []
        views = self._schema("`TABLE_SCHEMA`, `TABLE_NAME`", "VIEWS", "TABLE_SCHEMA", databases)
        for schema, view in views:
            try:
                self.client.rows(f"SELECT 1 FROM {quoted(_text(schema))}.{quoted(_text(view))} LIMIT 1")
            except (DatabaseError, AccessDenied):
                broken.append(f"{_text(schema)}.{_text(view)}")
        self.client.end_reading()
        return tuple(broken)

    def cloudstack(self, database: str) -> str:
        """The version in the record of upgrades; "" where there is none."""
        statement = (
            f"SELECT `version` FROM {quoted(database)}.`version` WHERE `step` = 'Complete' ORDER BY `id` DESC LIMIT 1"
        )
        with contextlib.suppress(DatabaseError, AccessDenied):
            rows = self.client.rows(statement)
            return _text(rows[0][0]) if rows else ""
        return ""

    def living(self, database: str) -> tuple[str, ...]:
        """Addresses of management servers with a fresh sign of life."""
        statement = (
            f"SELECT `service_ip` FROM {quoted(database)}.`mshost` WHERE `removed` IS NULL AND `state` <> 'Down' "
            "AND `last_update` > UTC_TIMESTAMP() - INTERVAL %s SECOND"
        )
        with contextlib.suppress(DatabaseError):
            return tuple(_text(address).strip() for (address,) in self.client.rows(statement, _WAIT))
        return ()

    def settle(self, database: str) -> None:
        """Servers of a backup that was made while they ran are not alive here.

        A server does not start while the database has a living one with its address.
        """
        if "mshost" in self.tables([database]).get(database, ()):
            with self.client.transaction():
                self.client.change(f"UPDATE {quoted(database)}.`mshost` SET `state` = 'Down' WHERE `removed` IS NULL")

    def sessions(self, databases: t.Sequence[str]) -> tuple[str, ...]:
        """Who else is connected to the databases. Without the right PROCESS, sessions of the same user alone.

        A busy server lists a session for a moment after its client has closed it.
        """
        until = time.monotonic() + _CLOSING
        while True:
            rows = self.client.rows(
                "SELECT `USER`, `HOST`, `DB` FROM `information_schema`.`PROCESSLIST` WHERE `ID` <> CONNECTION_ID()"
            )
            found = [f"{_text(user)}@{_text(host)}" for user, host, name in rows if _text(name) in databases]
            if not found or time.monotonic() > until:
                return tuple(sorted(found))
            time.sleep(0.2)

    def variable(self, name: str) -> str:
        rows = self.client.rows("SHOW GLOBAL VARIABLES WHERE Variable_name = %s", name)
        return _text(rows[0][1]) if rows else ""

    def replica(self) -> tuple[bool, t.Optional[int]]:
        """Whether it replicates, and the seconds it is behind; None where it does not do so now."""
        rows: t.Sequence[t.Mapping[str, t.Any]] = ()
        for statement in ("SHOW REPLICA STATUS", "SHOW SLAVE STATUS"):
            with contextlib.suppress(DatabaseError):
                rows = self.client.named(statement)
                break
        if not rows:
            return False, None
        status = {name.lower(): _text(value) for name, value in rows[0].items()}

        def first(*keys: str) -> str:
            return next((status[key] for key in keys if key in status), "")

        runs = first("slave_io_running", "replica_io_running"), first("slave_sql_running", "replica_sql_running")
        behind = first("seconds_behind_master", "seconds_behind_source")
        return True, int(behind) if runs == ("Yes", "Yes") and behind.isdigit() else None

    def accounts(self) -> frozenset[str]:
        return frozenset(
            f"{_text(user)}@{_text(host)}"
            for user, host in self.client.rows("SELECT `User`, `Host` FROM `mysql`.`user`")
        )

    def make_account(self, user: str, host: str, password: str, databases: t.Sequence[str]) -> None:
        self.client.change("CREATE USER IF NOT EXISTS %s@%s IDENTIFIED BY %s", user, host, password)
        for name in databases:
            self.client.change(f"GRANT ALL ON {quoted(name)}.* TO %s@%s", user, host)
        self.client.change("GRANT PROCESS ON *.* TO %s@%s", user, host)

    def set_password(self, user: str, host: str, password: str) -> None:
        self.client.change("ALTER USER %s@%s IDENTIFIED BY %s", user, host, password)

    def lock(self, user: str, host: str, locked: bool) -> None:
        self.client.change(f"ALTER USER %s@%s ACCOUNT {'LOCK' if locked else 'UNLOCK'}", user, host)

    def note(self) -> str:
        """The backup whose restore is under way; "" for none."""
        if not self.tables([NOTE]).get(NOTE):
            return ""
        rows = self.client.rows(f"SELECT `name` FROM {quoted(NOTE)}.`unfinished`")
        self.client.end_reading()
        return _text(rows[0][0]) if rows else ""

    def set_note(self, name: str) -> None:
        self.client.change(f"CREATE DATABASE IF NOT EXISTS {quoted(NOTE)}")
        self.client.change(
            f"CREATE TABLE IF NOT EXISTS {quoted(NOTE)}.`unfinished` (`name` varchar(200)) ENGINE=InnoDB"
        )
        with self.client.transaction():
            self.client.change(f"DELETE FROM {quoted(NOTE)}.`unfinished`")
            self.client.change(f"INSERT INTO {quoted(NOTE)}.`unfinished` VALUES (%s)", name)

    def drop_note(self) -> None:
        self.drop(NOTE)

    def drop(self, database: str) -> None:
        self.client.change(f"DROP DATABASE IF EXISTS {quoted(database)}")

    def _schema(
        self, columns: str, table: str, column: str, databases: t.Sequence[str], more: str = ""
    ) -> t.Sequence[tuple[t.Any, ...]]:
        if not databases:
            return ()
        marks = ", ".join(["%s"] * len(databases))
        return self.client.rows(f"{MANY.format(columns, table, column, marks)} {more}", *databases)


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)
