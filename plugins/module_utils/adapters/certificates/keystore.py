# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of a Java keystore, without Java: PKCS#12, which keytool writes since Java 9, and JKS before it.

Source of the format JKS: sun.security.provider.JavaKeyStore. Its certificates are not encrypted.
"""

from __future__ import annotations

import typing as t

from ...core.certificates.model import Certificate, CertificateUnreadable
from .x509 import Cryptography

MAGIC = b"\xfe\xed\xfe\xed"
KEY, TRUSTED = 1, 2
MOST_ENTRIES = 1000


def own_certificate(content: bytes, passphrase: str, what: str) -> Certificate:
    """The certificate that belongs to the keystore's private key. Raises CertificateUnreadable, MissingLibrary."""
    reader = Cryptography()
    if content.startswith(MAGIC):
        try:
            der = _of_jks(content)
        except (IndexError, ValueError):
            raise CertificateUnreadable(what, "format", "the keystore is damaged") from None
        if der is None:
            raise CertificateUnreadable(what, "none", "the keystore contains no certificate with a key")
        return reader.from_der(der, what)
    return reader.from_pkcs12(content, passphrase, what)


def _of_jks(content: bytes) -> t.Optional[bytes]:
    """The first certificate of the first private key."""
    read = _Reader(content)
    read.take(4)
    version, number = read.number(4), read.number(4)
    if version not in (1, 2) or number > MOST_ENTRIES:
        raise ValueError
    for _index in range(number):
        kind = read.number(4)
        read.take(read.number(2))
        read.take(8)
        if kind == KEY:
            read.take(read.number(4))
            chain = [read.certificate(version) for _each in range(min(read.number(4), MOST_ENTRIES))]
            if chain:
                return chain[0]
        elif kind == TRUSTED:
            read.certificate(version)
        else:
            raise ValueError
    return None


class _Reader:
    """Bytes from the front on. Raises ValueError where there are too few."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, length: int) -> bytes:
        found = self._content[self._at : self._at + length]
        if len(found) < length:
            raise ValueError
        self._at += length
        return found

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def certificate(self, version: int) -> bytes:
        if version == 2:
            self.take(self.number(2))
        return self.take(self.number(4))
