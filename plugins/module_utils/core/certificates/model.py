# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate and a key as data, and which names a certificate is for. Nothing here holds a secret: of a private key
only its public half is told."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ..errors import HostcraftError

DAY = 86400.0
LEAST_RSA = 2048  # bits; clients refuse shorter keys
# Ways in which a private key is written.
PKCS1, PKCS8, SEC1 = "PKCS#1", "PKCS#8", "SEC1"


@dataclass(frozen=True)
class Certificate:
    """An X.509 certificate. not_before, not_after: seconds since 1970.

    subject, issuer: as RFC 4514 writes them. common_name: of the subject. names, addresses: DNS names and IP addresses
    of its subjectAltName. serial: hexadecimal, without leading zeros. key: "RSA 2048", "EC secp256r1", "Ed25519".
    signature: the hash that was signed with ("sha256"), "" where there is none. authority: whether it may sign others,
    None where it does not say. fingerprint: SHA-256 of all of it; public_key: SHA-256 of its public key, by which a
    private key is found to fit. pem: the certificate itself.
    """

    subject: str
    issuer: str
    not_before: float
    not_after: float
    common_name: str = ""
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    serial: str = ""
    key: str = ""
    key_bits: int = 0
    signature: str = ""
    authority: t.Optional[bool] = None
    fingerprint: str = ""
    public_key: str = ""
    pem: str = ""

    def days_left(self, now: float) -> int:
        """Whole days until it expires; negative once it has."""
        return int((self.not_after - now) // DAY)

    def valid_at(self, now: float) -> bool:
        return self.not_before <= now < self.not_after

    @property
    def self_issued(self) -> bool:
        return self.subject == self.issuer

    def covers(self, name: str) -> bool:
        """Whether a client that asks for this name or address accepts it (RFC 6125).

        The common name counts only where there is no subjectAltName, as older clients have it.
        """
        try:
            wanted = ipaddress.ip_address(name)
        except ValueError:
            offered = self.names if self.names or self.addresses else (self.common_name,)
            return any(_name_fits(each, name) for each in offered)
        return any(ipaddress.ip_address(each) == wanted for each in self.addresses)


@dataclass(frozen=True)
class Key:
    """A private key, told by its public half. form: PKCS1, PKCS8 or SEC1. encrypted: it needed a passphrase."""

    kind: str
    bits: int
    form: str
    encrypted: bool
    public_key: str

    def fits(self, certificate: Certificate) -> bool:
        return self.public_key == certificate.public_key


@dataclass(frozen=True)
class SigningRequest:
    """A certificate signing request. signed: whether it proves to hold the key that it names."""

    subject: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    key: str
    public_key: str
    signed: bool


@dataclass(frozen=True)
class Served:
    """What a TLS port showed. chain: the leaf first; some Pythons tell the leaf only, then ``whole`` is False.

    trusted: whether a handshake that verifies against the CA certificates given succeeded, None where none were given.
    reason: why it did not.
    """

    chain: tuple[Certificate, ...]
    whole: bool = False
    trusted: t.Optional[bool] = None
    reason: str = ""

    @property
    def leaf(self) -> Certificate:
        return self.chain[0]


@dataclass(frozen=True)
class NotServed:
    """Why no certificate was seen. reason: "silent", "refused", "unknown_host", "no_tls"."""

    reason: str
    text: str


class CertificateUnreadable(HostcraftError):
    """A text that is no certificate, request or key. reason: "none", "format", "blanks"."""

    code = "certificate_unreadable"

    def __init__(self, what: str, reason: str, message: str) -> None:
        super().__init__(f"{what}: {message}", what=what, reason=reason)
        self.reason = reason


class KeyUnreadable(CertificateUnreadable):
    """A text that is no private key. reason: as above, or "passphrase_missing", "passphrase_wrong", "kind"."""

    code = "key_unreadable"


def _name_fits(offered: str, wanted: str) -> bool:
    """A wildcard stands for the whole first label, and for one label only."""
    one, other = offered.rstrip(".").casefold(), wanted.rstrip(".").casefold()
    if not one.startswith("*."):
        return one == other and bool(one)
    label, dot, rest = other.partition(".")
    return bool(label) and dot == "." and rest == one[2:] and "." in rest
