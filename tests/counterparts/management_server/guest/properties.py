# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of /etc/cloudstack as the server reads them, and the switches of the stand-in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from .codec import decrypt

CONF = Path("/etc/cloudstack/management")
SWITCHES = Path("/etc/cloudstack/stand-in.json")


class NoStart(Exception):
    """A check of the start failed; the text is what the server logs."""


def read(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in path.read_text(encoding="iso-8859-1").splitlines():
        if line.strip() and line.lstrip()[0] not in "#!":
            key, _sign, value = line.partition("=")
            found[key.strip()] = value.strip()
    return found


def management_key(kind: str, folder: Path = CONF) -> str:
    if kind == "env":
        key = os.environ.get("CLOUD_SECRET_KEY", "")
        if not key:
            raise NoStart("Environment variable CLOUD_SECRET_KEY is not set or empty")
        return key
    place = folder / "key"
    if not place.exists():
        raise NoStart("File containing secret key not found in the classpath: /key")
    key = place.read_text(encoding="utf-8").partition("\n")[0]
    if not key:
        raise NoStart("Secret key is null or empty")
    return key


def database(folder: Path = CONF, key: str | None = None) -> dict[str, str]:
    """db.properties with every ENC(…) decrypted, whatever version the file declares. Raises NoStart."""
    held = read(folder / "db.properties")
    kind = held.get("db.cloud.encryption.type", "none")
    if kind == "none":
        return held
    secret = key or management_key(kind, folder)
    for name, value in held.items():
        if value.startswith("ENC(") and value.endswith(")"):
            text = decrypt(value[4:-1], secret, None)
            if text is None:
                raise NoStart(f"Error decrypting value of {name}")
            held[name] = text
    return held


def switches() -> dict[str, Any]:
    """What a test has switched on; see the README."""
    try:
        found = json.loads(SWITCHES.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
