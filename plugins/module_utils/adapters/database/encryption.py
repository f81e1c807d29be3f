# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudStack's own encryption, both versions, through the library ``cryptography``.

Version 1: PBEWithMD5AndDES (PKCS #5, 1.5), 1,000 rounds, 8 bytes of salt before the text. Version 2: AES-GCM, the key
is the SHA-256 of the secret, 12 bytes of IV before the text. Both are Base64 of UTF-8.
"""

from __future__ import annotations

import base64
import hashlib
import os
import typing as t

from ...core.database import forms
from ...core.database.forms import BLOCK, EMPTY, IV, PLAIN, SALT, UNREADABLE, V1, V2
from ...core.errors import InvalidValue, MissingLibrary

ROUNDS = 1000


class Undecryptable(Exception):
    """Another key, another version, or a damaged text. Says nothing of the text."""


def checked_key(key: str, version: str, parameter: str = "encryption_key") -> str:
    """Raises InvalidValue, without the key: Java refuses keys of version 1 that are not ASCII."""
    if not key:
        raise InvalidValue(parameter, "", "a key")
    if version == V1 and not _for_v1(key):
        raise InvalidValue(parameter, "(not shown)", "printable ASCII characters, which version V1 needs")
    return key


def _for_v1(key: str) -> bool:
    return key.isascii() and key.isprintable()


def encrypt(version: str, key: str, text: str) -> str:
    """As the server writes it; an empty text stays empty, as there. Raises InvalidValue, MissingLibrary."""
    checked_key(key, version)
    if not text:
        return ""
    try:
        plain = text.encode("utf-8")
    except UnicodeError:
        raise InvalidValue("text", "(not shown)", "characters that UTF-8 has") from None
    if version == V2:
        start = os.urandom(IV)
        return base64.b64encode(start + _aes(key).encrypt(start, plain, None)).decode("ascii")
    salt = os.urandom(SALT)
    fill = BLOCK - len(plain) % BLOCK
    coder = _des(key, salt).encryptor()
    return base64.b64encode(salt + coder.update(plain + bytes([fill]) * fill) + coder.finalize()).decode("ascii")


def decrypt(version: str, key: str, value: str) -> str:
    """Raises Undecryptable, InvalidValue, MissingLibrary."""
    checked_key(key, version)
    if not value:
        return ""
    if version not in forms.possible(value):
        raise Undecryptable(f"not a text of version {version}")
    raw = forms.unpacked(value)
    plain = _decrypted_aes(key, raw) if version == V2 else _decrypted_des(key, raw)
    try:
        return plain.decode("utf-8")
    except UnicodeError:
        raise Undecryptable("another key, or damaged") from None


def read(value: str, key: str, versions: t.Sequence[str] = (V2, V1)) -> tuple[str, t.Optional[str]]:
    """The form of a stored value, and its text where it can be read. key: "" where the server encrypts nothing."""
    if not value:
        return EMPTY, ""
    possible = forms.possible(value)
    for version in versions if key else ():
        if version in possible and (version == V2 or _for_v1(key)):
            try:
                return version, decrypt(version, key, value)
            except Undecryptable:
                continue
    return (UNREADABLE, None) if possible and key else (PLAIN, value)


def _decrypted_aes(key: str, raw: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return bytes(_aes(key).decrypt(raw[:IV], raw[IV:], None))
    except InvalidTag:
        raise Undecryptable("another key, or damaged") from None


def _decrypted_des(key: str, raw: bytes) -> bytes:
    coder = _des(key, raw[:SALT]).decryptor()
    padded = bytes(coder.update(raw[SALT:]) + coder.finalize())
    fill = padded[-1]
    if not 1 <= fill <= BLOCK or padded[-fill:] != bytes([fill]) * fill:
        raise Undecryptable("another key, or damaged")
    return padded[:-fill]


def _aes(key: str) -> t.Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise _missing() from None
    return AESGCM(hashlib.sha256(key.encode("utf-8")).digest())


def _des(key: str, salt: bytes) -> t.Any:
    """Single DES is triple DES with one key three times."""
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, modes
    except ImportError:
        raise _missing() from None
    algorithms: t.Any
    try:
        from cryptography.hazmat.decrepit.ciphers import algorithms
    except ImportError:
        # Before cryptography 43.
        from cryptography.hazmat.primitives.ciphers import algorithms
    made = key.encode("ascii") + salt
    for _round in range(ROUNDS):
        made = _md5(made)
    return Cipher(algorithms.TripleDES(made[:8] * 3), modes.CBC(made[8:16]))


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _missing() -> MissingLibrary:
    return MissingLibrary("cryptography", "to read and write what CloudStack encrypts")
