# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudStack's encryption. The collection's own code does it: real vectors of both versions prove that code."""

from __future__ import annotations

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue


def decrypt(value: str, key: str, version: str | None) -> str | None:
    """None where key or version is another one. Without a version the newer is tried first."""
    for each in [version] if version else ["V2", "V1"]:
        try:
            return encryption.decrypt(each, key, value)
        except (encryption.Undecryptable, InvalidValue):
            continue
    return None


def encrypt(value: str, key: str, version: str | None) -> str:
    return encryption.encrypt(version or "V2", key, value)
