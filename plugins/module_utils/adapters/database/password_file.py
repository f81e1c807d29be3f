# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password of CloudStack's account in db.properties: read, proved by a connection, written, put back."""

from __future__ import annotations

import contextlib
import os
import typing as t
from dataclasses import dataclass, field, replace

from ...core.database import forms
from ...core.errors import InvalidValue
from ...core.machine.agent_properties import decide as changed_properties
from ...core.machine.java_properties import ENCODING
from ..linux import files
from . import encryption
from .client import Client
from .properties import DatabaseAccess, from_properties, keys_of

SIDES = ("cloud", "usage")
COPY = ".before-password"  # beside the file, until the change is complete


@dataclass(frozen=True)
class PasswordFile:
    """path: of db.properties; a link is followed. key_file, management_key: None for the key file beside it."""

    path: str
    key_file: t.Optional[str] = None
    management_key: t.Optional[str] = field(default=None, repr=False)

    @property
    def copy(self) -> str:
        return os.path.realpath(self.path) + COPY

    def holds(self, password: str) -> bool:
        """Whether both databases are opened with it."""
        its = keys_of(self.path, self.key_file, self.management_key)
        return all(self._clear(its.held.get(f"db.{side}.password", ""), its.key)[1] == password for side in SIDES)

    def prove(self, password: t.Optional[str] = None) -> None:
        """Both databases are opened from this machine, with a password or what the file has.

        Raises AccessDenied, DatabaseError, TransportError.
        """
        access = DatabaseAccess(**from_properties(self.path, self.key_file, self.management_key))
        if password is not None:
            access = replace(access, password=password)
        for name in (access.name, "cloud_usage"):
            with contextlib.closing(Client(replace(access, name=name))) as client:
                client.rows("SELECT 1")

    def write(self, password: str) -> None:
        """Encrypted as the present one or the database key is: the server reads all values of a file as the first.

        The file before is kept beside it, readable by its owner alone.
        """
        its = keys_of(self.path, self.key_file, self.management_key)
        if its.kind == "none":
            value = password
        else:
            held = [its.held.get(name, "") for name in ("db.cloud.password", "db.cloud.encrypt.secret")]
            found = [form for form in (self._clear(each, its.key)[0] for each in held) if form in forms.VERSIONS]
            version = found[0] if found else forms.V2
            value = f"{forms.ENC}{encryption.encrypt(version, its.key, password)}{forms.END}"
        before = self._bytes()
        change = changed_properties(before.decode(ENCODING), {f"db.{side}.password": value for side in SIDES})
        if not os.path.exists(self.copy):
            files.create(self.copy, before, 0o600)
        files.replace(self.path, change.text.encode(ENCODING))

    def restore(self) -> bool:
        """The file from before; False where no change is under way."""
        try:
            with open(self.copy, "rb") as file:
                before = file.read()
        except FileNotFoundError:
            return False
        files.replace(self.path, before)
        os.unlink(self.copy)
        return True

    def _bytes(self) -> bytes:
        with open(self.path, "rb") as file:
            return file.read()

    def _clear(self, value: str, key: str) -> tuple[str, t.Optional[str]]:
        packed = forms.inside(value.strip())
        if packed is None:
            return forms.PLAIN, value.strip()
        form, text = encryption.read(packed, key)
        if text is None:
            raise InvalidValue("management_key", "(not shown)", f"the key that decrypts {self.path}; this one does not")
        return form, text
