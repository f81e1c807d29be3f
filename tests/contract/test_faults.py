# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on the way, and what is repeated: reads where it may pass, writes only where they did not arrive."""

from __future__ import annotations

import socket

import pytest
from contract.conftest import Connect
from contract.fields import ZONE, new_zone
from fakes.server import Reply, serving

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import ATTEMPTS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import TransportError
from sandbox.server import Sandbox

BUSY = [429, 500, 502, 503, 504]


@pytest.mark.parametrize("kind", ["html", "http"])
@pytest.mark.parametrize("status", BUSY)
def test_a_read_outlives_a_busy_server(sandbox: Sandbox, connect: Connect, kind: str, status: int) -> None:
    sandbox.faults.add("listZones", kind, status=status, times=2)
    assert connect(sandbox).call("listZones") == {}
    assert sandbox.calls.counts["listZones"] == 3


@pytest.mark.parametrize("status", BUSY)
def test_a_read_of_a_server_that_stays_busy_ends_with_its_status(
    sandbox: Sandbox, connect: Connect, status: int
) -> None:
    sandbox.faults.add("listZones", "html", status=status, times=99)
    with pytest.raises(TransportError) as caught:
        connect(sandbox).call("listZones")
    assert caught.value.http_status == status
    assert f"HTTP {status} with text/html" in caught.value.message
    assert "listZones" in caught.value.message
    assert sandbox.calls.counts["listZones"] == ATTEMPTS


@pytest.mark.parametrize("kind", ["html", "http"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_to_a_busy_server_is_sent_once(sandbox: Sandbox, connect: Connect, kind: str, status: int) -> None:
    sandbox.faults.add("createZone", kind, status=status, times=99)
    with pytest.raises(TransportError) as caught:
        new_zone(connect(sandbox))
    assert caught.value.http_status == status
    assert sandbox.calls.counts["createZone"] == 1


@pytest.mark.parametrize("kind", ["html", "http"])
def test_a_write_that_was_turned_away_unread_is_repeated(sandbox: Sandbox, connect: Connect, kind: str) -> None:
    sandbox.faults.add("createZone", kind, status=429, times=2)
    assert new_zone(connect(sandbox))["name"] == "z1"
    assert sandbox.calls.counts["createZone"] == 3
    assert sandbox.run(lambda world: len(world.zones)) == 1


@pytest.mark.parametrize("command", ["listZones", "createZone"])
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b"", 200, "application/json"), "HTTP 200 with application/json"),
        (Reply(b"<html>log in</html>", 200, "text/html; charset=utf-8"), "HTTP 200 with text/html instead"),
        (Reply(b"<html>moved</html>", 302, "text/html"), "HTTP 302 with text/html"),
        (Reply(b'{"listzonesresponse": {', 200), "HTTP 200"),
        (Reply(b"\xff\xfe", 200), "HTTP 200"),
        (Reply(b"[]", 200), "not an answer of CloudStack"),
        (Reply(b"{}", 200), "not an answer of CloudStack"),
        (Reply(b'{"x": 1}', 200), "without an answer"),
        (Reply(b'"text"', 404), "HTTP 404"),
    ],
)
def test_what_is_no_answer_is_told_with_its_status_and_not_asked_again(
    connect: Connect, reply: Reply, words: str, command: str
) -> None:
    with serving(reply) as server, pytest.raises(TransportError) as caught:
        connect(server.url).call(command)
    assert caught.value.http_status == reply.status
    assert words in caught.value.message
    assert len(server.paths) == 1


@pytest.mark.parametrize("command", ["listZones", "createZone"])
def test_cut_off_json_is_told_with_its_status(sandbox: Sandbox, connect: Connect, command: str) -> None:
    sandbox.faults.add(command, "bad_json", times=99)
    with pytest.raises(TransportError) as caught:
        connect(sandbox).call(command, {"name": "z1", **ZONE})
    assert caught.value.http_status == 200
    assert sandbox.calls.counts[command] == 1


@pytest.mark.parametrize("command", ["listZones", "createZone"])
def test_a_refused_connection_is_tried_again_for_reads_and_writes(
    sandbox: Sandbox, connect: Connect, command: str
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        client = connect(f"http://127.0.0.1:{nobody.getsockname()[1]}/client/api")
        with pytest.raises(
            TransportError, match=r"no connection to http://127\S+: nothing listens there; .*port"
        ) as caught:
            client.call(command)
    assert caught.value.arrived is False
    assert len(client.clock.sleeps) == ATTEMPTS - 1  # type: ignore[attr-defined]


def test_a_name_that_nobody_knows_and_a_path_that_is_wrong_are_told(sandbox: Sandbox, connect: Connect) -> None:
    with pytest.raises(
        TransportError, match=r"to http://acs\.invalid:8080\S+: this machine cannot resolve the host name"
    ):
        connect("http://acs.invalid:8080/client/api").call("listZones")
    wrong = sandbox.url.replace("/client/api", "/api")
    with pytest.raises(TransportError, match=rf"HTTP 404 .*api_url \({wrong}\): .* ends in /client/api"):
        connect(wrong).call("listZones")


def test_a_write_reaches_a_server_that_comes_up_meanwhile(connect: Connect) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    with Sandbox(seed=1, port=port) as late:
        url, key, secret = late.url, late.key, late.secret
    client = connect(url, key=key, secret=secret)
    started: list[Sandbox] = []

    def start(_now: float) -> None:
        if not started:
            started.append(Sandbox(seed=1, port=port).__enter__())

    client.clock.on_sleep = start  # type: ignore[attr-defined]
    try:
        assert new_zone(client)["name"] == "z1"
        assert started[0].calls.counts["createZone"] == 1
    finally:
        for server in started:
            server.__exit__(None, None, None)


@pytest.mark.parametrize("kind", ["drop", "drop_after"])
def test_a_lost_connection_is_made_anew_for_a_read(sandbox: Sandbox, connect: Connect, kind: str) -> None:
    client = connect(sandbox)
    new_zone(client)
    sandbox.faults.add("listZones", kind, times=2)
    assert len(client.listing("listZones", "zone")) == 1
    assert sandbox.calls.counts["listZones"] == 3
    assert sandbox.connections == 3


@pytest.mark.parametrize(("kind", "zones"), [("drop", 0), ("drop_after", 1)])
def test_a_write_whose_connection_was_lost_is_done_at_most_once(
    sandbox: Sandbox, connect: Connect, kind: str, zones: int
) -> None:
    sandbox.faults.add("createZone", kind)
    with pytest.raises(TransportError, match=r"createZone: the connection to .* was lost") as caught:
        new_zone(connect(sandbox))
    assert caught.value.arrived is True
    assert sandbox.calls.counts["createZone"] == 1
    assert sandbox.run(lambda world: len(world.zones)) == zones


def test_a_slow_answer_is_waited_for_only_so_long(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.faults.add("*", "slow", seconds=1.0, times=2)
    client = connect(sandbox, timeout=0.2)
    with pytest.raises(TransportError, match=r"no answer from .* within 0\.2 s \(api_timeout\)"):
        new_zone(client)
    assert client.call("listCapabilities")["capability"]
    assert sandbox.calls.counts == {"createZone": 1, "listCapabilities": 2}


def test_after_a_write_of_unknown_outcome_the_server_is_asked_again(sandbox: Sandbox, connect: Connect) -> None:
    """Else a second try, in the same process, would create the thing again."""
    cloud = Gateway(connect(sandbox))
    fields = {"network_type": "Advanced", "dns1": "192.0.2.53", "internal_dns1": "192.0.2.53"}
    assert cloud.zones.find("z1") == []
    sandbox.faults.add("createZone", "drop_after")
    with pytest.raises(TransportError):
        cloud.zones.create(name="z1", **fields)
    assert [zone.name for zone in cloud.zones.find("z1")] == ["z1"]
    sandbox.faults.add("deleteZone", "drop_after")
    with pytest.raises(TransportError):
        cloud.zones.delete(cloud.zones.find("z1")[0].id)
    assert cloud.zones.find("z1") == []
