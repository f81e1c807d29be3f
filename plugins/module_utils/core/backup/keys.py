# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a management server and its database: which are there, which are wanted, and what has to be done.

Source: EncryptionSecretKeyChanger of CloudStack 4.22. Files are written first, the data in one transaction after them,
so that a run that is killed between leaves files with new keys and data with the old ones.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ..database.forms import inside
from ..database.set_up.characters import DEFAULT_KEY
from ..errors import InvalidValue, Reason

NOTHING, WITH_DATA, FILES_ONLY, TAKE_BACK = "nothing", "data", "files", "take_back"
# What cloudstack-migrate-databases encrypts with a new management key. The server reads ENC(…) of every property.
# Source: migrateProperties and migrateServerProperties of EncryptionSecretKeyChanger, 4.18 to 4.22.
CHANGED: t.Mapping[str, frozenset[str]] = {
    "db.properties": frozenset(("db.cloud.encrypt.secret", "db.cloud.password", "db.usage.password")),
    "server.properties": frozenset(("https.keystore.password",)),
}
# What every program on the way passes on as it is.
_KEY = re.compile(r"[A-Za-z0-9_.,+=@%^~][A-Za-z0-9_.,+=@%^~-]{7,127}", re.ASCII)


@dataclass(frozen=True)
class Keys:
    """version: V1, V2, or "" where db.properties does not tell. in_file: the key file has the management key."""

    management: str = field(default="", repr=False)
    database: str = field(default="", repr=False)
    version: str = ""
    in_file: bool = True

    def defaults(self) -> tuple[str, ...]:
        """Which of them are those that every installation has that did not choose any."""
        held = {"management": self.management, "database": self.database}
        return tuple(name for name, key in held.items() if key == DEFAULT_KEY)

    def has(self, wish: Keys, version: t.Optional[str]) -> bool:
        """Whether these are the keys of a wish, in all files. version: None where none was asked for."""
        keys = (self.management, self.database, self.in_file)
        return keys == (wish.management, wish.database, True) and version in (None, self.version)


@dataclass(frozen=True)
class Data:
    """How the database fits a key: values of each form; None where the key does not decrypt it."""

    forms: t.Optional[t.Mapping[str, int]] = None

    def fits(self, version: str) -> bool:
        """Whether the server reads everything that can be read at all. version: "" for any."""
        other = {"V1", "V2"} - {version} if version else set()
        return self.forms is not None and not any(self.forms.get(form) for form in other)


def checked_key(parameter: str, key: t.Optional[str]) -> t.Optional[str]:
    """Raises InvalidValue, without the key."""
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidValue(parameter, "(not shown)", "8 to 128 characters of A-Z a-z 0-9 _ . , + = @ % ^ ~ -")
    return key


def wanted(held: Keys, management: t.Optional[str], database: t.Optional[str], version: t.Optional[str]) -> Keys:
    return Keys(management or held.management, database or held.database, version or held.version)


def decide(held: Keys, wish: Keys, by_held: Data, by_wish: Data, kept: t.Optional[Keys]) -> str:
    """What has to be done on this server. kept: keys of the copy that an unfinished run has left; None for no copy.

    Another server may have changed the data already: then only the files are.
    """
    if not held.in_file:
        return TAKE_BACK if kept is not None else ""
    if by_wish.fits(wish.version):
        return NOTHING if held == wish else FILES_ONLY
    if held == wish:
        return TAKE_BACK if kept is not None and kept != wish else ""
    return WITH_DATA if by_held.forms is not None else ""


def neither() -> Reason:
    return Reason(
        "database_key",
        "neither the key of db.properties nor the new one decrypts the database",
        "restore the backup that was made before, or set the correct database",
    )


def left_behind(file: str, said: t.Mapping[str, str]) -> list[str]:
    """Encrypted properties of a file that the command leaves as they are, so that a new management key loses them."""
    kind = said.get("password.encryption.type", "none").strip().lower()
    changed = CHANGED[file] if file != "server.properties" or kind not in ("", "none") else frozenset()
    return sorted(name for name, value in said.items() if inside(value.strip()) is not None and name not in changed)


def lost(properties: t.Mapping[str, t.Sequence[str]]) -> t.Iterator[Reason]:
    """properties: those that are left behind, by file."""
    for file, names in properties.items():
        if names:
            yield Reason(
                "encrypted_otherwise",
                f"{file}: {', '.join(names)} would stay encrypted with the old management key, because "
                "cloudstack-migrate-databases does not change them, and the server would not start",
                "write them as plain text, change the key, and encrypt them again",
                {"file": file, "properties": list(names)},
            )


def left_over(forms: t.Mapping[str, int], before: t.Mapping[str, int], version: str) -> dict[str, object]:
    """What is not as it must be after the change."""
    wrong: dict[str, object] = {}
    other = {"V1": "V2", "V2": "V1"}.get(version, "")
    if other and forms.get(other):
        wrong[f"version {other}"] = f"{forms[other]} values"
    if forms.get("unreadable", 0) > before.get("unreadable", 0):
        wrong["unreadable"] = f"{forms['unreadable']} values"
    return wrong
