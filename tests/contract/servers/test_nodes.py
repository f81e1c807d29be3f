# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management servers listed, judged, drained and given back their work, with answers lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.management_servers import (
    management_server,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    Ambiguous,
    InvalidValue,
    NotFound,
    Refused,
    Unsupported,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import nodes
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.servers.nodes import ServersNotFit
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.servers.nodes import ServerNotDrained
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.accounts import ManagementServer
from unit.sandbox.site import Site

SECOND = "192.0.2.12"
INFO, SERVER = "cs_management_server_info", "cs_management_server"
LISTED = pytest.mark.since("4.12")
DRAINS = pytest.mark.since("4.21")
STOPS = pytest.mark.since("4.19")


def second(world: World, **fields: Any) -> ManagementServer:
    given: dict[str, Any] = {"name": "mgmt2", "address": SECOND, "given": ["a1", "a2"], **fields}
    row = ManagementServer(world.management_servers.next_id(), world.new_uuid(), **given)
    return world.management_servers.add(row)


@pytest.fixture
def pair(sandbox: Sandbox, site: Site) -> ManagementServer:
    """Two servers; the one that does not answer calls is the second."""
    return sandbox.run(second)


def codes(outcome: Any) -> set[str]:
    return {finding["code"] for finding in outcome.result["findings"]}


@pytest.mark.since("4.21", raises=(AssertionError, KeyError, TypeError, Unsupported))
def test_servers_are_shown_with_agents_jobs_and_peers(cloud: Gateway, pair: ManagementServer) -> None:
    pair.jobs = 3
    first, other = perform(cloud, INFO).result["management_servers"]
    assert (other["name"], other["address"], other["agents"], other["jobs"]) == ("mgmt2", SECOND, ["a1", "a2"], 3)
    assert [(peer["name"], peer["reached"]) for peer in first["peers"]] == [("mgmt2", True)]
    assert perform(cloud, INFO, name=SECOND).result["management_servers"] == [other]
    assert perform(cloud, INFO, name="nobody").result["management_servers"] == []


@LISTED
def test_an_older_server_tells_less_and_that_is_said(cloud: Gateway, pair: ManagementServer) -> None:
    seen = perform(cloud, INFO).result
    assert [row["state"] for row in seen["management_servers"]] == ["Up", "Up"]
    told = [row["peers"] is None for row in seen["management_servers"]]
    assert [each["code"] for each in seen["unseen"]] == ["peer_unreachable"] * sum(told)


@LISTED
def test_one_server_is_a_note(cloud: Gateway) -> None:
    assert codes(perform(cloud, INFO)) == {"one_server"}


@LISTED
def test_a_setting_that_is_read_at_the_start_needs_a_restart(cloud: Gateway, sandbox: Sandbox, site: Site) -> None:
    site.api.ok("updateConfiguration", name="event.purge.delay", value="30")
    sandbox.run(lambda world: setattr(world.server, "started", "2020-01-01T00:00:00+0000"))
    assert not [row for row in perform(cloud, INFO).result["management_servers"] if row["restart_for"]]
    name = sandbox.run(lambda world: next(row.name for row in world.settings.values() if not row.dynamic))
    site.api.ok("updateConfiguration", name=name, value=sandbox.world.settings.value(name) or "1")
    (row,) = perform(Gateway(cloud._client), INFO).result["management_servers"]
    # Before 4.17 the server does not tell when it started.
    assert row["restart_for"] == ([name] if row["started"] else [])


@LISTED
@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"state": "Down"}, {"server_down"}),
        ({"state": "Maintenance"}, {"server_closed"}),
        ({"version": "4.21.0.0"}, {"versions_differ"}),
        pytest.param(
            {"given": [f"a{n}" for n in range(9)]},
            {"agents_unbalanced"},
            marks=pytest.mark.since("4.21", raises=(AssertionError, Unsupported)),
        ),
        ({}, set()),
    ],
)
def test_what_is_wrong_is_named(cloud: Gateway, sandbox: Sandbox, fields: dict[str, Any], found: set[str]) -> None:
    sandbox.run(lambda world: second(world, **{"given": [], **fields}))
    assert codes(perform(cloud, INFO)) == found


@pytest.mark.since("4.20.1", raises=BaseException)
def test_two_that_are_up_and_do_not_reach_each_other_are_named(cloud: Gateway, pair: ManagementServer) -> None:
    pair.unreached.add(cloud.management_servers.all()[0].id)
    with pytest.raises(ServersNotFit, match="peer_unreachable"):
        perform(cloud, INFO, fail="blocks", ignore=["agents_unbalanced"])
    with pytest.raises(InvalidValue):
        perform(cloud, INFO, ignore=["no_such_code"])


@DRAINS
def test_a_server_is_drained_once_and_gets_its_agents_back(cloud: Gateway, pair: ManagementServer) -> None:
    done = twice(cloud, SERVER, name="mgmt2", state="maintenance")
    assert (done.before, done.after) == ({"state": "Up"}, {"state": "Maintenance"})
    assert (done.result["state"], done.result["agents"], done.result["pending_jobs"]) == ("Maintenance", 0, 0)
    back = twice(cloud, SERVER, name="mgmt2", state="up")
    assert (back.result["state"], back.result["agents"]) == ("Up", 2)


@pytest.mark.parametrize("state", ["PreparingToShutDown", "PreparingForShutDown"])
def test_the_state_before_a_stop_has_two_names(state: str) -> None:
    """The first one in 4.19 and 4.20."""
    read = management_server({"id": "1", "name": "ms1", "state": state})
    assert read.state == nodes.PREPARING_STOP
    others = [nodes.Server("2", "ms2", nodes.UP)]
    assert nodes.plan(read, others, nodes.IN_SERVICE, False).steps == (nodes.CANCEL_SHUTDOWN,)
    assert nodes.plan(read, others, nodes.STOPPED, False).steps == (nodes.TRIGGER,)


@DRAINS
def test_a_server_in_maintenance_is_shut_down(cloud: Gateway, pair: ManagementServer) -> None:
    perform(cloud, SERVER, name="mgmt2", state="maintenance")
    assert perform(cloud, SERVER, name="mgmt2", state="shut_down").result["state"] == "Down"


@STOPS
def test_a_server_is_shut_down_after_its_jobs(cloud: Gateway, sandbox: Sandbox, pair: ManagementServer) -> None:
    ready = twice(cloud, SERVER, name="mgmt2", state="ready_to_shut_down")
    assert ready.result["state"] == "ReadyToShutDown"
    assert twice(cloud, SERVER, name="mgmt2", state="up").result["state"] == "Up"
    sandbox.calls.clear()
    assert perform(cloud, SERVER, name="mgmt2", state="shut_down").result["state"] == "Down"
    assert writes(sandbox) == ["prepareForShutdown", "triggerShutdown"]
    assert not perform(cloud, SERVER, name="mgmt2", state="shut_down").changed
    with pytest.raises(Refused, match="start its service"):
        perform(cloud, SERVER, name="mgmt2", state="up")


@pytest.mark.parametrize("kind", ["drop", "drop_after", "html"])
@pytest.mark.parametrize(
    ("state", "command"),
    [
        pytest.param("maintenance", "prepareForMaintenance", marks=DRAINS),
        pytest.param("shut_down", "prepareForShutdown", marks=STOPS),
        pytest.param("shut_down", "triggerShutdown", marks=STOPS),
        pytest.param("ready_to_shut_down", "prepareForShutdown", marks=STOPS),
    ],
)
def test_a_lost_answer_ends_in_the_same_state(
    cloud: Gateway, sandbox: Sandbox, pair: ManagementServer, state: str, command: str, kind: str
) -> None:
    expected = {"maintenance": "Maintenance", "shut_down": "Down", "ready_to_shut_down": "ReadyToShutDown"}[state]
    sandbox.faults.add(command, kind)
    assert perform(cloud, SERVER, name="mgmt2", state=state).result["state"] == expected


@DRAINS
@pytest.mark.parametrize("kind", ["drop", "drop_after"])
def test_a_lost_answer_of_a_cancellation(cloud: Gateway, sandbox: Sandbox, pair: ManagementServer, kind: str) -> None:
    perform(cloud, SERVER, name="mgmt2", state="maintenance")
    sandbox.faults.add("cancelMaintenance", kind)
    assert perform(cloud, SERVER, name="mgmt2", state="up").result["state"] == "Up"


@DRAINS
def test_what_is_left_is_named(cloud: Gateway, sandbox: Sandbox, pair: ManagementServer) -> None:
    sandbox.faults.add("prepareForMaintenance", "agents_stay", target="mgmt2")
    # The server gives up long before the task: neither is a race.
    sandbox.run(lambda world: world.durations.update({"server drain": 0.01}))
    with pytest.raises(ServerNotDrained, match="2 agents are still connected") as failed:
        perform(cloud, SERVER, name="mgmt2", state="maintenance")
    assert failed.value.details["agents"] == ["a1", "a2"]
    assert pair.state == "Up"
    pair.jobs = 1
    with pytest.raises(ServerNotDrained):
        perform(cloud, SERVER, name="mgmt2", state="ready_to_shut_down", timeout=3)


@DRAINS
def test_forced_goes_on_with_what_is_left(cloud: Gateway, sandbox: Sandbox, pair: ManagementServer) -> None:
    sandbox.faults.add("prepareForMaintenance", "agents_stay", target="mgmt2")
    # The server gives up long before the task: neither is a race.
    sandbox.run(lambda world: world.durations.update({"server drain": 0.01}))
    assert perform(cloud, SERVER, name="mgmt2", state="maintenance", forced=True).result["state"] == "Maintenance"


@pytest.mark.parametrize(
    "state",
    [
        pytest.param("maintenance", marks=DRAINS),
        pytest.param("ready_to_shut_down", marks=STOPS),
        pytest.param("shut_down", marks=STOPS),
    ],
)
def test_the_last_one_stays_in_service(cloud: Gateway, sandbox: Sandbox, state: str) -> None:
    with pytest.raises(Refused) as refused:
        perform(cloud, SERVER, name="localhost", state=state)
    assert [reason.code for reason in refused.value.reasons] == ["last_server"]
    assert writes(sandbox) == []
    if state == "maintenance":
        with pytest.raises(Refused):
            perform(cloud, SERVER, name="localhost", state=state, consent=True)
    else:
        done = perform(cloud, SERVER, name="localhost", state=state, consent=True)
        assert done.changed


@DRAINS
def test_one_after_the_other(cloud: Gateway, sandbox: Sandbox, pair: ManagementServer) -> None:
    sandbox.run(
        lambda world: second(world, name="mgmt3", address="192.0.2.13", state="PreparingForMaintenance", jobs=1)
    )
    with pytest.raises(Refused) as refused:
        perform(cloud, SERVER, name="mgmt2", state="maintenance")
    assert [reason.code for reason in refused.value.reasons] == ["another_prepares"]
    with pytest.raises(Refused) as refused:
        perform(cloud, SERVER, name="mgmt3", state="shut_down")
    assert [reason.code for reason in refused.value.reasons] == ["wrong_state"]


@LISTED
def test_a_name_that_several_have_or_nobody(cloud: Gateway, sandbox: Sandbox) -> None:
    sandbox.run(lambda world: second(world, name="localhost"))
    with pytest.raises(Ambiguous):
        perform(cloud, SERVER, name="localhost", state="up")
    with pytest.raises(NotFound):
        perform(cloud, SERVER, name="mgmt9", state="up")


@pytest.mark.parametrize("state", ["maintenance", "shut_down"])
def test_an_older_server_is_named_before_anything_is_done(
    cloud: Gateway, sandbox: Sandbox, pair: ManagementServer, state: str
) -> None:
    sandbox.api.apis = {name: api for name, api in sandbox.api.apis.items() if not name.startswith("prepareFor")}
    with pytest.raises(Unsupported, match="requires CloudStack 4"):
        perform(cloud, SERVER, name="mgmt2", state=state)
    assert writes(sandbox) == []
