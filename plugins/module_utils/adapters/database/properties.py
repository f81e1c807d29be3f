# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What db.properties says of the database and its encryption.

Source: EncryptionSecretKeyChecker and the file of the packages of CloudStack 4.22: ``db.cloud.encrypt.secret`` is the
database key, encrypted with the management key; every value may be ``ENC(…)``, encrypted with the management key. The
server reads ``ENC(…)`` of either version: ``db.cloud.encryptor.version`` is about the values of the database alone.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

from ...core.database import forms
from ...core.database.forms import VERSIONS
from ...core.errors import InvalidValue, MissingValue
from ...core.machine.java_properties import ENCODING, parse
from ...core.servers.environment_file import VARIABLE
from ...core.servers.environment_file import management_key as management_key_in
from ..linux.files import text_at
from . import encryption

PORT = 3306
ENVIRONMENTS = "/etc/default"  # of the units of the management server and of the usage server
MOST = 1_000_000  # bytes of a file that is read


@dataclass(frozen=True)
class DatabaseAccess:
    """How to reach the database. key: the database key, "" where nothing is encrypted. version: "" where not told."""

    host: str = "localhost"
    port: int = PORT
    unix_socket: t.Optional[str] = None
    user: str = "cloud"
    password: str = field(default="", repr=False)
    name: str = "cloud"
    tls: bool = False
    validate_certs: bool = True
    ca_path: t.Optional[str] = None
    client_cert: t.Optional[str] = None
    client_key: t.Optional[str] = None
    timeout: float = 15.0
    key: str = field(default="", repr=False)
    version: str = ""


@dataclass(frozen=True)
class Keys:
    """What a file says, and the management key. kind: of the encryption, "none" where there is none.

    version: of the values of the database, "" where not told.
    """

    held: t.Mapping[str, str] = field(repr=False)
    kind: str
    key: str = field(repr=False)
    version: str


def keys_of(path: str, key_path: t.Optional[str], management_key: t.Optional[str]) -> Keys:
    """Raises InvalidValue, MissingValue."""
    held = parse(_text(path, "database.properties"))
    kind = held.get("db.cloud.encryption.type", "none").strip().lower() or "none"
    version = _version(held.get("db.cloud.encryptor.version", "").strip())
    key = management_key or ""
    if not key and (kind == "file" or key_path):
        place = key_path or os.path.join(os.path.dirname(path), "key")
        # The server reads the first line only.
        key = (
            _text(place, "database.key_file", "utf-8").partition("\n")[0].rstrip("\r") if os.path.exists(place) else ""
        )
    place = os.path.join(ENVIRONMENTS, f"cloudstack-{os.path.basename(os.path.dirname(os.path.abspath(path)))}")
    if not key and kind == "env":
        key = management_key_in(text_at(place, "utf-8"))
    if kind != "none" and not key:
        where = f"no {VARIABLE} in {place}" if kind == "env" else "no key file"
        raise MissingValue("the key", ["database.management_key"], f"{path} has encryption type {kind}, and {where}")
    return Keys(held, kind, key, version)


def from_properties(path: str, key_path: t.Optional[str], management_key: t.Optional[str]) -> dict[str, t.Any]:
    """Fields of DatabaseAccess by db.properties; the key file is the one beside it by default.

    Raises InvalidValue, MissingValue, MissingLibrary.
    """
    its = keys_of(path, key_path, management_key)
    held, kind = its.held, its.kind

    def value(name: str, default: str = "") -> str:
        text = held.get(name, default).strip()
        packed = forms.inside(text)
        return text if packed is None else _decrypted(name, packed, its.key, path)

    port = value("db.cloud.port", str(PORT))
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise InvalidValue("db.cloud.port", port, f"a port number from 1 to 65535, in {path}")
    secret = held.get("db.cloud.encrypt.secret", "").strip() if kind != "none" else ""
    return {
        "host": value("db.cloud.host", "localhost"),
        "port": int(port),
        "user": value("db.cloud.username", "cloud"),
        "password": value("db.cloud.password"),
        "name": value("db.cloud.name", "cloud"),
        "tls": value("db.cloud.useSSL", "false").lower() == "true",
        "key": value("db.cloud.encrypt.secret") if secret else "",
        "version": its.version,
    }


def _decrypted(name: str, packed: str, key: str, path: str) -> str:
    form, text = encryption.read(packed, key)
    if text is None or form not in VERSIONS:
        raise InvalidValue(
            "database.management_key", "(not shown)", f"the key that decrypts {name} of {path}; this one does not"
        )
    return text


def _version(said: str) -> str:
    """Raises InvalidValue."""
    if said and said.upper() not in VERSIONS:
        raise InvalidValue("db.cloud.encryptor.version", said, f"one of {', '.join(VERSIONS)}")
    return said.upper()


def _text(path: str, parameter: str, encoding: str = ENCODING) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(MOST).decode(encoding)
    except UnicodeError:
        raise InvalidValue(parameter, path, f"a file of {encoding} text") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidValue(parameter, path, f"a readable file on the machine where the task runs ({reason})") from None
