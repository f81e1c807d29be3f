# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the controller process and as an ordinary module: the same results; and what the former saves."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from integration.playbook import HERE, Run, run

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from sandbox.server import Sandbox

PATIENCE = 60.0  # seconds for a playbook to ask so often

# Connections of the callback in a playbook of one task: two before it and two after it.
ASKED = 4
# What Ansible itself adds to the answer of a module that ran elsewhere.
ANSIBLES_OWN = {"ansible_facts", "exception", "failed_when_suppressed_exception"}


def played(playbook: str, log: Path, connection: str) -> Run:
    """A run against a fresh sandbox that gives the same ids every time."""
    with Sandbox(seed=7, speed=10.0) as sandbox:
        ended = run(sandbox, HERE / "ways" / playbook, log, connection)
    assert ended.status == 0, ended.output
    assert ended.complaints == []
    return ended


def answer(result: dict[str, Any]) -> dict[str, Any]:
    """What of a result is the module's; the port of its sandbox differs from run to run."""
    found = {key: value for key, value in result.items() if key not in ANSIBLES_OWN and not key.startswith("_")}
    found.get("invocation", {}).get("module_args", {}).pop("api_url", None)
    return found


def test_both_ways_give_the_same_result_key_by_key(tmp_path: Path) -> None:
    inside = played("both_ways.yml", tmp_path / "inside", "local")
    elsewhere = played("both_ways.yml", tmp_path / "elsewhere", "elsewhere")
    assert [task.name for task in inside.tasks] == [task.name for task in elsewhere.tasks]
    assert len(inside.tasks) > 10
    for one, other in zip(inside.tasks, elsewhere.tasks, strict=True):
        mine, its = answer(one.result), answer(other.result)
        assert sorted(mine) == sorted(its), one.name
        for key in mine:
            assert mine[key] == its[key], f"{one.name}: {key}"
        assert one.writes == other.writes, one.name


def test_the_two_ways_are_two(tmp_path: Path) -> None:
    """The controller process sends everything of a loop over one connection; a module has one each."""
    connections = {}
    for connection in ("local", "elsewhere"):
        with Sandbox(seed=7, speed=10.0) as sandbox:
            playbook = HERE / "ways" / "three_zones.yml"
            ended = run(sandbox, playbook, tmp_path / connection, connection)
            assert ended.status == 0, ended.output
            assert len(ended.tasks) == 1
            connections[connection] = sandbox.connections - ASKED
    assert connections == {"local": 1, "elsewhere": 3}


@pytest.mark.parametrize("connection", ["local", "elsewhere"])
def test_each_attempt_of_a_task_that_waits_sees_what_others_did(tmp_path: Path, connection: str) -> None:
    """A zone comes after the third question, another after the sixth."""
    with Sandbox(seed=7, speed=10.0) as sandbox:
        client = Client(Http(Endpoint(sandbox.url, sandbox.key, sandbox.secret)))
        made = threading.Thread(target=_zones_come, args=(sandbox, client, (3, 6)))
        made.start()
        ended = run(sandbox, HERE / "ways" / "waits.yml", tmp_path / "log", connection)
        made.join()
    assert ended.status == 0, ended.output
    first, second = ended.tasks
    assert first.result["attempts"] > 1
    assert second.answers[0]["attempts"] > 1
    assert [len(answer["zones"]) for answer in second.answers] == [2, 2]


def _zones_come(sandbox: Sandbox, client: Client, after: tuple[int, ...]) -> None:
    asked, before = 0, 0
    zone = {"networktype": "Advanced", "dns1": "192.0.2.53", "internaldns1": "192.0.2.53"}
    for number in after:
        deadline = time.monotonic() + PATIENCE
        while asked < number:
            assert time.monotonic() < deadline, "nobody asks again"
            time.sleep(0.05)
            # The callback clears the calls after each task.
            now = sandbox.calls.counts["listZones"]
            asked, before = asked + (now - before if now >= before else now), now
        client.run("createZone", {"name": f"z{number}", **zone})


def test_fifty_unchanged_hosts_cost_one_connection_and_few_calls(tmp_path: Path) -> None:
    with Sandbox(seed=7, speed=10.0) as sandbox:
        made = run(sandbox, HERE / "ways" / "zone_of_fifty.yml", tmp_path / "made")
        assert made.status == 0, made.output
        before = sandbox.connections
        ended = run(sandbox, HERE / "ways" / "many_hosts.yml", tmp_path / "again")
        assert ended.status == 0, ended.output
        (task,) = ended.tasks
        assert [item["changed"] for item in task.result["results"]] == [False] * 50
        assert len(task.calls) <= 12, json.dumps(task.calls)
        assert sandbox.connections - before - ASKED == 1
