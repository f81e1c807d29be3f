# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asynchronous jobs of a running server."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.fields import new_zone

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, JobLost, WaitTimeout
from sandbox.server import Sandbox

POLL = "queryAsyncJobResult"


@pytest.fixture
def client(sandbox: Sandbox, connect: Connect) -> Client:
    return connect(sandbox, jobs_at_once=3)


@pytest.fixture
def network(client: Client) -> dict[str, Any]:
    """Fields of an asynchronous call."""
    return {"zoneid": new_zone(client)["id"], "name": "pn"}


def test_a_job_gives_what_it_made(client: Client, network: dict[str, Any]) -> None:
    made = client.run("createPhysicalNetwork", network)
    assert made["physicalnetwork"]["name"] == "pn"


def test_jobs_run_together_and_answer_in_order(client: Client, network: dict[str, Any], sandbox: Sandbox) -> None:
    sandbox.run(lambda world: world.durations.update({"createPhysicalNetwork": 0.2}))
    names = [f"pn{n}" for n in range(8)]
    outcomes = client.run_all([("createPhysicalNetwork", {**network, "name": name}) for name in names])
    assert [outcome["physicalnetwork"]["name"] for outcome in outcomes] == names  # type: ignore[index]
    under_way, most = 0, 0
    for call in sandbox.calls:
        # A job is started before any poll of a later round: starts without a poll between them are together.
        under_way = under_way + 1 if call.command == "createPhysicalNetwork" else 0
        most = max(most, under_way)
    assert most == 3


def test_a_failed_job_tells_its_id_and_text(client: Client, network: dict[str, Any], sandbox: Sandbox) -> None:
    sandbox.faults.add("createPhysicalNetwork", "job_failed", text="no switch")
    with pytest.raises(ApiError) as caught:
        client.run("createPhysicalNetwork", network)
    details = caught.value.details
    polled = sandbox.calls.of(POLL)[-1].params["jobid"]
    assert details == {"command": "createPhysicalNetwork", "errorcode": 530, "job_id": polled}
    assert "no switch" in caught.value.message


def test_one_failed_job_leaves_the_others(client: Client, network: dict[str, Any], sandbox: Sandbox) -> None:
    sandbox.faults.add("createPhysicalNetwork", "job_failed", nth=2)
    outcomes = client.run_all([("createPhysicalNetwork", {**network, "name": f"pn{n}"}) for n in range(4)])
    assert [isinstance(outcome, ApiError) for outcome in outcomes] == [False, True, False, False]
    made = [outcome["physicalnetwork"]["name"] for outcome in outcomes if not isinstance(outcome, ApiError)]
    assert made == ["pn0", "pn2", "pn3"]


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("drop", {}),
        ("drop_after", {}),
        ("bad_json", {}),
        ("html", {"status": 200}),
        ("html", {"status": 502}),
        ("http", {"status": 503}),
        ("http", {"status": 429}),
        ("http", {"status": 530}),
    ],
)
def test_a_lost_poll_does_not_fail_the_job(
    client: Client, network: dict[str, Any], sandbox: Sandbox, kind: str, settings: dict[str, Any]
) -> None:
    sandbox.faults.add(POLL, kind, times=6, **settings)
    assert client.run("createPhysicalNetwork", network)["physicalnetwork"]["name"] == "pn"
    assert sandbox.calls.counts["createPhysicalNetwork"] == 1
    assert sandbox.calls.counts[POLL] >= 7


def test_a_restart_that_forgets_jobs_is_told_as_such(client: Client, network: dict[str, Any], sandbox: Sandbox) -> None:
    sandbox.run(lambda world: world.durations.update({"createPhysicalNetwork": 60}))
    sandbox.faults.add(POLL, "restart")
    with pytest.raises(JobLost) as caught:
        client.run("createPhysicalNetwork", network)
    assert caught.value.details["job_id"] == sandbox.calls.of(POLL)[0].params["jobid"]
    assert caught.value.details["command"] == "createPhysicalNetwork"
    assert sandbox.calls.counts["createPhysicalNetwork"] == 1


def test_a_job_that_takes_too_long_is_named(connect: Connect, network: dict[str, Any], sandbox: Sandbox) -> None:
    sandbox.run(lambda world: world.durations.update({"createPhysicalNetwork": 600}))
    client = connect(sandbox, job_timeout=90.0)
    began = client.clock.now()
    with pytest.raises(WaitTimeout) as caught:
        client.run("createPhysicalNetwork", network)
    assert 90.0 <= client.clock.now() - began <= 90.2
    assert sandbox.calls.of(POLL)[-1].params["jobid"] in caught.value.message
    assert "createPhysicalNetwork" in caught.value.message
