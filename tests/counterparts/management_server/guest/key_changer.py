# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""com.cloud.utils.crypt.EncryptionSecretKeyChanger: new keys or another version, in db.properties and the database."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from .codec import decrypt, encrypt
from .properties import CONF, read
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


class Wrong(Exception):
    pass


def rewritten(held: dict[str, str], given: Any, version: str) -> tuple[dict[str, str], str, str]:
    """db.properties with the new keys, the old database key, the new one."""
    before = held.get("db.cloud.encryptor.version") or None
    old = {name: value[4:-1] for name, value in held.items() if value.startswith("ENC(")}
    clear = {name: decrypt(value, given.m, before) for name, value in old.items()}
    if None in clear.values():
        raise Wrong("Error: Incorrect Management Secret Key")
    if clear.get("db.cloud.encrypt.secret") != given.d:
        raise Wrong("Error: Incorrect DB Secret Key")
    clear["db.cloud.encrypt.secret"] = given.e or given.d
    changed = {name: f"ENC({encrypt(str(text), given.n or given.m, version)})" for name, text in clear.items()}
    return {**changed, "db.cloud.encryptor.version": version}, given.d, given.e or given.d


def write(path: Path, changed: dict[str, str]) -> None:
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key = line.partition("=")[0].strip()
        lines.append(f"{key}={changed[key]}" if key in changed and not line.startswith("#") else line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def data(held: dict[str, str], old: str, new: str, before: str | None, version: str) -> None:
    with Database(held) as database, database.transaction():
        for find, put in PLACES:
            for number, value in database.rows(find):
                if value:
                    text = decrypt(str(value), old, before)
                    if text is None:
                        raise Wrong(f"Error: data cannot be decrypted: {find}")
                    database.change(put, encrypt(text, new, version), number)


def main() -> int:
    options = argparse.ArgumentParser(add_help=False)
    for name in "mdnev":
        options.add_argument(f"-{name}")
    for name in "fsl":
        options.add_argument(f"-{name}", action="store_true")
    try:
        given = options.parse_args()
    except SystemExit:
        return 1
    if not given.m or not given.d:
        print("Management key and database key are required")
        return 1
    if given.l:
        given.n = os.environ.get("CLOUD_SECRET_KEY_NEW", "")
    if given.v not in (None, "V1", "V2") or not (given.n or given.e or given.v) or (given.l and not given.n):
        print("New Management Secret Key, DB Secret Key or encryptor version is required")
        return 2
    path, key_file = CONF / "db.properties", CONF / "key"
    held = read(path)
    before = held.get("db.cloud.encryptor.version") or None
    version = given.v or before or "V2"
    kept = {each: each.read_bytes() for each in (path, key_file) if each.exists()}
    try:
        changed, old, new = rewritten(held, given, version)
        write(path, changed)
        if key_file.exists():
            key_file.write_text(given.n or given.m, encoding="utf-8")
        if given.s:
            print("Skipping Data Migration")
        elif new == old and version == before and not given.f:
            print("No changes with DB Secret Key and DB encryptor version. Skipping Data Migration")
        else:
            clear = {name: decrypt(v[4:-1], given.m, before) or "" for name, v in held.items() if v.startswith("ENC(")}
            data({**held, **clear}, old, new, before, version)
    except Wrong as error:
        for each, content in kept.items():
            each.write_bytes(content)
        print(error)
        return 3
    print("Successfully updated secret key(s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
