# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several clusters rolled at the same time, and what the others do when the roll through one of them stops."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from integration.maintenance.site import build, more_clusters, notes
from integration.maintenance.test_playbook import PATIENCE, Zone

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from sandbox.server import Sandbox

HOSTS = 3
# The work on c2 fails once c1 works too, and c1 goes on when the roll through c2 has stopped.
STAGE = """
- name: Fail
  ansible.builtin.fail:
    msg: no power
  when: rolling_maintenance_cluster == 'c2'

- name: Work until c2 has stopped
  ansible.builtin.wait_for:
    path: {folder}/stopped
"""


@pytest.fixture
def zone() -> Iterator[Zone]:
    with Sandbox(seed=1, speed=20.0) as box:
        site = build(Client(Http(Endpoint(box.url, box.key, box.secret))), hosts=HOSTS, vms=1)
        more_clusters(site, ["c2"], HOSTS)
        box.calls.clear()
        yield Zone(box, site)


def locked(zone: Zone) -> int:
    """Clusters that are locked."""
    return sum("hostcraft.lock" in note for note in zone.box.run(notes))


def out(zone: Zone) -> list[str]:
    """Hosts in maintenance by the cluster that their name tells."""
    names = zone.box.run(lambda world: [host.name for host in world.hosts if host.resource_state == "Maintenance"])
    return sorted("c2" if name.startswith("c2") else "c1" for name in names)


def prepared(zone: Zone, cluster: str) -> int:
    ids = {each for name, each in zone.site.hosts.items() if name.startswith("c2") == (cluster == "c2")}
    return sum(call.params["id"] in ids for call in zone.box.calls.of("prepareHostForMaintenance"))


def await_locks(zone: Zone, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while locked(zone) != count:
        assert time.monotonic() < deadline, f"{locked(zone)} clusters are locked, not {count}"
        time.sleep(0.02)


def test_one_that_stops_ends_the_others_after_their_host_or_does_not(zone: Zone, tmp_path: Path) -> None:
    stage, page = tmp_path / "stage.yml", tmp_path / "page.html"
    stage.write_text(STAGE.format(folder=tmp_path), encoding="utf-8")
    given = {"clusters": ["c1", "c2"], "max_clusters": 2, "stages_on": "controller", "report": str(page)}
    with zone.start(**given, stages={"maintenance": str(stage)}) as process:
        try:
            await_locks(zone, 2)
            await_locks(zone, 1)
            (tmp_path / "stopped").touch()
            output, _none = process.communicate(timeout=600)
        finally:
            process.kill()
    assert process.returncode == 2, output
    reason = 'The roll through c2 stopped at "Fail": no power'
    assert f"{reason}. Not finished: c1. Run the playbook again to continue" in output
    assert out(zone) == ["c2"], "c1 has brought its host back"
    assert (prepared(zone, "c1"), prepared(zone, "c2"), locked(zone)) == (1, 1, 0)
    assert page.stat().st_size > 10_000

    page.unlink()
    status, output = zone.run(**given, stages={"maintenance": str(stage)}, on_failure="continue")
    assert status == 2, output
    assert reason in output
    assert "Not finished" not in output
    assert out(zone) == ["c2"]
    assert (prepared(zone, "c1"), prepared(zone, "c2"), locked(zone)) == (HOSTS, 1, 0)
    assert "c1" in page.read_text(encoding="utf-8")
    zone.nothing_lost()


def unwritten(zone: Zone) -> bool:
    return not [call for call in zone.box.calls if not call.command.startswith(("list", "query"))]


def test_a_cluster_that_is_named_twice_is_refused_and_nothing_is_begun(zone: Zone) -> None:
    """By name, POD/NAME and id: two lanes would roll it at once under the lock of one run."""
    zone.box.calls.clear()
    status, output = zone.run(clusters=["c1", "c2", zone.site.cluster, "p1/c1"], max_clusters=2)
    assert status == 2, output
    assert f"more than once: c1 and {zone.site.cluster} and p1/c1 are one cluster. Name each cluster once." in output
    assert unwritten(zone)
    status, output = zone.run(clusters="c2,c2")
    assert status == 2, output
    assert "more than once: c2 and c2 are one cluster. Name each cluster once." in output
    assert unwritten(zone)


def test_the_refusal_of_several_blames_those_alone_that_cannot_be_rolled(zone: Zone) -> None:
    for name in ("h1", "h2"):
        zone.site.set_host(name, allocationstate="Disable")
    zone.box.calls.clear()
    status, output = zone.run(clusters=["c2", "c1"], max_clusters=2)
    assert status == 2, output
    told = [text.split("\n")[0] for text in output.split("The roll does not begin. ")[1:]]
    assert told, output
    for text in told:
        assert text.startswith("Cluster c1 cannot be rolled: last_host: host h0: "), text
        assert "c2" not in text
        assert "each host:" not in text
    assert unwritten(zone)
