# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What real TLS ports show, with good and bad certificates, and ports that show none."""

from __future__ import annotations

import contextlib
import datetime
import socket
import threading
from collections.abc import Iterator

import pytest
from counterparts.pki import Made, make
from counterparts.tls_port import tls_port

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates import probe
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates.at_once import AT_ONCE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.certificates.probe import served
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import NotServed, Served
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.certificates import TlsPort

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def root() -> Made:
    return make("Example Root", ca=True, now=NOW)


@pytest.fixture(scope="module")
def between(root: Made) -> Made:
    return root.issue("Example Intermediate", ca=True, now=NOW)


def seen(chain: list[Made], name: str, authorities: str) -> Served:
    with tls_port("".join(each.pem for each in chain), chain[0].key_pem()) as port:
        found = served("127.0.0.1", port, name, authorities)
    assert isinstance(found, Served)
    assert found.leaf.serial == f"{chain[0].certificate.serial_number:x}"
    return found


def test_a_whole_chain_is_trusted(root: Made, between: Made) -> None:
    leaf = between.issue("*.console.example.net", "*.console.example.net", now=NOW)
    found = seen([leaf, between], "192-0-2-1.console.example.net", root.pem)
    assert (found.trusted, found.reason) == (True, "")
    assert len(found.chain) == (2 if found.whole else 1)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("missing intermediate", "unable to get local issuer"),
        ("other name", "mismatch"),
        ("other root", "issuer certificate|self-signed"),
        ("expired", "expired"),
    ],
)
def test_what_a_client_would_refuse_is_seen_all_the_same(root: Made, between: Made, fault: str, reason: str) -> None:
    dates = {"since": -30, "days": -1} if fault == "expired" else {}
    leaf = between.issue("console.example.net", "console.example.net", now=NOW, **dates)
    chain = [leaf] if fault == "missing intermediate" else [leaf, between]
    name = "other.example.net" if fault == "other name" else "console.example.net"
    found = seen(chain, name, (make("Other Root", ca=True, now=NOW) if fault == "other root" else root).pem)
    assert found.trusted is False
    assert any(word in found.reason for word in reason.split("|")), found.reason


def test_without_authorities_nothing_is_said_about_trust(root: Made) -> None:
    assert seen([root.issue("127.0.0.1", "127.0.0.1", now=NOW)], "", "").trusted is None


@contextlib.contextmanager
def plain_port(said: bytes) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with contextlib.suppress(OSError):
                connection, _peer = listener.accept()
                connection.sendall(said)
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()[1]


def test_a_port_without_tls_and_one_that_is_closed() -> None:
    with plain_port(b"SSH-2.0-OpenSSH\r\n") as port:
        found = served("127.0.0.1", port)
    assert isinstance(found, NotServed)
    assert found.reason == "no_tls"
    closed = served("127.0.0.1", port)
    assert isinstance(closed, NotServed)
    assert closed.reason == "refused"


@pytest.mark.parametrize("address", ["-oProxyCommand=x", "no.such.invalid", "a b"])
def test_an_address_that_is_none(address: str) -> None:
    found = served(address, 443)
    assert isinstance(found, NotServed)
    assert found.reason == "unknown_host"


def test_a_port_that_is_silent_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer comes once all are asked; one after the other, the first would never come."""
    together = threading.Barrier(AT_ONCE, timeout=60)

    def answered(address: str, port: int, _name: str, _authorities: str) -> NotServed:
        together.wait()
        return NotServed("silent", f"{address}:{port}")

    monkeypatch.setattr(probe, "served", answered)
    asked = [TlsPort("192.0.2.1", port) for port in range(3 * AT_ONCE)]
    answers = [NotServed("silent", f"192.0.2.1:{port}") for port in range(len(asked))]
    assert probe.all_served(asked) == answers
    assert probe.all_served([]) == []
