# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MySQL's plugin caching_sha2_password stores: SHA-crypt with SHA-256 and a salt of 20 bytes.

Source: Drepper, "Unix crypt using SHA-256 and SHA-512". The salt is longer than crypt(3) accepts.
"""

from __future__ import annotations

import hashlib
import re

_STORED = re.compile(rb"\$A\$([0-9A-F]{3})\$(.{20})([./0-9A-Za-z]{43})", re.DOTALL)
_LETTERS = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def is_password(stored: bytes, password: str) -> bool:
    """Whether a value of authentication_string is of this password."""
    found = _STORED.fullmatch(stored)
    return found is not None and digest(password.encode(), found[2], int(found[1], 16) * 1000) == found[3]


def digest(word: bytes, salt: bytes, rounds: int) -> bytes:
    """As crypt writes it."""
    other = _hash(word + salt + word)
    text = word + salt + _long(other, len(word))
    bits = len(word)
    while bits:
        text += other if bits & 1 else word
        bits >>= 1
    held = _hash(text)
    words = _long(_hash(word * len(word)), len(word))
    salts = _long(_hash(salt * (16 + held[0])), len(salt))
    for turn in range(rounds):
        text = words if turn & 1 else held
        text += salts if turn % 3 else b""
        text += words if turn % 7 else b""
        held = _hash(text + (held if turn & 1 else words))
    return _encoded(held)


def _hash(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def _long(text: bytes, length: int) -> bytes:
    return (text * (length // len(text) + 1))[:length]


def _encoded(held: bytes) -> bytes:
    """In crypt's own order of bytes."""
    found = bytearray()
    first, second, third = 0, 10, 20
    while len(found) < 40:
        found += _four(held[first] << 16 | held[second] << 8 | held[third], 4)
        first, second, third = third + 1, first + 1, second + 1
    return bytes(found + _four(held[31] << 8 | held[30], 3))


def _four(value: int, count: int) -> bytes:
    return bytes(_LETTERS[value >> 6 * place & 63] for place in range(count))
