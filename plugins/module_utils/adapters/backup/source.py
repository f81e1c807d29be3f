# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``Source``: this host's files, and the databases that it reaches."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing as t

from ...core.backup.dump import Scan
from ...core.backup.make import Facts
from ...core.backup.manifest import DUMP, FILES, Part
from ...core.database.forms import FORMS
from ...core.errors import AccessDenied, DatabaseError, Refused
from ..database.client import Client
from ..database.gateway import open_database
from ..database.properties import DatabaseAccess
from ..linux.client import Linux
from . import host, programs, tree
from .seal import writing
from .server import Server

SCHEMA = "information_schema"


@dataclasses.dataclass(frozen=True)
class Local:
    """access: None where only files are backed up. cloud: the database with the encrypted values."""

    access: t.Optional[DatabaseAccess]
    databases: tuple[str, ...]
    roots: tuple[str, ...]
    passphrase: str = dataclasses.field(default="", repr=False)
    replica: bool = False
    limit: float = 14400.0

    def facts(self) -> Facts:
        linux = Linux()
        roots = tuple(root for root in self.roots if os.path.lexists(root))
        files = sum(map(_size, roots))
        found = Facts(package=host.package(linux), roots=roots, bytes=files)
        if self.access is None or not self.databases:
            return found
        with _server(self.access) as server:
            secrets, problem = stored(self.access)
            is_replica, lag = server.replica() if self.replica else (False, None)
            return dataclasses.replace(
                found,
                cloudstack=server.cloudstack(self.databases[0]),
                database=server.version(),
                tables=server.tables(self.databases),
                objects=server.objects(self.databases),
                definers=server.definers(self.databases),
                unsafe_tables=server.unsafe_tables(self.databases),
                replica=is_replica,
                lag=lag,
                bytes=files + server.bytes(self.databases),
                secrets=secrets,
                key_problem=problem,
            )

    def dump(self, folder: str, scan: Scan) -> Part:
        access = self._access()
        with _server(access) as server:
            position = server.variable("log_bin") == "ON"
        parts: list[Part] = []
        with writing(folder, DUMP, self.passphrase, parts) as out:
            programs.dump(access, self.databases, position, out, scan, self.limit)
        return parts[0]

    def archive(self, folder: str, roots: t.Sequence[str]) -> Part:
        parts: list[Part] = []
        with writing(folder, FILES, self.passphrase, parts) as out:
            tree.pack(roots, out)
        return parts[0]

    def _access(self) -> DatabaseAccess:
        if self.access is None:
            raise ValueError("no database")
        return self.access


@contextlib.contextmanager
def _server(access: DatabaseAccess) -> t.Iterator[Server]:
    with contextlib.closing(Client(dataclasses.replace(access, name=SCHEMA))) as client:
        yield Server(client)


def stored(access: DatabaseAccess) -> tuple[t.Optional[dict[str, int]], str]:
    """How many values are stored in each form, by the access' own key, and why that key does not fit.

    None where the server encrypts nothing.
    """
    if not access.key:
        return None, ""
    with contextlib.closing(open_database(access)) as database:
        try:
            database.encrypting()
            found = database.stored()
        except Refused as error:
            return None, error.message
        except (DatabaseError, AccessDenied):
            # No database of CloudStack.
            return None, ""
    forms = dict.fromkeys(FORMS, 0)
    for each in found:
        forms[each.form] += 1
    return forms, ""


def _size(path: str) -> int:
    if not os.path.isdir(path) or os.path.islink(path):
        return os.lstat(path).st_size
    return sum(
        os.lstat(os.path.join(folder, name)).st_size for folder, _folders, names in os.walk(path) for name in names
    )
