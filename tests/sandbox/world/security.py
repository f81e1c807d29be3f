"""Out-of-band management, high availability of hosts, certificates."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ..keys import next_key

CA_YEARS = 30
# Certificates begin so long before they are made; one that lasts -1 days has ended already (T5:49).
BACKDATED = timedelta(hours=12)


@dataclass(slots=True)
class OutOfBand:
    """A host's configuration; `power` is what the last action learned."""

    driver: str
    address: str
    port: str
    username: str
    password: str
    enabled: bool = False
    power: str = "Disabled"


@dataclass(slots=True)
class Bmc:
    """A baseboard management controller that a test provides.

    `switched`: called with an action after it was carried out. `deaf`: actions that are answered well and change
    nothing. `hung`: the operating system does not react when it is asked to shut down. `silent`: it answers nobody.
    """

    username: str
    password: str
    power: str = "On"
    switched: Callable[[str], object] = lambda action: None
    deaf: frozenset[str] = frozenset()
    hung: bool = False
    silent: bool = False


@dataclass(slots=True)
class HostHa:
    """`active`: what activity checks find, where a test decides it; the counters are the state machine's own."""

    provider: str
    enabled: bool = False
    state: str = "Disabled"
    active: bool | None = None
    checks: int = 0
    silent: int = 0
    recoveries: int = 0
    waited: int = 0

    def clear(self) -> None:
        self.checks = self.silent = self.recoveries = self.waited = 0


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(slots=True)
class Issued:
    """PEM texts; no key for a signing request."""

    certificate: str
    key: str = ""


@dataclass
class Authority:
    """The root CA of the installation, made when first asked for: keys take a moment.

    deploy: what a test does with a certificate that was provisioned to a host that is no machine, by the host's name.
    refused: what a host's agent says instead of taking one.
    """

    revoked: set[int] = field(default_factory=set)
    deploy: Callable[[str, Issued], None] | None = None
    refused: dict[str, str] = field(default_factory=dict)
    _key: rsa.RSAPrivateKey | None = None
    _certificate: x509.Certificate | None = None

    def _root(self) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
        if self._key is None or self._certificate is None:
            self._key = next_key()
            name = _name("ca.cloudstack.apache.org")
            days = timedelta(days=365 * CA_YEARS)
            builder = _builder(name, name, self._key.public_key(), days)
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            self._certificate = builder.sign(self._key, hashes.SHA256())
        return self._key, self._certificate

    def replace(self) -> None:
        """Another CA from here on, as after its settings were emptied."""
        self._key = self._certificate = None

    def certificate(self) -> str:
        return _text(self._root()[1])

    def issue(self, domains: list[str], addresses: list[str], days: int, csr: str = "") -> Issued:
        """A certificate for names and addresses, or of a request; ValueError for a request that cannot be read."""
        root_key, root = self._root()
        if csr:
            request = x509.load_pem_x509_csr(csr.encode())
            builder = _builder(request.subject, root.subject, request.public_key(), timedelta(days=days))
            names = [*_asked(request), *_general(domains, addresses)]
            if names:
                builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
            return Issued(_text(builder.sign(root_key, hashes.SHA256())))
        key = next_key()
        builder = _builder(_name(domains[0]), root.subject, key.public_key(), timedelta(days=days))
        builder = builder.add_extension(x509.SubjectAlternativeName(_general(domains, addresses)), critical=False)
        return Issued(_text(builder.sign(root_key, hashes.SHA256())), _pem(key))


def _general(domains: list[str], addresses: list[str]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address(text)) for text in addresses]
    return names + [x509.DNSName(domain) for domain in domains]


def _asked(request: x509.CertificateSigningRequest) -> list[x509.GeneralName]:
    """Names that a request asks for itself."""
    try:
        return list(request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def _builder(subject: x509.Name, issuer: x509.Name, key: object, life: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now - BACKDATED, now + life - timedelta(seconds=1)))
        .not_valid_after(now + life)
    )
