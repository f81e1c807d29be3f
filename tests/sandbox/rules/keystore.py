"""The server's keystore of certificates for its system VMs: what is checked before a row is written, in which order.

Sources: the classes KeystoreManagerImpl, KeystoreDaoImpl and CertificateHelper of the server (4.11 to 4.22); T4:94-96,
T5:42-45. Texts beyond those steps are not recorded.
"""

from __future__ import annotations

import base64
import binascii
import re

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..errors import invalid
from ..world import World
from ..world.keystore import SERVER, Row

_LEAD = "Failed to pass certificate validation check with error: Certificate validation failed due to exception"
_BLOCK = re.compile(r"-----BEGIN [^-]+-----(.*?)-----END [^-]+-----", re.DOTALL)
# Java's pattern for the inside of a PEM key; a text that does not match is decoded as a whole.
_KEY = re.compile(r"(^-+[^-]+-+\n?)([^-]+)(-+[^-]+-+$)")


def certificate(text: str) -> x509.Certificate:
    """The first one of a text, as Java reads it: blanks inside are skipped. Raises ValueError."""
    found = _BLOCK.search(text)
    if found is None:
        raise ValueError("Could not parse certificate: java.io.IOException: Empty input")
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True)
        return x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError):
        raise ValueError(
            "Could not parse certificate: java.io.IOException: Illegal character in the encoding"
        ) from None


def private_key(text: str) -> rsa.RSAPrivateKey:
    """An unencrypted RSA key in PKCS#8: the server's key factory knows no other. Raises ValueError."""
    found = _KEY.search(text)
    kept = re.sub(r"[^A-Za-z0-9+/]", "", found[2] if found else text)
    try:
        der = base64.b64decode(kept + "=" * (-len(kept) % 4))
        held = serialization.load_der_private_key(der, None)
    except (binascii.Error, ValueError, TypeError):
        raise ValueError("no key") from None
    if not isinstance(held, rsa.RSAPrivateKey) or _pkcs8(held) != der:
        raise ValueError("no RSA key in PKCS#8")
    return held


def _pkcs8(key: rsa.RSAPrivateKey) -> bytes:
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, none)


def check(alias: str | None, index: int | None, text: str, key: str | None, suffix: str) -> None:
    """Whether the key is the certificate's, and whether a chain leads anywhere, is not looked at."""
    if key is not None and alias is not None:
        raise invalid("Can't change the alias for private key certification")
    if key is None and alias is None:
        raise invalid("alias can't be empty, if it's a certification chain")
    if key is None and index is None:
        raise invalid("index can't be empty, if it's a certifciation chain")
    try:
        certificate(text)
        if key is not None:
            private_key(key)
    except ValueError as error:
        raise invalid(f"{_LEAD} for domain: {suffix}" if key is not None else f"{_LEAD}: {error}") from None


def save(world: World, alias: str | None, index: int | None, text: str, key: str | None, suffix: str) -> None:
    """A row of that name is overwritten; all others stay, also those of an earlier chain."""
    name = SERVER if key is not None else str(alias)
    world.keystore[name] = Row(name, text, key, suffix, 0 if index is None else index)


def chain(world: World, suffix: str | None = None) -> list[str]:
    """The links, the one with the highest index first; of all domains unless one is named."""
    links = [row for row in world.keystore.values() if row.key is None and suffix in (None, row.domain_suffix)]
    return [row.certificate for row in sorted(links, key=lambda row: row.index, reverse=True)]
