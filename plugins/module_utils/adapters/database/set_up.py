# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes CloudStack's databases as cloudstack-setup-databases does, without what it drops and what it shows.

Source: the script of 4.22 and what it does with --schema-only: the files of the package as the ordinary user. The
password goes to the program mysql or mariadb by a file in memory, the SQL by its input.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
import typing as t
from dataclasses import replace

from ...core.database.forms import EMPTY
from ...core.database.set_up.decide import MARKER, Found, Wanted
from ...core.errors import AccessDenied, DatabaseError, NotFound, Reason, Refused, TransportError
from ...core.text import shortened
from ..linux.programs import ENVIRONMENT, in_memory
from . import encryption
from .client import Client
from .client_programs import CLIENTS, options, program_of
from .properties import DatabaseAccess

FILES = ("create-schema", "create-schema-premium", "server-setup", "templates")
DATABASES = ("cloud", "cloud_usage")
LOCK = "hostcraft.cloudstack.set_up"
FRESH = 150  # seconds since a server wrote that it lives: cluster.heartbeat.threshold
CHECK = 30  # seconds that the check of a start takes that has nothing to upgrade
_CREATED = re.compile(r"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:`?(\w+)`?\.)?`?(\w+)`?", re.IGNORECASE)
_UNKNOWN = 1049
# The package presets two settings in the same way; the first start adds the others and keeps values.
_SETTING = (
    "INSERT INTO cloud.configuration (category, instance, component, name, value) "
    "VALUES ('Advanced', 'DEFAULT', 'management-server', %s, %s) ON DUPLICATE KEY UPDATE value = VALUES(value)"
)


class SetUp:
    """wanted: the ordinary account. admin: one that may create databases and users; None where there is none."""

    def __init__(
        self,
        wanted: Wanted,
        admin: t.Optional[tuple[str, str]],
        sql: str,
        hosts: t.Sequence[str],
        charset: str,
        settings: t.Mapping[str, object],
        ca_path: t.Optional[str] = None,
    ) -> None:
        self._wanted, self._sql, self._hosts, self._charset = wanted, sql, tuple(hosts), charset
        self._settings = dict(settings)
        common = DatabaseAccess(
            host=wanted.host, port=wanted.port, name="", tls=ca_path is not None, ca_path=ca_path, timeout=60.0
        )
        self._access = replace(common, user=wanted.user, password=wanted.password)
        self._user = Client(self._access)
        self._admin = Client(replace(common, user=admin[0], password=admin[1])) if admin else None
        self._sees = self._user

    @contextlib.contextmanager
    def locked(self, seconds: float) -> t.Iterator[None]:
        """Only one machine at a time makes databases. Raises Refused where another one does so for that long."""
        client, began = self._sees, time.monotonic()
        while client.rows("SELECT GET_LOCK(%s, 5)", LOCK)[0][0] != 1:
            if time.monotonic() - began > seconds:
                raise Refused("the databases", [Reason("busy", "another run makes them", "run the role again later")])
        try:
            yield
        finally:
            with contextlib.suppress(DatabaseError, TransportError):
                client.rows("SELECT RELEASE_LOCK(%s)", LOCK)

    def look(self) -> Found:
        """Raises AccessDenied where neither account may look, TransportError."""
        client = self._looking()
        client.end_reading()
        tables: dict[str, set[str]] = {}
        for (name,) in client.rows("SELECT schema_name FROM information_schema.schemata"):
            if _text(name) in DATABASES:
                tables[_text(name)] = set()
        for database, name in client.rows(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN (%s, %s)", *DATABASES
        ):
            tables.setdefault(_text(database), set()).add(_text(name))
        held = tables.get("cloud", set())
        init, found_init = EMPTY, []
        if "configuration" in held:
            found_init = list(client.rows("SELECT value FROM cloud.configuration WHERE name = 'init'"))
        if found_init and found_init[0][0]:
            init = encryption.read(_text(found_init[0][0]), self._wanted.database_key)[0]
        versions = client.rows("SELECT version, step FROM cloud.version ORDER BY id") if "version" in held else ()
        servers, living = self._servers(client) if "mshost" in held else (0, ())
        upgrading = self._upgrading(client)
        client.end_reading()
        return Found(
            {name: frozenset(names) for name, names in tables.items()},
            self._needed(),
            tuple((_text(version), _text(step)) for version, step in versions),
            servers,
            living,
            init,
            upgrading,
        )

    @staticmethod
    def _upgrading(client: Client) -> bool:
        """Whether a server holds the lock of the schema for longer than a start that has nothing to upgrade."""
        until = time.monotonic() + CHECK
        while client.rows("SELECT IS_USED_LOCK('DatabaseUpgrade')")[0][0] is not None:
            if time.monotonic() > until:
                return True
            time.sleep(1)
        return False

    def prove(self) -> None:
        """The ordinary account opens both databases from this machine. Raises AccessDenied, DatabaseError."""
        for database in DATABASES:
            self._user.rows(f"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '{database}'")
            self._user.change(f"USE {database}")

    def make(self) -> None:
        """Databases, accounts and tables. Nothing is dropped but tables of a load that did not end."""
        if self._admin is not None:
            self._accounts(self._admin)
        self.prove()
        self._user.change(f"CREATE TABLE IF NOT EXISTS cloud.{MARKER} (began datetime)")
        for name in FILES:
            self._load(os.path.join(self._sql, f"{name}.sql"))
        with self._user.transaction():
            for setting, value in self._settings.items():
                self._user.change(_SETTING, setting, str(value))
        self._user.change(f"DROP TABLE IF EXISTS cloud.{MARKER}")

    def close(self) -> None:
        self._user.close()
        if self._admin is not None:
            self._admin.close()

    def _looking(self) -> Client:
        """The ordinary account where it opens both databases, else the administrative one.

        An account without rights on a database does not see it, and would find it missing.
        """
        try:
            self.prove()
            self._sees = self._user
        except (AccessDenied, DatabaseError) as error:
            if self._admin is not None:
                self._sees = self._admin
            elif getattr(error, "number", None) != _UNKNOWN:
                raise
        return self._sees

    def _servers(self, client: Client) -> tuple[int, tuple[str, ...]]:
        rows = client.rows(
            "SELECT service_ip, state = 'Up' AND last_update > UTC_TIMESTAMP() - INTERVAL %s SECOND FROM cloud.mshost "
            "WHERE removed IS NULL",
            FRESH,
        )
        return len(rows), tuple(_text(address) for address, lives in rows if lives)

    def _needed(self) -> frozenset[str]:
        path = os.path.join(self._sql, "create-schema.sql")
        return frozenset(name for _database, name in _CREATED.findall(_content(path)))

    def _accounts(self, admin: Client) -> None:
        its = self._wanted
        for database in DATABASES:
            admin.change(f"CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET {self._charset}")
        for host in self._hosts:
            admin.change("CREATE USER IF NOT EXISTS %s@%s IDENTIFIED BY %s", its.user, host, its.password)
            for database in DATABASES:
                admin.change(f"GRANT ALL ON {database}.* TO %s@%s", its.user, host)
            admin.change("GRANT PROCESS ON *.* TO %s@%s", its.user, host)

    def _load(self, path: str) -> None:
        program, mariadb = program_of(CLIENTS)
        held = in_memory(options(self._access, mariadb))
        command = [program, f"--defaults-file=/proc/self/fd/{held}", "--default-character-set=utf8mb4", "--batch"]
        try:
            ended = subprocess.run(
                command,
                input=_content(path),
                env=ENVIRONMENT,
                capture_output=True,
                text=True,
                check=False,
                timeout=1800,
                pass_fds=(held,),
            )
        except subprocess.TimeoutExpired:
            raise TransportError(f"{path} was not loaded within 30 minutes", command=program) from None
        finally:
            os.close(held)
        if ended.returncode:
            raise DatabaseError(f"{path}: {shortened(ended.stderr.strip(), 300)}", where=self._user.where)


def _content(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError as error:
        raise NotFound("file", path, error.strerror or "") from None


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)
