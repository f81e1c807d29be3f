# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""com.cloud.utils.crypt.EncryptionSecretKeyChanger: new keys or another version, in db.properties and the database.

It reads ENC(…) of either version and writes V2. The one of the older releases, with the switch ``older_key_changer``,
leaves the files alone without a new management key, and the data without another database key or -f.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from .codec import decrypt, encrypt
from .properties import CONF, read, switches
from .tables import Database

# Statement that finds id and value, statement that writes one.
PLACES = (
    (
        "SELECT name, value FROM configuration WHERE category IN ('Hidden', 'Secure')",
        "UPDATE configuration SET value = %s WHERE name = %s",
    ),
    ("SELECT id, value FROM host_details WHERE name = 'password'", "UPDATE host_details SET value = %s WHERE id = %s"),
    (
        "SELECT id, value FROM cluster_details WHERE name = 'password'",
        "UPDATE cluster_details SET value = %s WHERE id = %s",
    ),
    ("SELECT id, secret_key FROM user", "UPDATE user SET secret_key = %s WHERE id = %s"),
    ("SELECT id, vnc_password FROM vm_instance", "UPDATE vm_instance SET vnc_password = %s WHERE id = %s"),
    ("SELECT id, `key` FROM keystore", "UPDATE keystore SET `key` = %s WHERE id = %s"),
    ("SELECT id, user_info FROM storage_pool", "UPDATE storage_pool SET user_info = %s WHERE id = %s"),
)


SECRETS = ("db.cloud.encrypt.secret", "db.cloud.password", "db.usage.password")


class Wrong(Exception):
    pass


def parsed(arguments: list[str]) -> argparse.Namespace:
    """With the new management key of the environment. Raises SystemExit with the codes of the program."""
    options = argparse.ArgumentParser(add_help=False)
    for name in "mdnev":
        options.add_argument(f"-{name}")
    for name in "fsl":
        options.add_argument(f"-{name}", action="store_true")
    try:
        given = options.parse_args(arguments)
    except SystemExit:
        raise SystemExit(1) from None
    problem = ""
    if not given.m or not given.d:
        print("Missing required options: m, d")
        raise SystemExit(1)
    if given.l:
        if given.n:
            problem = "The new management key has already been set. Please check if it is set twice."
        given.n = os.environ.get("CLOUD_SECRET_KEY_NEW", "") or given.n
        if not given.n:
            problem = "Environment variable CLOUD_SECRET_KEY_NEW is not set or empty"
    if given.n is None and given.e is None:
        problem = "New Management secret key and DB secret are both not provided"
    if given.v not in (None, "V1", "V2"):
        problem = f"Invalid encryptor version: {given.v}, valid options are: V1,V2"
    if problem:
        print(problem)
        raise SystemExit(2)
    return given


def clear_of(held: dict[str, str], given: argparse.Namespace) -> dict[str, str]:
    """db.properties, decrypted."""
    clear = {}
    for name, value in held.items():
        packed = value.startswith("ENC(")
        text = decrypt(value[4:-1], given.m, None) if packed else value
        if text is None:
            raise Wrong("Error: Incorrect Management Secret Key")
        clear[name] = text
    if clear.get("db.cloud.encrypt.secret") != given.d:
        raise Wrong("Error: Incorrect DB Secret Key")
    return clear


@dataclass(frozen=True)
class Plan:
    """version: None for none, which writes V2 and declares nothing."""

    version: str | None
    files: bool
    data: bool


def planned(given: argparse.Namespace, before: str | None, older: bool) -> Plan:
    other_key = given.e not in (None, given.d)
    if older:
        version = given.v or (before if given.n else None)
        return Plan(version, bool(given.n), (other_key or given.f) and not given.s)
    version = given.v or ((before or "V2") if (other_key or given.f) and not given.s else None)
    other_version = version not in (None, before)
    files = given.n not in (None, given.m) or other_key or other_version
    return Plan(version, files, (other_key or other_version or given.f) and not given.s)


def write(path: Path, changed: dict[str, str]) -> None:
    lines, left = [], dict(changed)
    for line in path.read_text(encoding="utf-8").splitlines():
        key = line.partition("=")[0].strip()
        lines.append(f"{key}={left.pop(key)}" if key in left and not line.startswith("#") else line)
    lines += [f"{key}={value}" for key, value in left.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_files(
    path: Path, key_file: Path, clear: dict[str, str], given: argparse.Namespace, version: str | None
) -> None:
    texts = {**clear, "db.cloud.encrypt.secret": given.e or given.d}
    key = given.n or given.m
    changed = {name: f"ENC({encrypt(texts[name], key, 'V2')})" for name in SECRETS if texts.get(name)}
    write(path, {**changed, **({"db.cloud.encryptor.version": version} if version else {})})
    if key_file.exists():
        key_file.write_text(key, encoding="utf-8")


def data(held: dict[str, str], old: str, new: str, before: str | None, version: str | None) -> None:
    with Database(held) as database, database.transaction():
        for find, put in PLACES:
            for number, value in database.rows(find):
                if value:
                    text = decrypt(str(value), old, before)
                    if text is None:
                        raise Wrong(f"Error: data cannot be decrypted: {find}")
                    database.change(put, encrypt(text, new, version), number)


def main(arguments: list[str], conf: Path = CONF) -> int:
    try:
        given = parsed(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    path, key_file = conf / "db.properties", conf / "key"
    held = read(path)
    before = held.get("db.cloud.encryptor.version") or None
    plan = planned(given, before, bool(switches().get("older_key_changer")))
    kept = {each: each.read_bytes() for each in (path, key_file) if each.exists()}
    try:
        clear = clear_of(held, given)
        if plan.files:
            write_files(path, key_file, clear, given, plan.version)
        if plan.data:
            data(clear, given.d, given.e or given.d, before, plan.version)
    except Wrong as error:
        for each, content in kept.items():
            each.write_bytes(content)
        print(error)
        return 3
    print("Successfully updated secret key(s)" if plan.data else "Skipping Data Migration")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
