# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Console certificates by a playbook: real system VMs' ports, and the key in no output."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from contract.certificates.consoles import SUFFIX, arrange, turn_on
from counterparts.console_pki import Chain
from integration import playbook

from sandbox.fixture import sandbox
from sandbox.server import Sandbox

__all__ = ["sandbox"]

PLAYBOOK = Path(__file__).with_name("console.yml")
PASSPHRASE = "pass-phrase-1"


def write(folder: Path, chain: Chain) -> None:
    """As an authority's mail and a web server's folder leave them."""
    files = {
        "leaf.pem": chain.leaf.pem + chain.leaf.key_pem("TraditionalOpenSSL"),
        "chain.pem": chain.middle.pem + chain.root.pem + chain.upper.pem,
        "root.pem": chain.root.pem,
        "key.pem": chain.leaf.key_pem("PKCS8", PASSPHRASE),
        "passphrase": PASSPHRASE,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="ascii")


@pytest.mark.parametrize("connection", ["local", "elsewhere"])
def test_a_certificate_is_uploaded_proved_and_never_shown_with_its_key(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connection: str
) -> None:
    ports = arrange(sandbox, f"127.{random.randrange(10, 250)}.{random.randrange(10, 250)}")[1]
    turn_on(sandbox)
    chain = Chain(f"*.{SUFFIX}")
    write(tmp_path, chain)
    monkeypatch.setenv("ANSIBLE_VERBOSITY", "4")
    given = {"folder": str(tmp_path), "console_port": ports.console, "storage_port": ports.storage}
    ran = playbook.run(sandbox, PLAYBOOK, tmp_path / "wire.log", connection, **given)
    assert ran.status == 0, ran.output
    keys = [chain.leaf.key_pem(), chain.leaf.key_pem("TraditionalOpenSSL"), PASSPHRASE]
    secret = [line for text in keys for line in text.splitlines() if not line.startswith("-----")]
    assert [line for line in secret if line in ran.output] == []
    done = {task.name: task for task in ran.tasks}
    assert done["The certificate is foretold"].writes == []
    assert done["A second run changes nothing"].writes == []
    assert done["The certificate is uploaded and proved"].writes == ["uploadCustomCertificate"] * 4 + ["rebootSystemVm"]
