# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: refused unless a CA vouches for them or nobody asks."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.conftest import Connect
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fakes.server import Raw, serving

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import TransportError


def certificate(folder: Path, address: str = "127.0.0.1") -> tuple[Path, Path]:
    """A self-signed certificate of an address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cloud.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    public, private = folder / "ca.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    return certificate(tmp_path)[0]


@pytest.fixture
def server(ca: Path) -> Iterator[Raw]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca, ca.with_name("key.pem"))
    with serving(tls=context) as running:
        yield running


@pytest.mark.parametrize("command", ["listZones", "createZone"])
def test_an_unknown_certificate_is_refused_before_anything_is_sent(server: Raw, connect: Connect, command: str) -> None:
    client = connect(server.url)
    with pytest.raises(TransportError, match="not trusted: set api_verify_ssl_cert to its CA") as caught:
        client.call(command, {"password": "pA55"})
    assert client.clock.sleeps == []  # type: ignore[attr-defined]
    assert caught.value.arrived is False
    assert server.paths == []


def test_a_certificate_that_its_ca_vouches_for_is_taken(server: Raw, connect: Connect, ca: Path) -> None:
    assert connect(server.url, verify=str(ca)).call("createZone") == {}


def test_a_ca_vouches_for_its_own_only(server: Raw, connect: Connect, tmp_path: Path) -> None:
    other, _key = certificate(tmp_path / "other")
    with pytest.raises(TransportError, match="not trusted"):
        connect(server.url, verify=str(other)).call("listZones")
    assert server.paths == []


def test_a_certificate_of_another_address_is_refused(tmp_path: Path, connect: Connect) -> None:
    public, private = certificate(tmp_path, "192.0.2.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    with serving(tls=context) as server, pytest.raises(TransportError, match="not trusted"):
        connect(server.url, verify=str(public)).call("listZones")
    assert server.paths == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_nobody_asks_where_that_is_said(server: Raw, connect: Connect) -> None:
    assert connect(server.url, verify=False).call("createZone") == {}
    assert len(server.paths) == 1


def test_plain_http_on_a_tls_port_is_no_question_of_trust(connect: Connect) -> None:
    """A fault of TLS that is not the certificate's may come after the call was sent, so a write is not repeated."""
    with serving() as plain, pytest.raises(TransportError, match="check that the server supports TLS") as caught:
        connect(plain.url.replace("http:", "https:")).call("createZone")
    assert caught.value.arrived is True
