# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``Destination``: this host's files, and a database server with an administrator's account."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
import typing as t

from ...core.backup.dump import Scan
from ...core.backup.failure import BackupFailed
from ...core.backup.manifest import Manifest
from ...core.backup.members import FILE, Member
from ...core.backup.restore import Target
from ...core.errors import AccessDenied, InvalidValue, MissingValue, Reason, Refused
from ...core.machine.java_properties import ENCODING, entries, entry_of, parse, text_of
from ...core.servers.environment_file import management_key
from ...core.text import several
from ..database.client import Client
from ..database.properties import DatabaseAccess, from_properties
from ..linux.client import Linux
from ..linux.files import text_at
from . import host, programs, tree
from .folder import CHUNK, write
from .seal import reading
from .server import Server
from .source import SCHEMA, stored

PROPERTIES = "/etc/cloudstack/management/db.properties"
ENVIRONMENT = "/etc/default/cloudstack-management"
DEFAULT_HOSTS = ("localhost", "%")


class Restored:
    """admin: an account that may make accounts and databases. settings: to be other ones in db.properties.

    management_key: where the backup has none (encryption type web). properties, environment: paths in the backup, of
    db.properties and of the file that sets the management key of encryption type env.
    """

    def __init__(
        self,
        admin: t.Optional[DatabaseAccess],
        passphrase: str,
        settings: t.Mapping[str, str],
        management_key: t.Optional[str] = None,
        limit: float = 14400.0,
        properties: str = PROPERTIES,
        environment: str = ENVIRONMENT,
    ) -> None:
        self._admin, self._passphrase, self._limit = admin, passphrase, limit
        self._settings, self._management_key = dict(settings), management_key
        self._properties, self._key = properties, os.path.join(os.path.dirname(properties), "key")
        self._environment = environment
        self._held: list[tree.Held] = []
        self._fields: t.Optional[dict[str, t.Any]] = None

    def read_dump(self, path: str, scan: Scan) -> None:
        with reading(path, self._passphrase) as stream:
            for line in stream:
                scan.feed(line)

    def members(self, path: str) -> t.Sequence[Member]:
        with reading(path, self._passphrase) as stream:
            self._held = tree.unpack(stream)
            while stream.read(CHUNK):
                pass
        return [each.member for each in self._held]

    def target(self, manifest: Manifest) -> Target:
        linux = Linux()
        configured = os.path.lexists(self._key) or bool(
            parse(text_at(self._properties, ENCODING)).get("db.cloud.encrypt.secret", "").strip()
        )
        self._held = [self._as_set(each) for each in self._held]
        unknown = tree.unknown_owners(self._held)
        if unknown:
            told = f"this host does not have {', '.join(unknown)}, to which files of the backup belong"
            remedy = "install cloudstack-management of the backup's release first"
            raise Refused(f"backup {manifest.name}", [Reason("owner_missing", told, remedy)])
        found = Target(
            active=host.active(linux),
            package=host.package(linux),
            files=tree.differing(self._held) if configured else (),
        )
        if not manifest.rows:
            return found
        names = manifest.databases
        with self._server() as server:
            tables = server.tables(names)
            living = [server.living(name) for name in names if "mshost" in tables.get(name, ())]
            is_replica = False
            with contextlib.suppress(AccessDenied):
                is_replica = server.replica()[0]
            return dataclasses.replace(
                found,
                tables={name: len(held) for name, held in tables.items()},
                unfinished=server.note(),
                sessions=server.sessions(names),
                living=tuple(each for held in living for each in held),
                accounts=server.accounts(),
                replica=is_replica,
                read_only=server.variable("read_only") == "ON",
            )

    def accounts(self, manifest: Manifest) -> t.Sequence[str]:
        """CloudStack's account at the hosts where views need it, or where the server has it, else at the usual ones."""
        own = self._own()
        if own is None:
            return ()
        user = own["user"]
        needed = {each.rpartition("@")[2] for each in manifest.definers if each.rpartition("@")[0] == user}
        with self._server() as server:
            there = {each.rpartition("@")[2] for each in server.accounts() if each.rpartition("@")[0] == user}
        return sorted(f"{user}@{name}" for name in needed | (there or set(DEFAULT_HOSTS)))

    def shut(self, manifest: Manifest) -> None:
        own = self._own() or {}
        with self._server() as server:
            server.set_note(manifest.name)
            for account in self.accounts(manifest):
                user, _at, name = account.rpartition("@")
                server.make_account(user, name, own["password"], manifest.databases)
                server.set_password(user, name, own["password"])
                server.lock(user, name, True)
            late = server.sessions(manifest.databases)
        if late:
            told = f"the databases are in use: {several(late, 5)}"
            raise Refused(f"backup {manifest.name}", [Reason("sessions_open", told, "stop all servers first")])

    def load(self, path: str, manifest: Manifest) -> None:
        with self._server() as server:
            for name in manifest.databases:
                server.drop(name)
        with reading(path, self._passphrase) as stream:
            programs.load(self._access(), stream, Scan(manifest.databases), self._limit)

    def rows(self, databases: t.Sequence[str]) -> t.Mapping[str, t.Mapping[str, int]]:
        with self._server() as server:
            return server.rows(databases)

    def objects(self, databases: t.Sequence[str]) -> t.Mapping[str, t.Mapping[str, int]]:
        with self._server() as server:
            return server.objects(databases)

    def broken_views(self, databases: t.Sequence[str]) -> t.Sequence[str]:
        with self._server() as server:
            return server.broken_views(databases)

    def secrets(self) -> t.Optional[t.Mapping[str, int]]:
        own = self._own()
        if own is None:
            return None
        wanted = {name: own[name] for name in ("name", "key", "version")}
        found, problem = stored(dataclasses.replace(self._access(), **wanted))
        if problem:
            raise BackupFailed("secrets", problem)
        return found

    def place(self) -> t.Sequence[str]:
        return tree.place(self._held)

    def open(self, manifest: Manifest) -> None:
        with self._server() as server:
            for name in manifest.databases:
                server.settle(name)
            for account in self.accounts(manifest):
                user, _at, name = account.rpartition("@")
                server.lock(user, name, False)
            server.drop_note()

    def logs_in(self) -> bool:
        own, admin = self._own(), self._access()
        if own is None:
            return True
        access = dataclasses.replace(admin, user=own["user"], password=own["password"], name=own["name"])
        with contextlib.closing(Client(access)) as client:
            try:
                client.rows("SELECT 1")
            except AccessDenied:
                return False
        return True

    @contextlib.contextmanager
    def _server(self) -> t.Iterator[Server]:
        with contextlib.closing(Client(dataclasses.replace(self._access(), name=SCHEMA))) as client:
            yield Server(client)

    def _access(self) -> DatabaseAccess:
        if self._admin is None:
            raise MissingValue("the databases of the backup", ["database"])
        return self._admin

    def _own(self) -> t.Optional[dict[str, t.Any]]:
        """How CloudStack reaches its database, by the files of the backup; None where it has no db.properties.

        Raises BackupFailed, MissingValue.
        """
        if self._fields is None:
            content = {each.path: each.content for each in self._held if each.member.kind == FILE}
            if self._properties not in content:
                return None
            with tempfile.TemporaryDirectory(prefix="hostcraft-") as folder:
                for path in (self._properties, self._key):
                    if path in content:
                        write(os.path.join(folder, os.path.basename(path)), content[path])
                here = os.path.join(folder, os.path.basename(self._properties))
                said = parse(content[self._properties].decode(ENCODING)).get("db.cloud.encryption.type", "")
                key = self._management_key
                if not key and said.strip().lower() == "env":
                    key = management_key(content.get(self._environment, b"").decode("utf-8", "replace"))
                try:
                    self._fields = from_properties(here, None, key)
                except InvalidValue as error:
                    raise BackupFailed("files", f"{self._properties} of the backup: {error.message}") from None
        return self._fields

    def _as_set(self, held: tree.Held) -> tree.Held:
        """db.properties with the settings of the task."""
        if held.path != self._properties or not self._settings:
            return held
        text, wanted = held.content.decode(ENCODING), self._settings
        there = entries(text)
        lines = [entry_of(each.key, wanted[each.key]) if each.key in wanted else each for each in there]
        missing = wanted.keys() - {each.key for each in there}
        lines += [entry_of(name, wanted[name]) for name in sorted(missing)]
        return dataclasses.replace(held, content=text_of(lines, text).encode(ENCODING))
