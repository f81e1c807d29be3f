# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority of a test's own."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates that are good for a day."""

    def __init__(self, name: str = "Test CA") -> None:
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = _key()
        builder = self._builder(self._name, self._key, ca=True)
        self._certificate = builder.sign(self._key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def write_server(self, folder: Path, name: str, address: str) -> None:
        """Certificate, key and the CA's certificate as files that libvirt knows."""
        self._write(folder, "server", name, address)

    def write_client(self, folder: Path, name: str = "client") -> None:
        """A folder that libvirt's ``pkipath`` may name."""
        folder.mkdir(parents=True, exist_ok=True)
        self._write(folder, "client", name, None)

    def _write(self, folder: Path, prefix: str, name: str, address: str | None) -> None:
        key = _key()
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, ca=False)
        if address:
            names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address(address))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        signed = builder.sign(self._key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "cacert.pem").write_bytes(self.pem)
        (folder / f"{prefix}cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        file = folder / f"{prefix}key.pem"
        file.touch(mode=0o600)
        file.write_bytes(private)

    def _builder(self, subject: x509.Name, key: rsa.RSAPrivateKey, ca: bool) -> x509.CertificateBuilder:
        now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - day)
        builder = builder.not_valid_after(now + day)
        return builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
