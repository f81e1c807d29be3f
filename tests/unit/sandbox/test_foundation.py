"""The sandbox's own promises: signatures, validation, versions, jobs, faults, indexes."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from sandbox import surface
from sandbox.auth import signature
from sandbox.registry import COMMANDS
from sandbox.server import Sandbox
from sandbox.world.table import Table


@pytest.fixture(name="box")
def _box() -> Iterator[Sandbox]:
    with Sandbox(seed=1, speed=10.0) as server:
        yield server


def ask(box: Sandbox, command: str, method: str = "POST", **params: str) -> tuple[int, dict[str, Any]]:
    """One signed call on its own connection."""
    sent = {**params, "command": command, "response": "json", "apiKey": box.key}
    form = urlencode({**sent, "signature": signature(sent, box.secret)})
    url = urlsplit(box.url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=10)
    try:
        if method == "GET":
            connection.request("GET", f"{url.path}?{form}")
        else:
            connection.request("POST", url.path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def make_zone(box: Sandbox, name: str = "z1") -> str:
    _, body = ask(box, "createZone", name=name, networktype="Advanced", dns1="10.0.0.1", internaldns1="10.0.0.1")
    return str(body["createzoneresponse"]["zone"]["id"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_methods_are_signed_alike(box: Sandbox, method: str) -> None:
    assert ask(box, "listZones", method, keyword="a b*~c+d") == (200, {"listzonesresponse": {}})


def test_a_wrong_secret_is_refused(box: Sandbox) -> None:
    box.world.users[2].secret_key = "another"
    assert ask(box, "listZones")[0] == 401


def test_every_identifier_parameter_of_a_command_names_a_table(box: Sandbox) -> None:
    for name, command in COMMANDS.items():
        for param in surface.load("4.22")[name].params.values():
            if param.type == "uuid":
                assert param.name in command.entities, f"{name} {param.name}"
                box.world.table(command.entities[param.name])


def test_an_older_server_hides_newer_parameters(box: Sandbox) -> None:
    old, new = surface.load("4.15"), surface.load("4.22.0.0-SNAPSHOT")
    assert "isedge" in new["createZone"].params
    assert "isedge" not in old["createZone"].params
    _, body = ask(box, "listApis", name="createPod")
    assert [p["name"] for p in body["listapisresponse"]["api"][0]["params"] if p["required"]] == ["name", "zoneid"]


def test_an_unknown_entity_is_refused_and_an_empty_list_has_no_keys(box: Sandbox) -> None:
    status, body = ask(box, "listPods", zoneid="junk")
    assert (status, body["listpodsresponse"]["cserrorcode"]) == (431, 9999)
    assert ask(box, "listPods") == (200, {"listpodsresponse": {}})


def test_pages_share_one_count_and_end_without_a_list(box: Sandbox) -> None:
    for number in range(3):
        make_zone(box, f"z{number}")
    names = []
    for page in "123":
        _, body = ask(box, "listZones", page=page, pagesize="2")
        assert body["listzonesresponse"]["count"] == 3
        names.append([z["name"] for z in body["listzonesresponse"].get("zone", [])])
    assert names == [["z0", "z1"], ["z2"], []]
    assert ask(box, "listZones", page="1", pagesize="501")[0] == 431


def test_a_job_ends_and_a_restart_forgets_it(box: Sandbox) -> None:
    zone = make_zone(box)
    _, body = ask(box, "createPhysicalNetwork", zoneid=zone, name="p")
    job = body["createphysicalnetworkresponse"]["jobid"]

    def ended() -> dict[str, Any]:
        state: dict[str, Any] = ask(box, "queryAsyncJobResult", jobid=job)[1]["queryasyncjobresultresponse"]
        return state if state["jobstatus"] != 0 else {}

    state = box.wait_for(ended)
    assert state["jobresult"]["physicalnetwork"]["name"] == "p"

    box.world.durations["createPhysicalNetwork"] = 600.0
    _, body = ask(box, "createPhysicalNetwork", zoneid=zone, name="q")
    box.faults.add("listZones", "restart")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask(box, "listZones")
    assert ask(box, "queryAsyncJobResult", jobid=body["createphysicalnetworkresponse"]["jobid"])[0] == 431


def test_a_fault_hits_the_call_that_was_named(box: Sandbox) -> None:
    box.faults.add("listZones", "http", nth=2, status=503)
    assert [ask(box, "listZones")[0] for _ in range(3)] == [200, 503, 200]
    box.faults.add("listPods", "bad_json")
    with pytest.raises(ValueError, match="Unterminated"):
        ask(box, "listPods")
    with pytest.raises(ValueError, match="unknown fault"):
        box.faults.add("listZones", "nonsense")


@pytest.mark.parametrize(("kind", "done"), [("drop", 0), ("drop_after", 1)])
def test_a_dropped_write_is_done_or_not(box: Sandbox, kind: str, done: int) -> None:
    box.faults.add("createZone", kind)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        make_zone(box)
    assert box.run(lambda world: len(world.zones)) == done
    assert box.calls.counts["createZone"] == 1


def test_an_index_follows_updates_and_removals(box: Sandbox) -> None:
    zone = make_zone(box)
    table: Table[Any] = box.world.zones
    row = table.by_uuid(zone)
    assert row is not None
    table.update(row, name="renamed")
    assert (table.select(name="z1"), table.select(name="renamed")) == ([], [row])
    table.remove(row)
    assert table.select(name="renamed") == []
    assert table.by_uuid(zone) is None
