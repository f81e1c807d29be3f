# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""db.properties and the key file of a management server: what they have to hold, and whether they do."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...machine.agent_properties import decide as changed_properties
from ...machine.java_properties import parse
from ..forms import inside
from .decide import Wanted

FOLDER = "/etc/cloudstack/management"
SIDES = ("cloud", "usage")
Read = t.Callable[[str], t.Optional[str]]  # encrypted text of either version → clear text
Write = t.Callable[[str, str], str]  # text and version → encrypted text


@dataclass(frozen=True)
class Files:
    """text: db.properties, as ISO-8859-1. key: first line of the key file, None where there is none.

    server: server.properties, "" where there is none. shared: a usage server with its own db.properties reads the key
    file too.
    """

    text: str = field(repr=False)
    key: t.Optional[str] = field(repr=False)
    server: str = field(default="", repr=False)
    shared: bool = False


@dataclass(frozen=True)
class Change:
    """text: db.properties afterwards. key: the key file afterwards, None where it stays, "" where it is removed.

    before, after: the keys of db.properties that change, without secrets. lost: by file, other encrypted values that
    the management key does not decrypt; the server decrypts all of them at its start.
    """

    text: str = field(repr=False)
    key: t.Optional[str] = field(repr=False)
    before: t.Mapping[str, t.Optional[str]]
    after: t.Mapping[str, t.Optional[str]]
    lost: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return bool(self.after) or self.key is not None


def change(wanted: Wanted, encryptor: str, files: Files, read: Read, write: Write) -> Change:
    """read, write: with the management key. A value that decrypts to what is wanted stays byte for byte."""
    held = parse(files.text)
    version = held.get("db.cloud.encryptor.version", "").strip()
    # Without a version in the file the server tries both; what it reads today stays as it is.
    kept = not version and held.get("db.cloud.encryption.type", "none").strip() not in ("", "none")
    values = {
        "cluster.node.IP": wanted.address,
        "db.cloud.encryption.type": wanted.encryption,
        "db.cloud.encryptor.version": encryptor,
    }
    if wanted.region is not None or not held.get("region.id", "").strip():
        values["region.id"] = str(wanted.region or 1)
    for side in SIDES:
        values |= {
            f"db.{side}.username": wanted.user, f"db.{side}.host": wanted.host, f"db.{side}.port": str(wanted.port)
        }  # fmt: skip
    secrets = {f"db.{side}.password": wanted.password for side in SIDES}
    secrets["db.cloud.encrypt.secret"] = wanted.database_key

    def same(name: str, text: str) -> bool:
        packed = inside(held.get(name, "").strip())
        return packed is not None and read(packed) == text

    right = all(same(name, text) for name, text in secrets.items() if text)
    if right and version in ("", encryptor):
        if kept:
            del values["db.cloud.encryptor.version"]
    else:
        values |= {name: f"ENC({write(text, encryptor)})" if text else "" for name, text in secrets.items()}
    its = changed_properties(files.text, values)
    key = wanted.key if wanted.encryption == "file" and files.key != wanted.key else None
    if wanted.encryption != "file" and files.key and not files.shared:
        # Nothing reads it any more, and whoever finds it reads every secret.
        key = ""
    return Change(its.text, key, its.before, its.after, _lost(parse(its.text), parse(files.server), read))


def _lost(properties: t.Mapping[str, str], server: t.Mapping[str, str], read: Read) -> dict[str, tuple[str, ...]]:
    plain = server.get("password.encryption.type", "none").strip() in ("", "none")
    found = {"db.properties": properties, "server.properties": {} if plain else server}
    lost = {file: tuple(sorted(_undecrypted(said, read))) for file, said in found.items()}
    return {file: names for file, names in lost.items() if names}


def _undecrypted(said: t.Mapping[str, str], read: Read) -> t.Iterator[str]:
    for name, value in said.items():
        packed = inside(value.strip())
        if packed and read(packed) is None:
            yield name
