# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_diagnostics and cs_diagnostics_data against the API: what is sent, and where an archive is fetched from."""

from __future__ import annotations

import datetime
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from contract.conftest import Connect
from contract.system_vms.archive_server import Answer, archives
from contract.system_vms.zone import PROXY, STORAGE, Zone, open_zone
from contract.tasks import perform, writes
from counterparts.pki import make

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.archive.fetch import NotFetched
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    InvalidValue,
    NotFound,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.archive import UrlRefused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.system_vms.diagnostics import (
    DiagnosisFailed,
)
from sandbox.server import Sandbox
from sandbox.world import World


def ping(zone: Zone, check_mode: bool = False, **changes: Any) -> Any:
    given = {"name": zone.names[STORAGE], "type": "ping", "address": "10.147.28.6", **changes}
    return perform(zone.cloud, "cs_diagnostics", check_mode, **given)


@pytest.mark.since("4.12")
@pytest.mark.parametrize("arguments", [["-c", "2"], ["-c 2"]])
def test_a_tool_runs_inside(zone: Zone, arguments: list[str]) -> None:
    done = ping(zone, arguments=arguments)
    assert not done.changed
    assert (done.result["exit_code"], done.result["output"]) == (
        0,
        f"PING 10.147.28.6 executed in {zone.names[STORAGE]}",
    )
    (call,) = zone.server.calls.of("runDiagnostics")
    assert call.params["params"] == "-c 2"


@pytest.mark.since("4.12")
def test_a_router_is_found_by_its_name(zone: Zone) -> None:
    network = str(zone.site.network()["id"])
    zone.site.deploy(network)
    router = zone.site.api.ok("listRouters", listall="true")["router"][0]["name"]
    assert ping(zone, name=router).result["kind"] == "router"


@pytest.mark.parametrize(
    "arguments",
    [
        ["$(id)"],
        ["-c;reboot"],
        ["-c", "1|sh"],
        ["a_b"],
        ["-I eth2\n-c 1"],
        ["`id`"],
        ["-c\t1"],
        ["é"],
        ["x" * 65],
        ["1"] * 17,
    ],
)
def test_what_the_documentation_does_not_allow_is_not_sent(zone: Zone, arguments: list[str]) -> None:
    with pytest.raises(InvalidValue):
        ping(zone, arguments=arguments)
    assert zone.server.calls.of("runDiagnostics") == []


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("ping", "not an address"),
        ("ping", "-f"),
        ("ping", "10.0.0.1;id"),
        ("ping", ""),
        ("ping", "fe80::1%eth0"),
        ("traceroute", "a b"),
        ("arping", "example.test"),
        ("arping", "2001:db8::1"),
    ],
)
def test_an_address_that_is_none_is_not_sent(zone: Zone, kind: str, address: str) -> None:
    with pytest.raises(InvalidValue):
        ping(zone, type=kind, address=address)
    assert zone.server.calls.of("runDiagnostics") == []


@pytest.mark.since("4.12")
def test_in_check_mode_nothing_is_sent(zone: Zone) -> None:
    assert ping(zone, True).result["command"] == "ping 10.147.28.6"
    assert writes(zone.server) == []


@pytest.mark.since("4.12")
def test_a_stopped_one_is_refused_and_an_unknown_one_is_named(zone: Zone) -> None:
    zone.stop(PROXY)
    with pytest.raises(Refused) as refused:
        ping(zone, name=zone.names[PROXY])
    assert [reason.code for reason in refused.value.reasons] == ["not_running"]
    with pytest.raises(NotFound, match=zone.names[STORAGE]):
        ping(zone, name=zone.names[STORAGE][:-1])


@pytest.mark.since("4.12")
@pytest.mark.parametrize("required", [True, False])
def test_another_exit_code_fails_only_if_it_matters(
    zone: Zone, required: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control characters of the tool's output are escaped."""
    client = zone.cloud.diagnostics._client
    answer = {"diagnostics": {"stdout": "a\x1b[2J\nlast line", "stderr": "", "exitcode": "1"}}
    monkeypatch.setattr(client, "run", lambda _command, _params: answer)
    if not required:
        assert ping(zone, required=False).result["output"] == "a\\x1b[2J\nlast line"
        return
    with pytest.raises(DiagnosisFailed, match="last line") as failed:
        ping(zone)
    assert (failed.value.code, failed.value.details["exit_code"]) == ("diagnosis_failed", 1)


@dataclass
class Place:
    """address: of the secondary storage VM. arguments: of a task that is right."""

    zone: Zone
    address: str
    answer: Answer
    dest: Path
    arguments: dict[str, Any]

    def fetch(self, check_mode: bool = False, **changes: Any) -> Any:
        return perform(self.zone.cloud, "cs_diagnostics_data", check_mode, **{**self.arguments, **changes})

    def url(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the server says from here on."""
        client = self.zone.cloud.diagnostics._client
        monkeypatch.setattr(client, "run", lambda _command, _params: {"diagnostics": {"url": url}})


@pytest.fixture
def place(sandbox: Sandbox, connect: Connect, tmp_path: Path) -> Iterator[Place]:
    def encrypted(world: World) -> None:
        world.settings["secstorage.encrypt.copy"].value = "true"
        world.settings.start()

    zone = open_zone(sandbox, connect, f"127.{random.randrange(10, 250)}.{random.randrange(10, 250)}")
    zone.change(encrypted)
    zone.change(lambda world: [setattr(store, "capacity", 1 << 40) for store in world.image_stores] and None)
    address = str(zone.one(STORAGE)["publicip"])
    now = datetime.datetime.now(datetime.UTC)
    ca = make("CA of the test", ca=True, now=now)
    file = tmp_path / "ca.pem"
    file.write_text(ca.pem, encoding="ascii")
    dest = tmp_path / "archive.zip"
    arguments = {"name": zone.names[PROXY], "dest": str(dest), "ca_path": str(file)}
    with archives(address, ca.issue("storage", address, now=now), tmp_path) as answer:
        yield Place(zone, address, answer, dest, arguments)


@pytest.mark.since("4.14")
def test_an_archive_is_fetched_for_nobody_else(place: Place) -> None:
    foretold = place.fetch(True)
    assert foretold.changed
    assert not place.dest.exists()
    assert writes(place.zone.server) == []
    done = place.fetch(files=["/var/log/cloud.log", "[IPTABLES]"])
    assert place.dest.read_bytes() == place.answer.body
    assert place.dest.stat().st_mode & 0o777 == 0o600
    assert done.result["sha256"] == hashlib.sha256(place.answer.body).hexdigest()
    assert (done.result["size"], done.result["encrypted"], done.result["kept_seconds"]) == (
        len(place.answer.body),
        True,
        86400,
    )
    assert (foretold.before, foretold.after) == (done.before, done.after)
    assert place.zone.server.calls.of("getDiagnosticsData")[0].params["files"] == "/var/log/cloud.log,[IPTABLES]"


@pytest.mark.parametrize(
    "url",
    [
        "https://192.0.2.66/userdata/a.zip",
        "https://169.254.169.254/latest/meta-data",
        "http://{address}/a.zip",
        "https://{address}:8443/a.zip",
        "https://{address}@192.0.2.66/a.zip",
        "https://user:secret@{address}/a.zip",
        "https://192.0.2.66#@{address}/a.zip",
        "https://192.0.2.66\\@{address}/a.zip",
        "ftp://{address}/a.zip",
        "file:///etc/passwd",
        "https://{address}/../a.zip",
        "https://{address}/a b.zip",
        "https://{address}/a\r\nX: y",
        "https://[::1/a.zip",
        "https:///a.zip",
        "https://{address}.example.test/a.zip",
        "//{address}/a.zip",
    ],
)
@pytest.mark.since("4.14")
def test_a_url_that_leads_elsewhere_is_not_followed(place: Place, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place.url(url.format(address=place.address), monkeypatch)
    with pytest.raises(UrlRefused) as refused:
        place.fetch()
    assert refused.value.code == "url_refused"
    assert place.answer.paths == []
    assert not place.dest.exists()


@pytest.mark.since("4.14")
def test_a_redirect_is_not_followed(place: Place) -> None:
    place.answer.status, place.answer.location = 302, f"https://{place.address}/elsewhere"
    with pytest.raises(NotFetched, match="HTTP 302"):
        place.fetch()
    assert len(place.answer.paths) == 1
    assert not place.dest.exists()


@pytest.mark.parametrize(("body", "length"), [(b"x" * ((1 << 20) + 1), None), (b"half", 8)])
@pytest.mark.since("4.14")
def test_an_archive_too_large_or_cut_off_leaves_the_file_alone(place: Place, body: bytes, length: int | None) -> None:
    place.dest.write_bytes(b"before")
    place.answer.body, place.answer.length = body, length
    with pytest.raises(NotFetched) as failed:
        place.fetch(max_size=1)
    assert failed.value.code == "not_fetched"
    assert place.dest.read_bytes() == b"before"
    assert sorted(path.name for path in place.dest.parent.iterdir()) == ["archive.zip", "ca.pem", "server.pem"]


@pytest.mark.since("4.14")
def test_a_certificate_of_another_authority_is_not_trusted(place: Place, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(make("another", ca=True).pem, encoding="ascii")
    with pytest.raises(NotFetched, match="not trusted"):
        place.fetch()
    assert not place.dest.exists()


@pytest.mark.parametrize(
    "changes",
    [{"files": ["../etc/shadow"]}, {"files": ["/a/../b"]}, {"files": ["/a;id"]}, {"max_size": 0}, {"timeout": 0.0}],
)
def test_nonsense_is_refused_before_anything_is_asked_for(place: Place, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        place.fetch(**changes)
    assert writes(place.zone.server) == []
