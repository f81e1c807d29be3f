# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every wait against a running server: its limit is kept, error states end it, and answers lost meanwhile do not.

The server is where the wait needs it to be; from there a sleep of the waiting side's clock moves it on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from contract.conftest import Connect
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    NotFound,
    Refused,
    TransportError,
    WaitTimeout,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import HostName
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage.maintenance import (
    check_unasked,
    prepared_unasked,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone import hosts, storage, topology
from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site

Change = Callable[[World, Any], object]


@dataclass
class Scene:
    """A zone in a sandbox and a gateway to it. ``moves``: what happens when so many seconds were waited."""

    server: Sandbox
    site: Site
    cloud: Gateway
    clock: FakeClock
    moves: list[tuple[float, Callable[[World], object]]] = field(default_factory=list)
    began: float = 1000.0

    def tick(self, now: float) -> None:
        while self.moves and now - self.began >= self.moves[0][0]:
            self.server.run(self.moves.pop(0)[1])

    @property
    def waited(self) -> float:
        return self.clock.time - self.began


@dataclass(frozen=True)
class Wait:
    """One wait. table, row: what is waited for. show: its state. begin: brings it to where the wait starts; go: waits.

    under_way, good, bad: states while it waits, when it went well, when it went wrong ("" where none ends it).
    listing: the command that asks.
    """

    table: str
    row: Callable[[Site], str]
    attribute: str
    go: Callable[[Gateway, str], object]
    under_way: str
    good: str
    bad: str
    limit: float
    listing: str
    what: str

    def put(self, world: World, site: Site, state: str) -> None:
        table = world.table(self.table)
        row = table.by_uuid(self.row(site))
        table.update(row, **{self.attribute: state})


def drain(cloud: Gateway, id: str) -> object:
    request = hosts.HostRequest(HostName("h0", id), resource_state="Maintenance", drain_limit=600.0)
    return hosts.ensure_host(cloud, request, "present", False).result["resource_state"]


def removal(cloud: Gateway, id: str) -> object:
    """Its drain is waited for; it is gone afterwards."""
    request = hosts.HostRequest(HostName("h0", id), drain_limit=600.0)
    return "Maintenance" if hosts.ensure_host(cloud, request, "absent", False).changed else ""


def pool(cloud: Gateway, id: str) -> object:
    wanted = {"name": "ps1"}
    care = storage.Care(check_unasked, prepared_unasked)
    done = storage.ensure_pool(cloud, None, {}, wanted, "present", False, "maintenance", care=care)
    return done.result["state"]


def reconnection(cloud: Gateway, id: str) -> object:
    return hosts.reconnect(cloud, hosts.HostRequest(HostName("h0", id)), False).result["state"]


def unmanaged(cloud: Gateway, id: str) -> object:
    request = topology.ClusterRequest({"name": "c1"}, managed_state="Unmanaged", limit=600.0)
    return topology.ensure_cluster(cloud, request, "present", False).result["managed_state"]


WAITS = {
    "drain": Wait(
        "hosts", lambda site: site.host, "resource_state", drain, "PrepareForMaintenance", "Maintenance",
        "ErrorInPrepareForMaintenance", 600.0, "listHosts", "to be drained",
    ),
    "drain before removal": Wait(
        "hosts", lambda site: site.host, "resource_state", removal, "PrepareForMaintenance", "Maintenance",
        "ErrorInMaintenance", 600.0, "listHosts", "to be drained",
    ),
    "storage maintenance": Wait(
        "storage_pools", lambda site: site.pool, "state", pool, "PrepareForMaintenance", "Maintenance",
        "ErrorInMaintenance", storage.POOL_LIMIT, "listStoragePools", "storage pool ps1 to be in Maintenance",
    ),
    "reconnection": Wait(
        "hosts", lambda site: site.host, "state", reconnection, "Disconnected", "Up", "", hosts.RECONNECTED,
        "listHosts", "to be Up again",
    ),
    "managed state": Wait(
        "clusters", lambda site: site.cluster, "managed_state", unmanaged, "PrepareUnmanaged", "Unmanaged",
        "", 600.0, "listClusters", "cluster c1 to disconnect its hosts",
    ),
}  # fmt: skip


@pytest.fixture
def scene(sandbox: Sandbox, connect: Connect) -> Scene:
    """Jobs pass at once; what the server does beside them never ends by itself."""
    site = Site(Api(sandbox))
    sandbox.run(lambda world: world.durations.update({"reconnection": 1e6, "migration": 1e6}))
    sandbox.run(lambda world: [world.hosts.update(row, name="h0") for row in world.hosts if row.uuid == site.host])
    clock = FakeClock()
    made = Scene(sandbox, site, Gateway(connect(sandbox, clock=clock)), clock)
    clock.on_sleep = made.tick
    return made


@pytest.fixture(params=WAITS, ids=lambda name: name.replace(" ", "-"))
def wait(request: pytest.FixtureRequest, scene: Scene) -> Wait:
    return start(scene, request.param)


def start(scene: Scene, name: str) -> Wait:
    """A wait at its start: the server is under way, except where asking is what sets it going."""
    found = WAITS[name]
    if found.go is not reconnection:
        scene.server.run(lambda world: found.put(world, scene.site, found.under_way))
    return found


def later(scene: Scene, wait: Wait, seconds: float, state: str) -> None:
    scene.moves.append((seconds, lambda world: wait.put(world, scene.site, state)))


def test_it_ends_when_the_server_is_done(scene: Scene, wait: Wait) -> None:
    later(scene, wait, 42, wait.good)
    assert wait.go(scene.cloud, wait.row(scene.site)) == wait.good
    assert 42 <= scene.waited < 60


def test_a_host_that_is_still_up_has_not_reconnected(scene: Scene) -> None:
    """The job ends first, then the agent leaves, then it comes back."""
    scene.server.run(lambda world: world.durations.update({"disconnection": 1e6}))
    wait = start(scene, "reconnection")
    later(scene, wait, 5, wait.under_way)
    later(scene, wait, 42, wait.good)
    assert wait.go(scene.cloud, wait.row(scene.site)) == wait.good
    assert scene.waited >= 42


def test_it_keeps_its_limit_and_tells_what_it_saw_last(scene: Scene, wait: Wait) -> None:
    with pytest.raises(WaitTimeout) as caught:
        wait.go(scene.cloud, wait.row(scene.site))
    assert wait.limit <= scene.waited < wait.limit + 10
    assert wait.what in caught.value.message
    assert caught.value.message.endswith(f"last seen: {wait.under_way}")
    assert caught.value.details["last"] == wait.under_way


@pytest.mark.parametrize("name", [name for name, wait in WAITS.items() if wait.bad])
def test_an_error_state_ends_it_at_once_as_an_error(scene: Scene, name: str) -> None:
    wait = start(scene, name)
    later(scene, wait, 20, wait.bad)
    with pytest.raises(Refused) as caught:
        wait.go(scene.cloud, wait.row(scene.site))
    assert wait.bad in caught.value.message
    assert scene.waited < 40
    assert not scene.server.calls.counts["deleteHost"]


@pytest.mark.parametrize("kind", ["http", "html", "drop", "drop_after"])
def test_answers_that_are_lost_meanwhile_do_not_fail_it(scene: Scene, wait: Wait, kind: str) -> None:
    def lose(_world: World) -> None:
        scene.server.faults.add(wait.listing, kind, times=2)

    scene.moves.append((10, lose))
    later(scene, wait, 60, wait.good)
    assert wait.go(scene.cloud, wait.row(scene.site)) == wait.good
    assert [fault.fired for fault in scene.server.faults.active] == [2]


def test_a_thing_that_is_gone_meanwhile_is_told_at_once(scene: Scene, wait: Wait) -> None:
    """The existing modules show a host that has vanished as present until their time is up."""

    def vanish(world: World) -> None:
        table = world.table(wait.table)
        table.remove(table.by_uuid(wait.row(scene.site)))

    scene.moves.append((10, vanish))
    with pytest.raises(NotFound):
        wait.go(scene.cloud, wait.row(scene.site))
    assert scene.waited < 30


def test_a_drain_that_is_under_way_is_joined_not_asked_for_again(scene: Scene) -> None:
    wait = WAITS["drain"]
    scene.server.run(lambda world: wait.put(world, scene.site, wait.under_way))
    later(scene, wait, 5, wait.good)
    drain(scene.cloud, scene.site.host)
    assert not scene.server.calls.counts["prepareHostForMaintenance"]
    assert not scene.server.calls.counts["updateHost"]


def test_a_drain_that_somebody_else_asked_for_meanwhile_is_joined(scene: Scene) -> None:
    """Between the listing and the asking: the server refuses the second asking (T2:41)."""
    wait = WAITS["drain"]
    assert scene.cloud.hosts.find(scene.site.host, zone_id=scene.site.zone, detail="min")
    scene.server.run(lambda world: wait.put(world, scene.site, wait.under_way))
    later(scene, wait, 5, wait.good)
    assert drain(scene.cloud, scene.site.host) == "Maintenance"
    # Not at all where it is seen in time.
    assert scene.server.calls.counts["prepareHostForMaintenance"] <= 1


def test_a_drain_whose_answer_was_lost_is_joined(scene: Scene) -> None:
    """Whether it was begun is the server's to tell, and asking twice is refused."""
    scene.server.run(lambda world: world.durations.update({"prepareHostForMaintenance": 0, "migration": 0}))
    scene.server.faults.add("prepareHostForMaintenance", "drop_after")
    assert drain(scene.cloud, scene.site.host) == "Maintenance"
    assert scene.server.calls.counts["prepareHostForMaintenance"] == 1


@pytest.mark.parametrize("state", ["Enabled", "ErrorInMaintenance"])
def test_a_drain_that_never_arrived_is_an_error(scene: Scene, state: str) -> None:
    scene.server.run(lambda world: WAITS["drain"].put(world, scene.site, state))
    scene.server.faults.add("prepareHostForMaintenance", "drop")
    with pytest.raises(TransportError, match="was lost"):
        drain(scene.cloud, scene.site.host)
    assert hosts.BEGUN <= scene.waited < hosts.BEGUN + 10
    assert scene.server.calls.counts["prepareHostForMaintenance"] == 1


@pytest.mark.parametrize("state", ["ErrorInPrepareForMaintenance", "ErrorInMaintenance"])
@pytest.mark.parametrize("wanted", ["Enabled", "Disabled"])
def test_a_failed_drain_is_given_up_by_cancelling_it(scene: Scene, state: str, wanted: str) -> None:
    """The existing modules send updateHost Enable, for which there is no transition."""
    scene.server.run(lambda world: WAITS["drain"].put(world, scene.site, state))
    request = hosts.HostRequest(HostName("h0", scene.site.host), resource_state=wanted)
    assert hosts.ensure_host(scene.cloud, request, "present", False).result["resource_state"] == wanted
    assert scene.server.calls.counts["cancelHostMaintenance"] == 1
    sent = [call.params["allocationstate"] for call in scene.server.calls.of("updateHost")]
    assert sent == (["Disable"] if wanted == "Disabled" else [])


@pytest.mark.parametrize("state", ["ErrorInPrepareForMaintenance", "ErrorInMaintenance"])
def test_a_failed_drain_is_asked_for_again(scene: Scene, state: str) -> None:
    scene.server.run(lambda world: world.durations.update({"migration": 0}))
    scene.server.run(lambda world: WAITS["drain"].put(world, scene.site, state))
    assert drain(scene.cloud, scene.site.host) == "Maintenance"
    assert scene.server.calls.counts["prepareHostForMaintenance"] == 1


def test_a_failed_attempt_to_let_go_of_hosts_is_asked_for_again(scene: Scene) -> None:
    scene.server.run(lambda world: WAITS["managed state"].put(world, scene.site, "PrepareUnmanagedError"))
    assert unmanaged(scene.cloud, scene.site.cluster) == "Unmanaged"
    assert len(scene.server.calls.of("updateCluster")) == 1


def test_an_attempt_of_somebody_else_that_fails_is_made_again(scene: Scene) -> None:
    wait = start(scene, "managed state")
    later(scene, wait, 20, "PrepareUnmanagedError")
    assert unmanaged(scene.cloud, scene.site.cluster) == "Unmanaged"
    assert scene.waited >= 20
    assert len(scene.server.calls.of("updateCluster")) == 1


def test_letting_go_of_hosts_whose_answer_is_lost_ends_as_its_state_says(scene: Scene) -> None:
    scene.server.faults.add("updateCluster", "drop_after")
    assert unmanaged(scene.cloud, scene.site.cluster) == "Unmanaged"
    assert len(scene.server.calls.of("updateCluster")) == 1


@pytest.mark.parametrize("state", ["PrepareUnmanagedError", "Managed"])
def test_letting_go_of_hosts_that_outlasts_its_answer_and_fails_is_an_error(scene: Scene, state: str) -> None:
    """The server lets go of the hosts before it answers, so a proxy may give up first; the state is final."""
    wait = WAITS["managed state"]
    scene.server.faults.add("updateCluster", "html", status=504)
    assert scene.cloud.clusters.find(scene.site.cluster, zone_id=scene.site.zone)
    scene.server.run(lambda world: wait.put(world, scene.site, wait.under_way))
    later(scene, wait, 20, state)
    with pytest.raises(Refused, match=f"its managed state is {state} instead of Unmanaged: .*HTTP 504") as caught:
        unmanaged(scene.cloud, scene.site.cluster)
    assert caught.value.reasons[0].facts == {"managed_state": state, "wanted": "Unmanaged"}
    assert 20 <= scene.waited < 40
    assert len(scene.server.calls.of("updateCluster")) == 1
