# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real certificates, keys and requests in every form that they come in, and texts that are none."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path

import pytest
from counterparts.pki import NOW, Made, make, new_key
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates.x509 import Cryptography
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import (
    CertificateUnreadable,
    KeyUnreadable,
)

READER = Cryptography()


@pytest.fixture(scope="module")
def root() -> Made:
    return make("Example Root", ca=True)


@pytest.fixture(scope="module")
def leaf(root: Made) -> Made:
    return root.issue("kvm1", "kvm1.example.net", "192.0.2.1", "2001:db8::1", days=30)


def test_a_certificate_is_told_whole(root: Made, leaf: Made) -> None:
    one, other = READER.certificates("text before\n" + leaf.pem + "\n" + root.pem, "cloud.crt")
    assert (one.subject, one.issuer, one.common_name) == ("CN=kvm1", "CN=Example Root", "kvm1")
    assert (one.names, one.addresses) == (("kvm1.example.net",), ("192.0.2.1", "2001:db8::1"))
    assert (one.key, one.signature, one.authority) == ("RSA 2048", "sha256", False)
    assert one.serial == f"{leaf.certificate.serial_number:x}"
    assert one.days_left(NOW.timestamp()) == 30
    assert one.days_left(NOW.timestamp() + 31 * 86400) == -1
    assert (other.self_issued, other.authority) == (True, True)
    assert READER.certificates(one.pem, "again") == (one,)


def test_who_signed_is_proved_by_the_signature(root: Made, leaf: Made) -> None:
    impostor = make("Example Root", ca=True)
    by_curve = make("Curve", ca=True, kind="ec")
    of_curve = by_curve.issue("of curve", kind="ec")
    signed, true, false, curve, its = (
        READER.certificates(each.pem, "x")[0] for each in (leaf, root, impostor, by_curve, of_curve)
    )
    assert READER.issued(signed, true)
    assert READER.issued(true, true)
    assert not READER.issued(signed, false)
    assert READER.issued(its, curve)
    assert not READER.issued(signed, curve)
    assert not READER.issued(its, its)


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("passphrase", ["", "sésame"])
def test_a_key_is_read_in_every_form(form: str, kind: str, passphrase: str) -> None:
    made = make("x", kind=kind)
    told = {"PKCS8": "PKCS#8", "TraditionalOpenSSL": "PKCS#1" if kind == "rsa" else "SEC1"}[form]
    text = made.key_pem(form, passphrase).replace("\n", "\r\n")
    key = READER.key(text, "key", passphrase)
    assert (key.form, key.encrypted) == (told, bool(passphrase))
    assert key.fits(READER.certificates(made.pem, "x")[0])
    plain = READER.pkcs8(text, "key", passphrase)
    assert plain.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert READER.key(plain, "key").public_key == key.public_key


def test_the_passphrase_is_missing_or_wrong() -> None:
    text = make("x").key_pem("PKCS8", "sesame")
    for passphrase, reason in (("", "passphrase_missing"), ("open", "passphrase_wrong")):
        with pytest.raises(KeyUnreadable) as error:
            READER.key(text, "key", passphrase)
        assert error.value.reason == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: "", "none"),
        (lambda text: "junk", "none"),
        (lambda text: text.replace("MII", "XII", 1), "format"),
        (lambda text: text[:200] + "\n-----END CERTIFICATE-----\n", "format"),
        (lambda text: text[:100] + " " + text[101:], "blanks"),
        (lambda text: text[:100] + "é" + text[101:], "format"),
        (lambda text: text * 2000, "format"),
    ],
)
def test_a_text_that_is_no_certificate_is_told_as_such(root: Made, change: object, reason: str) -> None:
    with pytest.raises(CertificateUnreadable) as error:
        READER.certificates(change(root.pem), "cloud.crt")  # type: ignore[operator]
    assert error.value.reason == reason
    assert error.value.message.startswith("cloud.crt: ")


def test_a_damaged_key_is_in_no_error() -> None:
    text = make("x").key_pem()
    with pytest.raises(KeyUnreadable) as error:
        READER.key(text.replace("MII", "XII", 1), "cloud.key")
    assert text[100:140] not in error.value.message + json.dumps(error.value.details)


def test_a_request_proves_that_it_has_its_key() -> None:
    key = new_key()
    names = x509.SubjectAlternativeName([x509.DNSName("kvm1")])
    builder = x509.CertificateSigningRequestBuilder(x509.Name([])).add_extension(names, critical=False)
    text = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    read = READER.request(text.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"), "csr")
    assert (read.names, read.key, read.signed) == (("kvm1",), "RSA 2048", True)
    with pytest.raises(CertificateUnreadable):
        READER.request("junk", "csr")


@given(st.text(max_size=300), st.sampled_from(["CERTIFICATE", "PRIVATE KEY", "CERTIFICATE REQUEST"]))
def test_no_text_is_a_traceback(inner: str, label: str) -> None:
    text = f"-----BEGIN {label}-----\n{inner}\n-----END {label}-----"
    for read in (READER.certificates, READER.key, READER.request):
        with pytest.raises(CertificateUnreadable):
            read(text, "x")


def test_what_a_real_server_issued_is_read() -> None:
    """Recorded: a certificate of CloudStack's own CA (T4:82-83)."""
    held = json.loads((Path(__file__).parent / "issued.json").read_text(encoding="utf-8"))
    (authority,) = READER.certificates(held["authority"], "listCaCertificate")
    (issued,) = READER.certificates(held["issued"], "issueCertificate")
    assert READER.issued(issued, authority)
    assert (issued.common_name, issued.names, issued.addresses) == (
        "h0.example.test",
        ("h0.example.test",),
        ("127.0.0.1",),
    )
    assert READER.issued(issued, authority)
    assert issued.covers("127.0.0.1")
    assert issued.covers("H0.example.test.")
    assert not issued.covers("127.0.0.2")


@pytest.mark.parametrize(
    "names",
    [b"\x30\x02\xa3\x00", b"\x30\x03\x82\x01\xff", b"\x30\x05\x87\x03\x01\x02\x03", b"\x00"],
    ids=["a kind that nobody uses", "not ASCII", "an address of three bytes", "no sequence"],
)
def test_a_certificate_with_odd_names_is_unreadable_and_no_crash(names: bytes) -> None:
    """What a port shows is whatever its owner made."""
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), names)
    key = new_key("ec")
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "odd")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW).add_extension(odd, critical=False)
    made = builder.sign(key, hashes.SHA256())
    for read in (
        lambda: READER.certificates(made.public_bytes(serialization.Encoding.PEM).decode(), "cloud.crt"),
        lambda: READER.from_der(made.public_bytes(serialization.Encoding.DER), "192.0.2.1"),
    ):
        with pytest.raises(CertificateUnreadable, match="not a certificate"):
            read()


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_forms_of_lines_and_names_make_no_difference(kind: str) -> None:
    """CRLF, a BOM, blanks; no common name, an IPv6 address, an elliptic key."""
    key = new_key(kind)
    builder = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([]))
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("2001:db8::1"))])
    builder = builder.public_key(key.public_key()).serial_number(7).add_extension(names, critical=True)
    made = builder.not_valid_before(NOW).not_valid_after(NOW).sign(key, hashes.SHA256())
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    (plain,) = READER.certificates(pem, "x")
    assert (plain.subject, plain.common_name, plain.addresses) == ("", "", ("2001:db8::1",))
    assert plain.covers("2001:DB8:0::1")
    assert not plain.covers("")
    ends = ("\r\n", "\r\n\r\n", "\n  ")
    for text in ("\ufeff" + pem, *(pem.replace("\n", end) for end in ends)):
        assert READER.certificates(text, "x") == (plain,)
