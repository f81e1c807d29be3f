# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a value of CloudStack's database looks like: encrypted by which version, or plain text.

Source: CloudStackEncryptor, AeadBase64Encryptor and LegacyBase64Encryptor of CloudStack 4.18 and newer; before, version
1 was the only one.
"""

from __future__ import annotations

import base64
import binascii
import typing as t

V1, V2 = "V1", "V2"
VERSIONS = (V1, V2)
PLAIN, EMPTY, UNREADABLE = "plain", "empty", "unreadable"
FORMS = (V1, V2, PLAIN, EMPTY, UNREADABLE)

SALT, BLOCK = 8, 8  # version 1: bytes of the salt before the text, and of a block of DES
IV, TAG = 12, 16  # version 2: bytes before the text, and of the proof after it
ENC, END = "ENC(", ")"


def unpacked(value: str) -> bytes:
    """The bytes of a Base64 text; none where it is no such text."""
    try:
        return base64.b64decode(value.encode("ascii"), validate=True)
    except (UnicodeError, binascii.Error, ValueError):
        return b""


def possible(value: str) -> tuple[str, ...]:
    """The versions that may have made a value, by its form alone; the newer one first, as the server tries them."""
    size = len(unpacked(value))
    found = []
    if size >= IV + TAG:
        found.append(V2)
    if size >= SALT + BLOCK and size % BLOCK == 0:
        found.append(V1)
    return tuple(found)


def inside(value: str) -> t.Optional[str]:
    """The encrypted text of ``ENC(text)``, as properties files hold it; None for any other value."""
    return value[len(ENC) : -len(END)] if value.startswith(ENC) and value.endswith(END) else None
