# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of the keystore scripts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from hosts import agent
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates import keystore
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import (
    Certificate,
    SigningRequest,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HypervisorError,
    InvalidValue,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.certificates import (
    keystore as host_keystore,
)
from sandbox.world.security import Authority

WORDS = st.text(st.characters(codec="ascii", exclude_characters="^~\r"), max_size=200)


@given(WORDS)
def test_a_text_becomes_one_word_and_back(text: str) -> None:
    word = keystore.one_word(text)
    assert not set(word) & {" ", "\n"}
    # What the script does with it: tr '^' '\n' | tr '~' ' '.
    assert word.replace("^", "\n").replace("~", " ") == text.strip()


@pytest.mark.parametrize("text", ["a^b", "a~b"])
def test_a_text_that_would_come_back_otherwise(text: str) -> None:
    with pytest.raises(InvalidValue):
        keystore.one_word(text)


OLDER = ("PROPS_FILE", "KS_FILE", "MODE", "CERT_FILE", "CERT", "CACERT_FILE", "CACERT", "PRIVKEY_FILE", "PRIVKEY")
NEWER = (OLDER[0], "KS_PASS", *OLDER[1:])
STANDINS = Path(agent.__file__).parent / "files"


def script(order: Sequence[str]) -> str:
    """As the real ones name their arguments: plain, or by a command that brings back newlines and blanks."""
    lines = []
    for place, name in enumerate(order, 1):
        argument = f"${place}" if place < 10 else f"${{{place}}}"
        pem = name in ("CERT", "CACERT", "PRIVKEY")
        lines.append(f"{name}=$(echo \"{argument}\" | tr '^' '\\n' | tr '~' ' ')" if pem else f'{name}="{argument}"')
    return "\n".join(["#!/bin/bash", *lines, '  KS_PASS="$OLD_PASS"', "KS_PASS=$(sed -n '/x/p' \"$PROPS_FILE\")", ""])


@pytest.mark.parametrize("order", [OLDER, NEWER])
def test_the_order_of_the_arguments_is_read_from_the_script(order: tuple[str, ...]) -> None:
    assert keystore.import_arguments(script(order)) == order


def test_the_stand_ins_are_of_both_forms() -> None:
    assert keystore.import_arguments((STANDINS / "keystore-cert-import.sh").read_text(encoding="utf-8")) == NEWER
    assert keystore.import_arguments((STANDINS / "older/keystore-cert-import.sh").read_text(encoding="utf-8")) == OLDER


@pytest.mark.parametrize("text", ["", script(OLDER[:-1]), script((*NEWER, "MORE")), script(("KS_FILE", *OLDER))])
def test_a_script_with_other_arguments_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        keystore.import_arguments(text)
    assert [each.code for each in refused.value.reasons] == ["import_unknown"]


@pytest.mark.parametrize("form", ["", "older/"])
def test_the_scripts_take_the_lines(form: str, tmp_path: Path) -> None:
    """Both forms make a key, and take its certificate into the files and the keystore."""
    here = str(tmp_path)

    def run(command: Sequence[str]) -> None:
        asked = [each.replace(keystore.AGENT, here) for each in command]
        asked[0] = str(STANDINS / f"{form}{Path(command[0]).name}.sh")
        environment = {**os.environ, "STANDIN_ROOT": str(tmp_path)}
        subprocess.run(["sh", *asked], check=True, capture_output=True, env=environment)

    (tmp_path / "agent.properties").write_text("keystore.passphrase=opensesame\n", encoding="utf-8")
    (tmp_path / "etc/libvirt").mkdir(parents=True)
    run(keystore.setup("/u", "another", 365))
    authority = Authority()
    issued = authority.issue([], ["10.0.0.1"], 30, (tmp_path / "cloud.csr").read_text(encoding="utf-8"))
    secret = keystore.passphrase((tmp_path / "agent.properties").read_text(encoding="utf-8"))
    order = keystore.import_arguments((STANDINS / f"{form}keystore-cert-import.sh").read_text(encoding="utf-8"))
    run(keystore.cert_import("/u", order, issued.certificate, authority.certificate(), secret))
    key, certificate, others = pkcs12.load_key_and_certificates((tmp_path / "cloud.jks").read_bytes(), b"opensesame")
    assert key is not None
    assert certificate is not None
    assert certificate.public_bytes(Encoding.PEM).decode().strip() == issued.certificate.strip()
    assert certificate.public_key() == key.public_key()
    assert [each.public_bytes(Encoding.PEM).decode().strip() for each in others] == [authority.certificate().strip()]
    assert (tmp_path / "cloud.crt").read_text(encoding="utf-8").strip() == issued.certificate.strip()
    assert load_pem_private_key((tmp_path / "cloud.key").read_bytes(), None).public_key() == key.public_key()
    assert (tmp_path / "etc/pki/libvirt/servercert.pem").readlink() == tmp_path / "cloud.crt"


@pytest.mark.parametrize(
    ("properties", "secret"),
    [("", ""), ("guid=x\n", ""), ("keystore.passphrase=a b \nx=y", "a b"), ("#keystore.passphrase=z\n", "")],
)
def test_the_passphrase_is_that_of_the_properties(properties: str, secret: str) -> None:
    assert keystore.passphrase(properties) == secret


def test_the_lines_are_those_of_the_documentation() -> None:
    """keystore-setup PROPERTIES KEYSTORE PASSPHRASE VALIDITY CSR."""
    assert keystore.setup("/u", "secret", 365)[1:] == (
        "/etc/cloudstack/agent/agent.properties",
        "/etc/cloudstack/agent/cloud.jks",
        "secret",
        "365",
        "/etc/cloudstack/agent/cloud.csr",
    )
    assert keystore.cert_import("/u", NEWER, "a b\nc\n", "d", "secret") == (
        "/u/keystore-cert-import",
        "/etc/cloudstack/agent/agent.properties",
        "secret",
        "/etc/cloudstack/agent/cloud.jks",
        "ssh",
        "/etc/cloudstack/agent/cloud.crt",
        "a~b^c",
        "/etc/cloudstack/agent/cloud.ca.crt",
        "d",
        "/etc/cloudstack/agent/cloud.key",
        "",
    )


def test_every_reason_against_a_certificate_is_told() -> None:
    made = Certificate("CN=x", "CN=ca", 0, 10, public_key="a")
    fits, other = (SigningRequest("", (), (), "", key, True) for key in ("a", "b"))
    assert keystore.reasons_against(made, True, fits, 5) == ()
    codes = [each.code for each in keystore.reasons_against(made, False, other, 10)]
    assert codes == ["not_of_authority", "key_differs", "certificate_expired"]
    assert [each.code for each in keystore.reasons_against(made, True, None, 5)] == ["no_request"]


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host's folder of scripts; keystore-setup leaves a mark."""
    setup, properties = tmp_path / "keystore-setup", tmp_path / "agent.properties"
    setup.write_text(
        f"#!/bin/sh\ntouch {tmp_path}/made\necho $3 $(sed -n 's/^keystore.passphrase=//p' $1) >&2\nexit 1\n"
    )
    setup.chmod(0o755)
    properties.write_text("keystore.passphrase=opensesame\n")
    for name, path in (("PROPERTIES", properties), ("CSR", tmp_path / "cloud.csr")):
        monkeypatch.setattr(keystore, name, str(path))
    monkeypatch.setattr(keystore, "FOLDERS", (str(tmp_path),))
    return tmp_path


REQUESTED = {"state": "requested", "force": True, "days": 30, "validity": 365, "timeout": 10.0, "ca_certificates": None}


@pytest.mark.parametrize("check_mode", [True, False])
def test_no_key_is_made_whose_certificate_could_not_be_imported(scripts: Path, check_mode: bool) -> None:
    (scripts / "keystore-cert-import").write_text('PROPS_FILE="$1"\nCERT="$2"\n')
    with pytest.raises(Refused, match="PROPS_FILE, CERT"):
        host_keystore._Keystore(REQUESTED).ensured(check_mode)
    assert not (scripts / "made").exists()


def test_no_passphrase_is_told(scripts: Path) -> None:
    (scripts / "keystore-cert-import").write_text(script(NEWER))
    with pytest.raises(HypervisorError) as failed:
        host_keystore._Keystore(REQUESTED).ensured(False)
    assert (scripts / "made").exists()
    assert failed.value.message == "keystore-setup: ******** ********"
