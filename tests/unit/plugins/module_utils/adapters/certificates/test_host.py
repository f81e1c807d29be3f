# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a host as keystore-cert-import leaves them, read on the host, with each thing that goes wrong there."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from counterparts.pki import Made, make
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates import host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates.host import HostFiles
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.check import (
    Limits,
    Sighting,
    judge_sighting,
    judge_together,
)

NOW = datetime.datetime.now(datetime.UTC)
PASSPHRASE = "0123456789abcdef"


def chain_of(made: Made) -> bytes:
    return made.certificate.public_bytes(serialization.Encoding.DER)


def as_pkcs12(made: Made) -> bytes:
    secret = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(b"cloud", made.key, made.certificate, None, secret)


def as_jks(made: Made, other: Made) -> bytes:
    """By the format's description; the private key is encrypted there, which nobody reads."""

    def text(word: str) -> bytes:
        return struct.pack(">H", len(word)) + word.encode()

    def certificate(held: Made) -> bytes:
        der = chain_of(held)
        return text("X.509") + struct.pack(">I", len(der)) + der

    trusted = struct.pack(">I", 2) + text("cloudca") + struct.pack(">Q", 0) + certificate(other)
    key = struct.pack(">I", 1) + text("cloud") + struct.pack(">Q", 0) + struct.pack(">I", 3) + b"key"
    key += struct.pack(">I", 1) + certificate(made)
    return b"\xfe\xed\xfe\xed" + struct.pack(">II", 2, 2) + trusted + key + b"\0" * 20


class Root:
    """A host's tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = make("ca.cloudstack.apache.org", ca=True, now=NOW)
        self.made = self.ca.issue("kvm1", "kvm1", "192.0.2.1", now=NOW)
        self.put("/etc/cloudstack/agent/agent.properties", f"guid=1\nkeystore.passphrase={PASSPHRASE}\n")
        self.put("/etc/cloudstack/agent/cloud.crt", self.made.pem)
        self.put("/etc/cloudstack/agent/cloud.key", self.made.key_pem("TraditionalOpenSSL"), 0o600)
        self.put("/etc/cloudstack/agent/cloud.ca.crt", self.ca.pem)
        self.put("/etc/cloudstack/agent/cloud.jks", as_pkcs12(self.made))

    def put(self, path: str, content: str | bytes, mode: int = 0o644) -> None:
        file = Path(f"{self.folder}{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        file.chmod(mode)

    def seen(self, authorities: str = "", names: tuple[str, ...] = ()) -> dict[str, Sighting]:
        found = HostFiles("kvm1", authorities, names, str(self.folder)).sightings()
        return {each.place: each for each in found}

    def codes(self, authorities: str = "", names: tuple[str, ...] = ()) -> set[tuple[str, str]]:
        seen = self.seen(authorities, names)
        limits = Limits(NOW.timestamp(), 30)
        found = {(each.place, it.code) for each in seen.values() for it in judge_sighting(each, limits)}
        return found | {("", it.code) for it in judge_together(list(seen.values()))}


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


def test_a_host_that_is_well(root: Root) -> None:
    seen = root.seen(root.ca.pem, ("kvm1", "192.0.2.1"))
    assert sorted(seen) == ["agent", "agent_authority", "keystore"]
    assert [seen[place].of_authority for place in ("agent", "agent_authority", "keystore")] == [True, True, True]
    assert seen["agent"].key_fits is True
    assert root.codes(root.ca.pem, ("kvm1",)) == set()


def test_an_old_keystore_is_read_too(root: Root) -> None:
    content = as_jks(root.made, root.ca)
    root.put("/etc/cloudstack/agent/cloud.jks", content)
    assert root.codes(root.ca.pem) == set()
    for cut in (3, 20, 100, len(content) - 100):
        root.put("/etc/cloudstack/agent/cloud.jks", content[:cut])
        assert root.codes() == {("keystore", "certificate_unreadable")}


Change = Callable[[Root], None]
PLANTED: dict[str, tuple[Change, set[tuple[str, str]]]] = {
    "a key of another attempt": (
        lambda root: root.put("/etc/cloudstack/agent/cloud.key", make("x").key_pem(), 0o600),
        {("agent", "key_differs")},
    ),
    "a key that all can read": (
        lambda root: root.put("/etc/cloudstack/agent/cloud.key", root.made.key_pem(), 0o644),
        {("agent", "key_open")},
    ),
    "a key that is none": (
        lambda root: root.put("/etc/cloudstack/agent/cloud.key", "junk", 0o600),
        {("agent", "key_differs")},
    ),
    "another passphrase": (
        lambda root: root.put("/etc/cloudstack/agent/agent.properties", "keystore.passphrase=other\n"),
        {("keystore", "certificate_unreadable")},
    ),
    "an older keystore": (
        lambda root: root.put("/etc/cloudstack/agent/cloud.jks", as_pkcs12(root.ca.issue("kvm1", now=NOW))),
        {("", "keystore_differs")},
    ),
    "another authority": (
        lambda root: root.put("/etc/cloudstack/agent/cloud.ca.crt", make("ca.cloudstack.apache.org", ca=True).pem),
        {("agent_authority", "authority_differs")},
    ),
    "a file that is no certificate": (
        lambda root: root.put("/etc/pki/libvirt/servercert.pem", b"\xff\xfe"),
        {("libvirt", "certificate_unreadable")},
    ),
    "a link to nothing": (
        lambda root: (
            root.folder.joinpath("etc/cloudstack/agent/cloud.crt").unlink()
            or root.folder.joinpath("etc/cloudstack/agent/cloud.crt").symlink_to("/no/such")
        ),
        {("agent", "certificate_unreadable")},
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_wrong_is_found(root: Root, name: str) -> None:
    plant, expected = PLANTED[name]
    plant(root)
    assert root.codes(root.ca.pem) == expected


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        ({"days": -1, "since": -30}, "certificate_expired"),
        ({"days": 10}, "certificate_expiring"),
        ({"days": 30, "since": 1}, "certificate_not_yet_valid"),
    ],
)
def test_certificates_that_are_bad_by_themselves(root: Root, dates: dict[str, float], code: str) -> None:
    made = root.ca.issue("kvm1", now=NOW, **dates)
    root.put("/etc/pki/libvirt-vnc/server-cert.pem", made.pem)
    assert root.codes(root.ca.pem) == {("vnc", code)}


def test_names_that_are_missing(root: Root) -> None:
    assert root.codes("", ("192.0.2.1", "192.0.2.2")) == {("agent", "name_missing")}


def test_paths_are_those_that_the_scripts_write() -> None:
    assert host.FILES["agent"] == ("/etc/cloudstack/agent/cloud.crt", "/etc/cloudstack/agent/cloud.key")
    assert host.FILES["libvirt"][0] == "/etc/pki/libvirt/servercert.pem"


def test_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    bare = HostFiles("kvm1", root=str(tmp_path))
    assert bare.sightings() == ()
    assert bare.absent() == [*(path for path, _key in host.FILES.values()), host.KEYSTORE]
    place = tmp_path / host.AUTHORITY.lstrip("/")
    place.parent.mkdir(parents=True)
    # A link that leads nowhere is there, and cannot be read.
    place.symlink_to("nowhere")
    assert host.AUTHORITY not in bare.absent()
    assert [each.error for each in bare.sightings()] == ["it cannot be read"]
