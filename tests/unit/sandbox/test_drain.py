"""CloudStack's own drain: one at a time in a cluster, destinations drawn blindly, an end that tells the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.worlds import lay_out, run_on

FINAL = ("Maintenance", "ErrorInPrepareForMaintenance")


def _wait(api: Api, host: str) -> str:
    """The final resource state of a drain."""

    def final() -> str:
        state = str(api.ok("listHosts", id=host)["host"][0]["resourcestate"])
        return state if state in FINAL else ""

    return api.box.wait_for(final)


def _fill(box: Sandbox, folder: Path, hosts: int, each: int) -> list[str]:
    def build(world: Any) -> list[str]:
        rows = lay_out(world, hosts, folder)
        for host in rows:
            run_on(world, host, each)
        return [host.uuid for host in rows]

    return box.run(build)


def _left(api: Api, host: str) -> int:
    return int(api.ok("listVirtualMachines", hostid=host, listall="true").get("count", 0))


def test_drains_of_a_tight_cluster_collide(tmp_path: Path) -> None:
    """Eight hosts of 8 GiB with five VMs of 1 GiB each: some drains leave VMs behind, most do not (FIELD_FACTS)."""
    ends: list[str] = []
    for seed in range(4):
        with Sandbox(seed=seed, speed=50.0) as box:
            api = Api(box)
            for host in _fill(box, tmp_path, 8, 5):
                api.done("prepareHostForMaintenance", id=host)
                ends.append(_wait(api, host))
                assert (ends[-1] == "Maintenance") == (_left(api, host) == 0)
                api.done("cancelHostMaintenance", id=host)
            assert api.ok("listVirtualMachines", state="Running")["count"] == 40
    assert 0 < ends.count("ErrorInPrepareForMaintenance") < len(ends) / 2


def test_a_disabled_cluster_blocks_the_drain_that_an_enabled_one_allows(sandbox: Sandbox, tmp_path: Path) -> None:
    api = Api(sandbox)
    host = _fill(sandbox, tmp_path, 4, 2)[0]
    cluster = api.ok("listHosts", id=host)["host"][0]["clusterid"]
    for allocation, end, left in (("Disabled", "ErrorInPrepareForMaintenance", 2), ("Enabled", "Maintenance", 0)):
        api.ok("updateCluster", id=cluster, allocationstate=allocation)
        api.done("prepareHostForMaintenance", id=host)
        assert (_wait(api, host), _left(api, host)) == (end, left)
        api.done("cancelHostMaintenance", id=host)


def test_one_host_of_a_cluster_drains_at_a_time(sandbox: Sandbox, tmp_path: Path) -> None:
    api = Api(sandbox)
    first, second, *_ = _fill(sandbox, tmp_path, 4, 2)
    sandbox.world.durations["migration"] = 600.0
    api.done("prepareHostForMaintenance", id=first)
    refusals = [api.job("prepareHostForMaintenance", id=host) for host in (first, second)]
    texts = [state["jobresult"]["errortext"] for state in refusals]
    assert [state["jobresultcode"] for state in refusals] == [530, 530]
    assert "already in state PrepareForMaintenance" in texts[0]
    assert "There are other servers attempting migrations for maintenance" in texts[1]


@pytest.mark.parametrize("state", ["Disabled", "Maintenance"])
def test_a_host_that_is_not_open_is_refused_and_comes_back_enabled(
    sandbox: Sandbox, tmp_path: Path, state: str
) -> None:
    api = Api(sandbox)
    host = _fill(sandbox, tmp_path, 2, 0)[0]
    assert api.job("cancelHostMaintenance", id=host)["jobstatus"] == 2
    if state == "Disabled":
        api.ok("updateHost", id=host, allocationstate="Disable")
    else:
        api.done("prepareHostForMaintenance", id=host)
        assert _wait(api, host) == "Maintenance"
        assert api.ask("updateHost", id=host, allocationstate="Disable")[0] == 530
    assert api.job("prepareHostForMaintenance", id=host)["jobresultcode"] == 530
    back = "updateHost" if state == "Disabled" else "cancelHostMaintenance"
    if state == "Disabled":
        api.ok(back, id=host, allocationstate="Enable")
    else:
        api.done(back, id=host)
    assert api.ok("listHosts", id=host)["host"][0]["resourcestate"] == "Enabled"


def test_only_an_empty_host_in_maintenance_is_deleted_without_force(sandbox: Sandbox, tmp_path: Path) -> None:
    api = Api(sandbox)
    host = _fill(sandbox, tmp_path, 3, 1)[0]
    assert api.ask("deleteHost", id=host)[0] == 530
    api.done("prepareHostForMaintenance", id=host)
    assert _wait(api, host) == "Maintenance"
    assert api.ok("deleteHost", id=host) == {"success": True}
    assert api.ok("listHosts", id=host) == {}
    assert api.ok("listVirtualMachines", state="Running")["count"] == 3
