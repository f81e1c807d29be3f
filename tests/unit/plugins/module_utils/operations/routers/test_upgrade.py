# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrades carried out: a PRIMARY stays, gates stop them, and a run killed anywhere is resumed."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.need import Target
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.served import Rules
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.upgrade import Terms
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.routers.gates import GateFailed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.routers.scope import Scope
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.routers.upgrade import (
    Request,
    show_plan,
    upgrade,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.routers.work import Care
from unit.plugins.module_utils.core.routers.world import NEW, OLD, Networks
from unit.plugins.module_utils.operations.routers.server import Killed, Server

TARGET = Target(minimum=NEW)
FORTY = 40


def server(pairs: int = 1, singles: int = 0) -> Server:
    world = Networks()
    for number in range(pairs):
        world.add(f"pair{number}", OLD, "PRIMARY")
        world.add(f"pair{number}", OLD, "BACKUP")
    for number in range(singles):
        world.add(f"single{number}", OLD)
    return Server(world)


def run(cloud: Server, check_mode: bool = False, most: int = 1, method: str = "auto", **care: object) -> Outcome:
    fields = {"timeout": 30.0, "takeover": 15.0, "health": "fresh", **care}
    target = dataclasses.replace(TARGET, method=method)
    request = Request(Scope(), target, Terms(most, consent=True), Care(target, **fields))  # type: ignore[arg-type]
    return upgrade(cloud.port, request, check_mode)


def all_new(cloud: Server) -> bool:
    return all(row.version == NEW and row.runs for row in cloud.world.rows.values())


def test_forty_networks_keep_a_primary_and_every_router_is_done_once() -> None:
    cloud = server(30, 10)
    old = sorted(cloud.world.rows)
    outcome = run(cloud, most=8)
    assert outcome.changed
    assert sorted(cloud.world.work) == old
    assert all_new(cloud)
    done = outcome.result["done"]
    assert isinstance(done, list)
    assert len(done) == FORTY
    assert all(each["finished"] and all(gate["passed"] for gate in each["gates"]) for each in done)
    assert not run(cloud).changed


def calls_of_a_whole_run(cloud: Server, lost: list[str]) -> int:
    cloud.left, cloud.lost = 100_000, list(lost)
    run(cloud, most=3)
    return 100_000 - cloud.left


@pytest.mark.parametrize("lost", [[], ["destroy"], ["restart_network", "stop"]])
def test_a_run_killed_before_any_call_is_resumed_and_does_no_router_twice(lost: list[str]) -> None:
    for number in range(1, calls_of_a_whole_run(server(2, 1), lost) + 1):
        cloud = server(2, 1)
        old = sorted(cloud.world.rows)
        cloud.lost = list(lost)
        cloud.left = number
        with pytest.raises(Killed):
            run(cloud, most=3)
        cloud.left = 0
        run(cloud, most=3)
        assert sorted(cloud.world.work) == old, f"killed before call {number}"
        assert all_new(cloud)


def test_a_pair_is_never_without_a_primary_but_for_the_fail_over() -> None:
    cloud = server(1)
    run(cloud)
    assert [action for action, _id in cloud.actions] == [
        "destroy", "restart_network", "stop", "destroy", "restart_network",
    ]  # fmt: skip
    assert cloud.least_primaries == {}


@pytest.mark.parametrize("method", ["patch", "reboot"])
def test_routers_are_patched_or_rebooted_once(method: str) -> None:
    cloud = server(2, 2)
    old = sorted(cloud.world.rows)
    run(cloud, most=2, method=method)
    assert sorted(cloud.world.work) == old
    assert sorted(cloud.world.rows) == old
    assert cloud.least_primaries == {}


def test_check_mode_starts_nothing() -> None:
    cloud = server(1, 1)
    outcome = run(cloud, check_mode=True)
    assert outcome.changed
    assert (cloud.actions, outcome.result["networks"]) == ([], 2)


def test_the_first_gate_that_fails_stops_all_others() -> None:
    cloud = server(4)
    cloud.ill = ("pair0",)
    with pytest.raises(GateFailed, match="health checks") as caught:
        run(cloud, most=4)
    assert [action for action, _id in cloud.actions] == ["destroy", "restart_network", "stop", "start"]
    assert caught.value.details["done"][0]["finished"] is False  # type: ignore[index]


def test_a_backup_that_does_not_take_over_gives_the_place_back() -> None:
    cloud = server(1)
    primary = next(row for row in cloud.world.rows.values() if row.redundant_state == "PRIMARY")
    cloud.deaf = {primary.id}
    with pytest.raises(GateFailed, match="did not take over"):
        run(cloud)
    assert cloud.world.rows[primary.id].redundant_state == "PRIMARY"
    assert [action for action, _id in cloud.actions][-2:] == ["stop", "start"]


def test_lost_rules_stop_the_upgrade() -> None:
    cloud = server(0, 3)
    cloud.rules_of["single0"] = [Rules(3), Rules(2)]
    with pytest.raises(GateFailed, match="port_forwarding 2 of 3"):
        run(cloud)
    assert len(cloud.world.work) == 1


def test_a_pair_out_of_order_is_refused_before_anything_is_done() -> None:
    world = Networks()
    world.add("pair", OLD, "PRIMARY")
    world.add("pair", OLD, "PRIMARY")
    cloud = Server(world)
    with pytest.raises(Refused, match="network pair"):
        run(cloud)
    assert cloud.actions == []
    request = Request(Scope(), TARGET, Terms(), Care(TARGET))
    assert show_plan(cloud.port, request).result["feasible"] is False
