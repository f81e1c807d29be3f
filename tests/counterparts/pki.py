# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificate authorities for tests: real certificates of any lifetime, chain and fault."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.x509.oid import NameOID

from sandbox.keys import next_key

NOW = datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def key_pem(self, form: str = "PKCS8", passphrase: str = "") -> str:
        hidden = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else None
        return str(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                getattr(serialization.PrivateFormat, form),
                hidden or serialization.NoEncryption(),
            ).decode()
        )

    def issue(self, common_name: str, *names: str, **how: Any) -> Made:
        """Signed by this one; how: as for ``make``."""
        return make(common_name, *names, by=self, **how)


def new_key(kind: str = "rsa") -> Any:
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else next_key()


def make(
    common_name: str,
    *names: str,
    by: Made | None = None,
    ca: bool = False,
    days: float = 365,
    since: float = -1,
    now: datetime.datetime = NOW,
    key: Any = None,
    kind: str = "rsa",
    sha1: bool = False,
) -> Made:
    """names: DNS names and IP addresses. days, since: days from ``now`` until it ends, and at which it begins."""
    key = key or new_key(kind)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=since))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
    signer = by.key if by else key
    signed = builder.sign(signer, hashes.SHA256())
    return Made(_with_sha1(signed, signer) if sha1 else signed, key)


def _with_sha1(certificate: x509.Certificate, signer: Any) -> x509.Certificate:
    """The same signed by RSA with SHA-1, which the library reads and does not write: the identifiers are as long."""
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    body = certificate.tbs_certificate_bytes.replace(sha256, sha1)
    der = certificate.public_bytes(serialization.Encoding.DER).replace(sha256, sha1)
    signature = signer.sign(body, padding.PKCS1v15(), hashes.SHA1())
    return x509.load_der_x509_certificate(der.removesuffix(certificate.signature) + signature)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
