"""What a test can make go wrong, and large worlds from a file."""

from __future__ import annotations

import http.client
import itertools
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from sandbox import fleet, snapshot
from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.worlds import lay_out


def _network(api: Api) -> str:
    return str(api.done("createPhysicalNetwork", zoneid=api.make_zone(), name="p")["physicalnetwork"]["id"])


def _state(api: Api) -> str:
    return str(api.ok("listPhysicalNetworks")["physicalnetwork"][0]["state"])


@pytest.mark.parametrize("jobs", ["forget", "fail"])
def test_a_restart_leaves_running_jobs_unknown_or_failed(sandbox: Sandbox, jobs: str) -> None:
    api = Api(sandbox)
    network = _network(api)
    sandbox.world.durations["updatePhysicalNetwork"] = 600.0
    job = api.ok("updatePhysicalNetwork", id=network, state="Enabled")["jobid"]
    sandbox.faults.add("listZones", "restart", jobs=jobs)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        api.ask("listZones")
    status, body = api.ask("queryAsyncJobResult", jobid=job)
    if jobs == "forget":
        assert status == 431
    else:
        assert (body["jobstatus"], body["jobresult"]["errorcode"]) == (2, 530)
        assert "restart" in body["jobresult"]["errortext"]
    assert _state(api) == "Disabled"


def test_a_failed_job_does_nothing(sandbox: Sandbox) -> None:
    api = Api(sandbox)
    network = _network(api)
    sandbox.faults.add("updatePhysicalNetwork", "job_failed", text="no luck")
    state = api.job("updatePhysicalNetwork", id=network, state="Enabled")
    assert (state["jobstatus"], state["jobresult"]["errortext"]) == (2, "no luck")
    assert _state(api) == "Disabled"


def test_a_lost_agent_does_not_come_back(sandbox: Sandbox, tmp_path: Path) -> None:
    api = Api(sandbox)
    host = sandbox.run(lambda world: lay_out(world, 2, tmp_path)[0].uuid)
    sandbox.world.durations["reconnection"] = 0.0
    sandbox.faults.add("listZones", "agent_lost", host="h0")
    api.ok("listZones")
    assert [h["state"] for h in api.ok("listHosts")["host"]] == ["Disconnected", "Up"]
    assert api.job("reconnectHost", id=host)["jobstatus"] == 2
    assert api.ok("listHosts", id=host)["host"][0]["state"] == "Disconnected"
    with pytest.raises(ValueError, match="needs a host"):
        sandbox.faults.add("listZones", "agent_lost")


def _post(url: str, body: Any) -> tuple[int, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_faults_and_durations_are_set_over_http(sandbox: Sandbox) -> None:
    root = sandbox.url.removesuffix("/client/api")
    assert _post(f"{root}/sandbox/faults", {"command": "listZones", "kind": "http", "status": 500})[0] == 200
    assert Api(sandbox).ask("listZones")[0] == 500
    assert _post(f"{root}/sandbox/faults", {"command": "listZones", "kind": "nonsense"})[0] == 400
    assert _post(f"{root}/sandbox/durations", {"migration": 3})[1]["durations"]["migration"] == 3
    assert _post(f"{root}/sandbox/durations", {"migration": "x"})[0] == 400
    assert sandbox.world.durations["migration"] == 3


@pytest.mark.parametrize("name", ["s.jsonl", "s.jsonl.gz"])
def test_a_snapshot_holds_what_was_asked_for_and_no_host_is_overfull(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    snapshot.write(file, snapshot.generate(100, 3000))
    world = World(seed=1)
    snapshot.load(world, file)
    assert (len(world.hosts), len(world.vms)) == (100, 3000)
    assert len({host.ip_address for host in world.hosts}) == 100
    assert all(0 < host.used_memory <= host.memory for host in world.hosts)
    assert sum(host.used_memory for host in world.hosts) == sum(vm.total_bytes for vm in world.vms)


def test_a_server_starts_with_a_snapshot_and_pages_through_it(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    snapshot.write(file, snapshot.generate(40, 400))
    with Sandbox(seed=1, snapshot=file) as box:
        api = Api(box)
        cluster = api.ok("listClusters", name="c1")["cluster"][0]["id"]
        body = api.ok("listHosts", clusterid=cluster, page=1, pagesize=5, details="min")
        assert (body["count"], len(body["host"])) == (8, 5)
        assert api.ok("listVirtualMachines", page=1, pagesize=500)["count"] == 400


def test_vms_that_do_not_fit_are_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        snapshot.write(tmp_path / "s.jsonl", snapshot.generate(1, 1000))


def test_a_snapshot_has_networks_with_their_routers(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    lines = itertools.chain(fleet.lines(8, 40), snapshot.networks(fleet.ZONE, 8))
    snapshot.write(file, lines)
    with Sandbox(seed=1, snapshot=file) as box:
        api = Api(box)
        routers = api.ok("listRouters", listall="true")["router"]
        assert sorted(row["redundantstate"] for row in routers) == [*["BACKUP"] * 4, *["PRIMARY"] * 4, *["UNKNOWN"] * 4]
        assert {(row["state"], row["version"]) for row in routers} == {("Running", "4.10.0")}
        assert sum("vpcid" in row for row in routers) == 2
        assert {row["agentstate"] for row in api.ok("listSystemVms")["systemvm"]} == {"Up"}
        single = next(row for row in routers if not row["isredundantrouter"] and "vpcid" not in row)
        api.done("restartNetwork", id=single["guestnetworkid"], cleanup="true")
        assert len(api.ok("listRouters", listall="true")["router"]) == len(routers)


def test_networks_that_do_not_fit_are_told() -> None:
    world = World(seed=1)
    with pytest.raises(ValueError, match="does not fit in zone zurich"):
        snapshot.fill(world, itertools.chain(fleet.lines(2, 5), snapshot.networks(fleet.ZONE, 400)))
