# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys read by the library ``cryptography``, from its release 36 on (Python 3.9's distributions)."""

from __future__ import annotations

import calendar
import datetime
import hashlib
import re
import typing as t

from ...core.certificates.model import (
    PKCS1,
    PKCS8,
    SEC1,
    Certificate,
    CertificateUnreadable,
    Key,
    KeyUnreadable,
    SigningRequest,
)
from ...core.errors import MissingLibrary
from ...core.text import shortened

CERTIFICATE = "CERTIFICATE"
REQUEST = "CERTIFICATE REQUEST"
# Other labels that tools write for the same.
LABELS = {
    "X509 CERTIFICATE": CERTIFICATE,
    "TRUSTED CERTIFICATE": "",
    "NEW CERTIFICATE REQUEST": REQUEST,
    "PRIVATE KEY": PKCS8,
    "ENCRYPTED PRIVATE KEY": PKCS8,
    "RSA PRIVATE KEY": PKCS1,
    "EC PRIVATE KEY": SEC1,
}
BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
MOST_BYTES = 1024 * 1024
BLANKS = "there are blanks inside of a line: a '+' that was sent unescaped became a blank"


class Cryptography:
    """The port ``X509``."""

    def __init__(self) -> None:
        try:
            from cryptography import x509
            from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
            from cryptography.hazmat.primitives import serialization
            from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
        except ImportError:
            raise MissingLibrary("cryptography", "to read certificates") from None
        self._x509: t.Any = x509
        self._serialization: t.Any = serialization
        self._rsa: t.Any = rsa
        self._ec: t.Any = ec
        self._dsa: t.Any = dsa
        self._padding: t.Any = padding
        self._edwards: t.Any = (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)
        strange = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
        self._bad: t.Any = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, *strange)
        self._forged: t.Any = (InvalidSignature, *self._bad)

    def certificates(self, text: str, what: str) -> tuple[Certificate, ...]:
        found = [block for label, block in _blocks(text, what) if label == CERTIFICATE]
        if not found:
            raise CertificateUnreadable(what, "none", "there is no PEM certificate in it")
        return tuple(self._certificate(block, what) for block in found)

    def from_der(self, der: bytes, what: str) -> Certificate:
        """Raises CertificateUnreadable."""
        try:
            return self._read(self._x509.load_der_x509_certificate(der))
        except self._bad as error:
            raise _no_certificate(what, error) from None

    def from_pkcs12(self, content: bytes, passphrase: str, what: str) -> Certificate:
        """The certificate that belongs to its private key. Raises CertificateUnreadable."""
        from cryptography.hazmat.primitives.serialization import pkcs12

        try:
            held = pkcs12.load_key_and_certificates(content, passphrase.encode("utf-8"))[1]
        except self._bad:
            message = "not a keystore, or the passphrase of agent.properties does not open it"
            raise CertificateUnreadable(what, "passphrase_wrong", message) from None
        if held is None:
            raise CertificateUnreadable(what, "none", "the keystore contains no certificate with a key")
        return self._checked(held, what)

    def key(self, text: str, what: str, passphrase: str = "") -> Key:
        form, encrypted, held = self._private(text, what, passphrase)
        kind, bits = self._kind(held.public_key())
        return Key(kind, bits, form, encrypted, self._spki(held.public_key()))

    def pkcs8(self, text: str, what: str, passphrase: str = "") -> str:
        s = self._serialization
        held = self._private(text, what, passphrase)[2]
        made: bytes = held.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
        return made.decode("ascii")

    def request(self, text: str, what: str) -> SigningRequest:
        found = [block for label, block in _blocks(text, what) if label == REQUEST]
        if not found:
            raise CertificateUnreadable(what, "none", "there is no PEM certificate signing request in it")
        try:
            held = self._x509.load_pem_x509_csr(found[0].encode("ascii"))
            names, addresses = self._alternatives(held.extensions)
            public = held.public_key()
            return SigningRequest(
                _name(held.subject),
                names,
                addresses,
                self._kind(public)[0],
                self._spki(public),
                bool(held.is_signature_valid),
            )
        except self._bad as error:
            raise CertificateUnreadable(what, "format", f"not a certificate signing request: {error}") from None

    def issued(self, certificate: Certificate, by: Certificate) -> bool:
        if certificate.issuer != by.subject or by.authority is False:
            return False
        signed = self._x509.load_pem_x509_certificate(certificate.pem.encode("ascii"))
        signer = self._x509.load_pem_x509_certificate(by.pem.encode("ascii")).public_key()
        return self._verifies(signer, signed)

    # -- one of each ---------------------------------------------------------------------------------------------------

    def _certificate(self, block: str, what: str) -> Certificate:
        try:
            return self._read(self._x509.load_pem_x509_certificate(block.encode("ascii")))
        except self._bad as error:
            raise _no_certificate(what, error) from None

    def _checked(self, held: t.Any, what: str) -> Certificate:
        try:
            return self._read(held)
        except self._bad as error:
            raise _no_certificate(what, error) from None

    def _read(self, held: t.Any) -> Certificate:
        names, addresses = self._alternatives(held.extensions)
        public = held.public_key()
        kind, bits = self._kind(public)
        encoding = self._serialization.Encoding
        common = held.subject.get_attributes_for_oid(self._x509.NameOID.COMMON_NAME)
        return Certificate(
            subject=_name(held.subject),
            issuer=_name(held.issuer),
            not_before=_moment(held, "not_valid_before"),
            not_after=_moment(held, "not_valid_after"),
            common_name=str(common[0].value) if common else "",
            names=names,
            addresses=addresses,
            serial=f"{held.serial_number:x}",
            key=kind,
            key_bits=bits,
            signature=str(held.signature_hash_algorithm.name) if held.signature_hash_algorithm else "",
            authority=self._authority(held.extensions),
            fingerprint=hashlib.sha256(held.public_bytes(encoding.DER)).hexdigest(),
            public_key=self._spki(public),
            pem=held.public_bytes(encoding.PEM).decode("ascii"),
        )

    def _private(self, text: str, what: str, passphrase: str) -> tuple[str, bool, t.Any]:
        forms = {PKCS1, PKCS8, SEC1}
        found = [(label, block) for label, block in _blocks(text, what, KeyUnreadable) if label in forms]
        if not found:
            raise KeyUnreadable(what, "none", "there is no PEM private key in it")
        form, block = found[0]
        encrypted = "BEGIN ENCRYPTED" in block or "Proc-Type: 4,ENCRYPTED" in block
        if encrypted and not passphrase:
            raise KeyUnreadable(what, "passphrase_missing", "the private key is encrypted, and no passphrase is given")
        secret = passphrase.encode("utf-8") if encrypted else None
        try:
            return form, encrypted, self._serialization.load_pem_private_key(block.encode("ascii"), secret)
        except self._bad:
            # What the library says might quote the key.
            if encrypted:
                raise KeyUnreadable(what, "passphrase_wrong", "the passphrase does not open the private key") from None
            raise KeyUnreadable(what, "format", "the private key is damaged or of an unknown kind") from None

    def _alternatives(self, extensions: t.Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        x509 = self._x509
        try:
            held = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return (), ()
        addresses = held.get_values_for_type(x509.IPAddress)
        return tuple(held.get_values_for_type(x509.DNSName)), tuple(str(each) for each in addresses)

    def _authority(self, extensions: t.Any) -> t.Optional[bool]:
        try:
            return bool(extensions.get_extension_for_class(self._x509.BasicConstraints).value.ca)
        except self._x509.ExtensionNotFound:
            return None

    def _kind(self, public: t.Any) -> tuple[str, int]:
        bits = int(getattr(public, "key_size", 0))
        if isinstance(public, self._rsa.RSAPublicKey):
            return f"RSA {bits}", bits
        if isinstance(public, self._ec.EllipticCurvePublicKey):
            return f"EC {public.curve.name}", bits
        if isinstance(public, self._dsa.DSAPublicKey):
            return f"DSA {bits}", bits
        return type(public).__name__.strip("_").replace("PublicKey", ""), bits

    def _spki(self, public: t.Any) -> str:
        s = self._serialization
        return hashlib.sha256(public.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)).hexdigest()

    def _verifies(self, signer: t.Any, signed: t.Any) -> bool:
        try:
            how: tuple[t.Any, ...] = ()
            if isinstance(signer, self._rsa.RSAPublicKey):
                given = getattr(signed, "signature_algorithm_parameters", None)
                padding = given if isinstance(given, self._padding.PSS) else self._padding.PKCS1v15()
                how = (padding, signed.signature_hash_algorithm)
            elif isinstance(signer, self._ec.EllipticCurvePublicKey):
                how = (self._ec.ECDSA(signed.signature_hash_algorithm),)
            elif isinstance(signer, self._dsa.DSAPublicKey):
                how = (signed.signature_hash_algorithm,)
            elif not isinstance(signer, self._edwards):
                return False
            signer.verify(signed.signature, signed.tbs_certificate_bytes, *how)
        except self._forged:
            return False
        return True


def _blocks(
    text: str, what: str, error: type[CertificateUnreadable] = CertificateUnreadable
) -> t.Iterator[tuple[str, str]]:
    """Each PEM block with what it is, in the form that the library reads. Raises ``error``."""
    if len(text) > MOST_BYTES:
        raise error(what, "format", "longer than any certificate chain")
    for match in BLOCK.finditer(text.replace("\r", "")):
        label = LABELS.get(match[1], match[1])
        lines = [line.strip() for line in match[2].split("\n")]
        headers = [line for line in lines if ": " in line]
        body = [line for line in lines if line and line not in headers]
        if any(" " in line or "\t" in line for line in body):
            raise error(what, "blanks", BLANKS)
        if not all(line.isascii() for line in lines):
            raise error(what, "format", "it contains characters that are not valid in PEM")
        name = label if label in (CERTIFICATE, REQUEST) else match[1]
        inner = [*headers, "", *body] if headers else body
        yield label, "\n".join((f"-----BEGIN {name}-----", *inner, f"-----END {name}-----", ""))


def _no_certificate(what: str, error: Exception) -> CertificateUnreadable:
    return CertificateUnreadable(what, "format", f"not a certificate: {shortened(str(error), 200)}")


def _name(name: t.Any) -> str:
    return str(name.rfc4514_string())


def _moment(held: t.Any, name: str) -> float:
    """Older releases tell UTC without saying so; newer ones say so, and warn of the old word."""
    aware: t.Optional[datetime.datetime] = getattr(held, f"{name}_utc", None)
    moment = aware if aware is not None else getattr(held, name)
    return float(calendar.timegm(moment.utctimetuple()))
