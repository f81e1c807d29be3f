# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``DatabaseServer`` on MariaDB: variables, accounts and replication of one server.

Sources: MariaDB's documentation of each statement; SHOW SLAVE STATUS and information_schema of a MariaDB 10.11.
"""

from __future__ import annotations

import contextlib
import re
import typing as t

from ...core.database.accounts import Held, Step
from ...core.database.replication import SYSTEM, Server, Source
from ...core.database.values import meaning
from ...core.errors import DatabaseError, Unsupported
from .client import Client
from .properties import DatabaseAccess

_NAME = re.compile(r"[a-z][a-z0-9_]*")
READ_ONLY, NO_USER, SYNTAX = 1238, 1133, 1064
# Accounts that each server makes for itself.
OWN = frozenset(("root", "mariadb.sys", "mysql", "mysql.sys", "mysql.session", "mysql.infoschema", "debian-sys-maint"))


def open_server(access: DatabaseAccess) -> MariaDbServer:
    """Nothing is sent yet. Raises MissingLibrary."""
    return MariaDbServer(Client(access))


class MariaDbServer:
    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def where(self) -> str:
        return self._client.where

    def close(self) -> None:
        self._client.close()

    def version(self) -> str:
        return str(self._client.rows("SELECT VERSION()")[0][0])

    def variables(self) -> tuple[dict[str, str], frozenset[str]]:
        """Global values by name, and the names of those that cannot be set while the server runs."""
        held = {_text(name).lower(): _text(value) for name, value in self._client.rows("SHOW GLOBAL VARIABLES")}
        try:
            fixed = self._client.rows(
                "SELECT variable_name FROM information_schema.system_variables WHERE read_only = 'YES'"
            )
        except DatabaseError:
            # MySQL has no such table; a variable that cannot be set says so when it is tried.
            fixed = ()
        self._client.end_reading()
        return held, frozenset(_text(name).lower() for (name,) in fixed)

    def set_variable(self, name: str, value: str) -> bool:
        """False where only a restart sets it."""
        if not _NAME.fullmatch(name):
            raise Unsupported(f"{name!r} is not the name of a variable", variable=name)
        meant = meaning(value)
        given: object = int(meant) if isinstance(meant, int) else meant if isinstance(meant, float) else value
        try:
            self._client.change(f"SET GLOBAL `{name}` = %s", given)
        except DatabaseError as error:
            if error.details.get("number") == READ_ONLY:
                return False
            raise
        return True

    def replication(self) -> Server:
        held, _fixed = self.variables()
        status = self.status()
        databases = [_text(name) for (name,) in self._client.rows("SHOW DATABASES")]
        found = Server(
            version=held.get("version", ""),
            server_id=int(held.get("server_id", 0)),
            read_only=meaning(held.get("read_only", "OFF")) not in (False, 0),
            binary_log=meaning(held.get("log_bin", "OFF")) is True,
            binlog_format=held.get("binlog_format", ""),
            position=held.get("gtid_current_pos", ""),
            state=held.get("gtid_binlog_state", ""),
            replicated=held.get("gtid_slave_pos", ""),
            source=self._source(),
            databases=tuple(sorted(name for name in databases if name.lower() not in SYSTEM)),
            unsafe=self._unsafe(),
            replicas=self._replicas(),
            semi_sync=meaning(status.get("rpl_semi_sync_master_status", "OFF")) is True
            and meaning(status.get("rpl_semi_sync_master_clients", "0")) not in (False, 0),
            domain=int(held.get("gtid_domain_id", 0)),
        )
        self._client.end_reading()
        return found

    def status(self) -> dict[str, str]:
        found = {_text(name).lower(): _text(value) for name, value in self._client.rows("SHOW GLOBAL STATUS")}
        self._client.end_reading()
        return found

    def position(self) -> str:
        """The last transaction of the binary log, and of what was replicated."""
        return _text(self._client.rows("SELECT @@GLOBAL.gtid_current_pos")[0][0])

    def _source(self) -> t.Optional[Source]:
        rows = self._status_of_replica()
        if not rows or not _text(rows[0].get("Master_Host")):
            return None
        row = rows[0]

        def error(kind: str) -> str:
            number = row.get(f"Last_{kind}_Errno") or 0
            return f"{_text(row.get(f'Last_{kind}_Error'))} (error {number})" if int(number) else ""

        lag = row.get("Seconds_Behind_Master")
        return Source(
            _text(row["Master_Host"]),
            int(row.get("Master_Port") or 0),
            _text(row.get("Slave_IO_Running")),
            _text(row.get("Slave_SQL_Running")) == "Yes",
            None if lag is None else int(lag),
            _text(row.get("Gtid_IO_Pos")),
            error("IO"),
            error("SQL"),
            _text(row.get("Using_Gtid")) not in ("No", ""),
        )

    def _status_of_replica(self) -> t.Sequence[t.Mapping[str, t.Any]]:
        try:
            return self._client.named("SHOW SLAVE STATUS")
        except DatabaseError as error:
            if error.details.get("number") != SYNTAX:
                raise
        # MySQL 8.4 knows only the new words, and the servers before it not all of them.
        found = self._client.named("SHOW REPLICA STATUS")
        return [
            {name.replace("Source", "Master").replace("Replica", "Slave"): value for name, value in row.items()}
            for row in found
        ]

    def _unsafe(self) -> tuple[str, ...]:
        """Tables without transactions, of databases that are not the system's."""
        rows = self._client.rows(
            "SELECT CONCAT(t.table_schema, '.', t.table_name) FROM information_schema.tables t "
            "LEFT JOIN information_schema.engines e ON e.engine = t.engine WHERE t.table_type = 'BASE TABLE' "
            "AND COALESCE(e.transactions, 'NO') <> 'YES' "
            "AND t.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') ORDER BY 1"
        )
        return tuple(_text(name) for (name,) in rows)

    def _replicas(self) -> int:
        rows = self._client.rows(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'"
        )
        return int(rows[0][0])

    def set_read_only(self, value: bool) -> None:
        self._client.change(f"SET GLOBAL read_only = {int(value)}")

    def end_replication(self) -> None:
        self._client.change("STOP SLAVE")
        self._client.change("RESET SLAVE ALL")

    def stop_receiving(self) -> None:
        self._client.change("STOP SLAVE IO_THREAD")

    def start_applying(self) -> None:
        self._client.change("START SLAVE SQL_THREAD")

    def start(self) -> None:
        self._client.change("START SLAVE")

    def take_position(self, position: str) -> None:
        """What was done is what was replicated, without a binary log of its own."""
        self._client.change("RESET MASTER")
        self._client.change("SET GLOBAL gtid_slave_pos = %s", position)

    def keep_position(self) -> None:
        """What an old primary has written counts as replicated."""
        self._client.change("SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_current_pos")

    def point(self, host: str, port: int, user: str, password: str, tls: bool) -> None:
        self._client.change(
            "CHANGE MASTER TO master_host = %s, master_port = %s, master_user = %s, master_password = %s, "
            f"master_ssl = {int(tls)}, master_connect_retry = 5, master_use_gtid = slave_pos",
            host,
            port,
            user,
            password,
        )

    def accounts(self) -> tuple[Held, ...]:
        found = []
        with contextlib.suppress(DatabaseError):
            # MySQL only: hashes have bytes that are no text.
            self._client.change("SET SESSION print_identified_with_as_hex = 1")
        columns = {_text(row[0]).lower() for row in self._client.rows("SHOW COLUMNS FROM mysql.user")}
        where = " WHERE is_role <> 'Y'" if "is_role" in columns else ""
        for name, host in self._client.rows(f"SELECT user, host FROM mysql.user{where} ORDER BY user, host"):
            user, place = _text(name), _text(host)
            try:
                login = _text(self._client.rows("SHOW CREATE USER %s@%s", user, place)[0][0])
                grants = tuple(_text(row[0]) for row in self._client.rows("SHOW GRANTS FOR %s@%s", user, place))
            except DatabaseError as error:
                if error.details.get("number") != NO_USER:
                    raise
                found.append(Held(user, place, matched=False))
            else:
                found.append(Held(user, place, login, grants))
        self._client.end_reading()
        return tuple(found)

    def privileges(self) -> frozenset[str]:
        """Names of all that can be granted at ``*.*``, without the right to grant."""
        found = {_text(row[0]).upper() for row in self._client.rows("SHOW PRIVILEGES")}
        self._client.end_reading()
        return frozenset(found - {"GRANT OPTION", "PROXY", "USAGE"})

    def perform(self, steps: t.Iterable[Step], log: bool = True) -> None:
        """log: whether replicas do the same."""
        self._client.change(f"SET SESSION sql_log_bin = {int(log)}")
        for step in steps:
            self._client.change(step.statement, *step.values)

    def take_accounts(self, accounts: t.Iterable[Held]) -> None:
        """Another server's accounts, without logging them; each server's own stay."""
        self._client.change("SET SESSION sql_log_bin = 0")
        for each in accounts:
            if not each.name or each.name in OWN or not each.matched:
                continue
            self._client.change("DROP USER IF EXISTS %s@%s", each.name, each.host)
            self._client.change(each.login)
            for grant in each.grants:
                self._client.change(grant)

    def drop_databases(self, names: t.Iterable[str], log: bool = False) -> None:
        self._client.change(f"SET SESSION sql_log_bin = {int(log)}")
        for name in names:
            self._client.change("DROP DATABASE IF EXISTS `{}`".format(name.replace("`", "``")))

    def tables_of(self, database: str) -> int:
        rows = self._client.rows("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s", database)
        return int(rows[0][0])


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
