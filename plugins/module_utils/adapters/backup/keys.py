# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``KeyHolder``: db.properties, the key file, and the program cloudstack-migrate-databases.

The program takes the old keys and the new database key as arguments, which every user of the machine can read while it
runs. It reads only the new management key from its environment.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
import subprocess
import typing as t

from ...core.backup.failure import BackupFailed
from ...core.backup.keys import Data, Keys, left_behind
from ...core.backup.restore import Target
from ...core.errors import InvalidValue, MissingValue, Reason, Refused
from ...core.machine.java_properties import ENCODING, parse
from ...core.text import shortened
from ..database.client import Client
from ..database.properties import DatabaseAccess, from_properties
from ..linux.client import Linux
from ..linux.files import replace
from ..linux.programs import ENVIRONMENT
from . import host
from .folder import write
from .server import Server
from .source import SCHEMA, stored

PROGRAM = "cloudstack-migrate-databases"
COPY = ".before-keys"


class Files:
    """properties: path of db.properties; the key file is beside it."""

    def __init__(self, properties: str, limit: float) -> None:
        folder = os.path.dirname(properties)
        self.properties, self.key = properties, os.path.join(folder, "key")
        # Of the management server alone; the program writes it too.
        self.server = os.path.join(folder, "server.properties")
        self.limit = limit

    def held(self, other: t.Optional[str]) -> Keys:
        try:
            return self._keys(self.properties, self.key, other)
        except Refused:
            kept = self.kept(other)
            if kept is None:
                raise
            # One of the two files is new.
            return dataclasses.replace(kept, in_file=False)

    def data(self, keys: Keys) -> Data:
        access = DatabaseAccess(**{**self._fields(keys.management), "key": keys.database, "version": ""})
        found, problem = stored(access)
        if problem or found is None:
            return Data()
        return Data(found)

    def running(self) -> Target:
        access = DatabaseAccess(**self._fields(""))
        names = (access.name, "cloud_usage")
        with contextlib.closing(Client(dataclasses.replace(access, name=SCHEMA))) as client:
            server = Server(client)
            sessions, living = server.sessions(names), server.living(access.name)
        return Target(active=host.active(Linux()), sessions=sessions, living=living)

    def kept(self, other: t.Optional[str]) -> t.Optional[Keys]:
        if not os.path.exists(self.properties + COPY):
            return None
        return self._keys(self.properties + COPY, self.key + COPY, other)

    def left_behind(self) -> dict[str, list[str]]:
        there = {"db.properties": self.properties, "server.properties": self.server}
        return {name: left_behind(name, self._said(path)) for name, path in there.items() if os.path.exists(path)}

    def keep(self) -> None:
        with self._failing():
            # db.properties last: by its copy the next run knows that there are copies.
            for path in (self.server, self.key, self.properties):
                if os.path.exists(path) and not os.path.exists(path + COPY):
                    with open(path, "rb") as file:
                        content = file.read()
                    write(path + COPY + ".new", content)
                    os.rename(path + COPY + ".new", path + COPY)

    def take_back(self) -> None:
        with self._failing():
            for path in (self.server, self.key, self.properties):
                if path == self.server and not os.path.exists(path + COPY):
                    continue
                with open(path + COPY, "rb") as file:
                    replace(path, file.read())

    def forget(self) -> None:
        with self._failing():
            for path in (self.properties, self.key, self.server):
                for left in (path + COPY, path + COPY + ".new"):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(left)

    def change(self, held: Keys, wish: Keys, with_data: bool) -> str:
        program = shutil.which(PROGRAM, path=ENVIRONMENT["PATH"])
        if program is None:
            raise BackupFailed("keys", f"{PROGRAM} is not installed: it is part of cloudstack-management 4.18 or newer")
        # Both keys always: without any of them the program refuses, and without the management key those of older
        # releases do not write db.properties. They change the version of the data only when they are forced.
        command = [program, "-m", held.management, "-d", held.database, "-l", "-e", wish.database]
        environment = {**ENVIRONMENT, "CLOUD_SECRET_KEY_NEW": wish.management}
        if wish.version != held.version:
            command += ["-v", wish.version, "-f"]
        command += [] if with_data else ["-s"]
        try:
            ended = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=self.limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BackupFailed("keys", f"{PROGRAM} did not end within {self.limit:.0f} s") from None
        lines = [line for line in ended.stdout.splitlines() if re.search(r"error|fail|success|skip|active", line, re.I)]
        said = " ".join(lines[-3:]) or f"exit code {ended.returncode}"
        for key in (held.management, held.database, wish.management, wish.database):
            said = said.replace(key, "****") if key else said
        return shortened(said, 200)

    def _keys(self, properties: str, key_file: str, other: t.Optional[str]) -> Keys:
        said = self._said(properties)
        kind = said.get("db.cloud.encryption.type", "none").strip().lower()
        if kind != "file":
            reason = Reason(
                "encryption_type",
                f"{properties} has encryption type {kind or 'none'}, and only type file can be changed",
                "set up encryption of type file with cloudstack-setup-databases first",
            )
            raise Refused(properties, [reason])
        in_file = self._text(key_file)
        for key in (in_file, other):
            if key:
                with contextlib.suppress(InvalidValue):
                    fields = from_properties(properties, None, key)
                    version = said.get("db.cloud.encryptor.version", "").strip().upper()
                    return Keys(key, fields["key"], version, key == in_file)
        reason = Reason(
            "management_key",
            f"neither the key file nor the new key decrypts {properties}",
            "restore both files from one backup",
        )
        raise Refused(properties, [reason])

    def _fields(self, first: str) -> dict[str, t.Any]:
        """How the database is reached, by the files as they are now or as they were kept."""
        for properties, key_file in ((self.properties, self.key), (self.properties + COPY, self.key + COPY)):
            for key in (first, self._text(key_file)):
                with contextlib.suppress(InvalidValue, MissingValue):
                    if key:
                        return from_properties(properties, None, key)
        return from_properties(self.properties, None, self._text(self.key))

    def _said(self, path: str) -> dict[str, str]:
        try:
            with open(path, encoding=ENCODING) as file:
                return parse(file.read(1_000_000))
        except OSError as error:
            raise InvalidValue("properties", path, f"a readable file ({error.strerror})") from None

    @staticmethod
    def _text(path: str) -> str:
        try:
            with open(path, encoding="utf-8") as file:
                return file.readline().rstrip("\r\n")
        except (OSError, UnicodeError):
            return ""

    @contextlib.contextmanager
    def _failing(self) -> t.Iterator[None]:
        try:
            yield
        except OSError as error:
            raise BackupFailed("keys", f"{error.filename or self.properties}: {error.strerror or error}") from None
