# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves of several hosts: emptied together within one limit, and while the server prepares the one before."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.lab import Killed, Lab, Life
from integration.maintenance.test_faults import furnish, nothing_lost
from integration.maintenance.test_walk import prepared, walk, whole
from planner.instants import Instants

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.ahead import Ahead
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.migrations import Limits
from sandbox.rules import drain, host_states, life
from sandbox.world import World
from sandbox.world.hosts import Host
from unit.sandbox.worlds import lay_out, new_vm

MIGRATION = 5.0
PREPARED = 7.0  # seconds that a real server needs for an empty host
EVERY = 23  # of the calls, one is tried
LIMITS = Limits()
IN_TURN = Limits(in_all=2)  # as many as one host may have, so that the first host's VMs move first


def slowed(begin: Callable[[World, Host], None]) -> Callable[[World, Host], None]:
    """A drain that takes the server longer than a migration."""

    def later(world: World, host: Host) -> None:
        after, soon = world.later, asyncio.get_running_loop().call_later
        # For the length of one call, a method of this world alone is another; types know methods of classes only.
        world.later = lambda _what, act: soon(PREPARED, act)  # type: ignore[assignment,method-assign]
        try:
            begin(world, host)
        finally:
            world.later = after  # type: ignore[method-assign]

    return later


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "begin", slowed(drain.begin))


def states(lab: Lab) -> dict[str, str]:
    return {host.name: host.resource_state for host in lab.box.world.hosts}


def watched(lab: Lab, most: int = 2, spare_hosts: int = 0, limits: Limits = LIMITS) -> Instants:
    its = (limits.per_source, limits.per_target, limits.in_all)
    seen = Instants(lab.box.world, most, spare_hosts, its)
    lab.on_call = seen
    return seen


def took(folder: Path, limits: Limits) -> tuple[float, Instants, dict[str, Any]]:
    with Lab() as lab:
        furnish(lab, folder, hosts=4, vms=3)
        lab.box.world.durations["migration"] = MIGRATION
        seen, began = watched(lab, limits=limits), lab.loop.time()
        result = walk(lab, limits=limits, most_at_once=2)
        assert (seen.wrong, result["ended"]) == (set(), True)
        seconds = lab.loop.time() - began
        whole(lab)
        return seconds, seen, result


@pytest.mark.parametrize(("in_all", "rounds"), [(8, 4), (2, 2)], ids=["all-at-once", "the-first-host-first"])
def test_a_wave_takes_less_time_and_no_more_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_all: int, rounds: int
) -> None:
    """Within the limits of one host both move together; where those are the limits of all, while the server works."""
    seconds, seen, result = took(tmp_path, Limits(in_all=in_all))
    with monkeypatch.context() as patch:
        patch.setattr(Ahead, "begin", lambda *_given: None)
        before, alone, same = took(tmp_path, Limits(in_all=in_all))
    assert (alone.together, alone.overlaps) == (0, 0)
    assert (seen.together > 0, seen.overlaps > 0) == (True, in_all == 2)
    # Of two waves, two rounds of migrations each; or what the server takes for the first host.
    assert before - seconds > (rounds - 1) * min(MIGRATION, PREPARED)
    rows = [(row["name"], len(row["moved"]), row["resource_state"]) for row in result["host_results"]]
    assert rows == [(row["name"], len(row["moved"]), row["resource_state"]) for row in same["host_results"]]
    assert max(row["seconds"] for row in result["host_results"]) < 6 * MIGRATION + 2 * PREPARED


@pytest.mark.parametrize("seed", range(6))
def test_promises_hold_at_every_instant(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    most, spare_hosts, hosts = chance.choice((2, 3)), seed % 2, chance.choice((5, 6))
    limits = Limits(*((2, 2, 8), (1, 2, 2), (2, 1, 3), (1, 1, 8), (3, 2, 3), (2, 2, 2))[seed])
    with Lab(seed=seed) as lab:

        def fill() -> None:
            for host in lay_out(lab.box.world, hosts, tmp_path):
                for _number in range(chance.randint(0, 3)):
                    life.place(lab.box.world, new_vm(lab.box.world, chance.choice((1, 1, 2))), host)

        lab.run(fill)
        lab.box.world.durations["migration"] = chance.choice((1.0, 3.0, 20.0))
        if seed > 2:
            lab.box.faults.add("migrateVirtualMachine", "job_failed", nth=2, times=2, text="no route")
        seen = watched(lab, most, spare_hosts, limits)
        assert walk(lab, limits=limits, most_at_once=most, spare_hosts=spare_hosts)["ended"]
        assert seen.wrong == set()
        assert seen.overlaps + seen.together > 0
        whole(lab)
        assert set(prepared(lab).values()) == {1}


def failing(lab: Lab, times: int) -> Instants:
    """So many drains fail, the first once a VM of the next host is on its way: the next look at the host tells it."""
    left, seen = times, Instants(lab.box.world, 2)

    def call(its: Any) -> None:
        nonlocal left
        out = {host.uuid: host for host in lab.box.world.hosts if host.resource_state == "PrepareForMaintenance"}
        moving = any(vm.state == "Migrating" for vm in lab.box.world.vms)
        host = out.get(its.params.get("id", "")) if its.command == "listHosts" else None
        if left and host is not None and (moving or left < times):
            left -= 1
            host_states.move(lab.box.world, host, "UnableToMigrate")
        seen(its)

    lab.on_call = call
    return seen


def test_a_drain_that_fails_stops_the_moves_of_the_next_host_until_it_is_repeated(lab: Lab, tmp_path: Path) -> None:
    furnish(lab, tmp_path, hosts=5, vms=4)
    lab.box.world.durations["migration"] = 5.0
    seen = failing(lab, 1)
    result = walk(lab, limits=IN_TURN, most_at_once=2)
    assert (seen.wrong, result["ended"]) == (set(), True)
    assert seen.overlaps > 0
    whole(lab)
    assert sorted(prepared(lab).values()) == [1, 1, 1, 1, 2]


def test_a_host_that_cannot_be_prepared_gives_the_next_one_back(lab: Lab, tmp_path: Path) -> None:
    furnish(lab, tmp_path, hosts=5, vms=4)
    lab.box.world.durations["migration"] = 5.0
    seen = failing(lab, 9)
    with pytest.raises(Refused) as caught:
        walk(lab, limits=IN_TURN, most_at_once=2)
    assert seen.wrong == set()
    rows: Any = caught.value.details["host_results"]
    assert [(row["name"], bool(row.get("failed"))) for row in rows] == [
        (rows[0]["name"], True),
        (rows[1]["name"], False),
    ]
    assert rows[1]["moved"], "what was moved off the second host is told"
    nothing_lost(lab)
    left = states(lab)
    assert left.pop(rows[0]["name"]) == "ErrorInPrepareForMaintenance"
    assert set(left.values()) == {"Enabled"}
    lab.on_call = lambda _call: None
    assert walk(lab, most_at_once=2, token="next")["ended"]
    whole(lab)


def test_a_host_that_cannot_be_emptied_gives_back_those_beside_it(lab: Lab, tmp_path: Path) -> None:
    """Once their migrations that are under way have ended; no more are started."""
    furnish(lab, tmp_path, hosts=4, vms=3)
    seen, first = watched(lab), {vm.uuid for vm in lab.box.world.vms if vm.host_id == 1}

    def fail(call: Any) -> None:
        seen(call)
        if call.command == "migrateVirtualMachine":
            lab.box.faults.clear()
            if call.params["virtualmachineid"] in first:
                lab.box.faults.add("migrateVirtualMachine", "job_failed", text="no route")

    lab.on_call = fail
    with pytest.raises(Refused, match="no route") as caught:
        walk(lab, most_at_once=2)
    rows: Any = caught.value.details["host_results"]
    assert [(row["name"], bool(row.get("failed"))) for row in rows] == [("h0", True), ("h1", False)]
    assert 0 < len(rows[1]["moved"]) <= 3
    assert set(states(lab).values()) == {"Enabled"}
    assert seen.wrong == set()
    nothing_lost(lab)


def test_hosts_of_a_wave_are_given_back_where_the_lock_is_lost(lab: Lab, tmp_path: Path) -> None:
    """To another run, while VMs move off both."""
    furnish(lab, tmp_path, hosts=4, vms=4)
    lab.box.world.durations["migration"] = 60.0
    seen = watched(lab)

    def lose(call: Any) -> None:
        seen(call)
        for row in lab.box.world.annotations if call.command == "queryAsyncJobResult" else ():
            if row.text.startswith(locks.PREFIX):
                row.text = locks.PREFIX + '{"token":"x","who":"anna@desk","job":"AWX job 7","lease":9000}'

    lab.on_call = lose
    with pytest.raises(Refused, match="anna@desk") as caught:
        walk(lab, most_at_once=2, lease=20.0)
    rows: Any = caught.value.details["host_results"]
    assert [row["name"] for row in rows] == ["h0", "h1"]
    assert set(states(lab).values()) == {"Enabled"}
    assert seen.together > 0
    nothing_lost(lab)


@pytest.mark.parametrize("first", [1, 2], ids=["none-moves", "one-moves"])
def test_a_host_that_cannot_be_emptied_is_told_once_the_one_before_is_out(lab: Lab, tmp_path: Path, first: int) -> None:
    """Migrations that have failed are not tried again in its turn; where none was made, it is planned anew."""
    furnish(lab, tmp_path, hosts=4, vms=2)
    seen, tried = watched(lab, limits=IN_TURN), Counter[tuple[str, ...]]()

    def fail(call: Any) -> None:
        seen(call)
        if call.command == "prepareHostForMaintenance":
            lab.box.faults.add("migrateVirtualMachine", "job_failed", nth=first, times=999, text="no route")
            tried.clear()
        if call.command == "migrateVirtualMachine":
            tried[call.params["virtualmachineid"], call.params["hostid"]] += 1

    lab.on_call = fail
    with pytest.raises(HostcraftError) as caught:
        walk(lab, limits=IN_TURN, most_at_once=2)
    rows: Any = caught.value.details["host_results"]
    assert [bool(row.get("failed")) for row in rows] == [False, True]
    assert "no route" in str(caught.value)
    assert Counter(states(lab).values()) == {"Maintenance": 1, "Enabled": 3}
    assert states(lab)[rows[0]["name"]] == "Maintenance"
    assert seen.wrong == set()
    assert max(tried.values()) == (2 if first == 1 else 1)
    nothing_lost(lab)


def test_a_drain_that_a_killed_run_left_is_waited_for_before_the_next_host_moves(lab: Lab, tmp_path: Path) -> None:
    """Also where the host that was half emptied is listed first."""
    furnish(lab, tmp_path, hosts=4, vms=2)

    def fill() -> None:
        for host in list(lab.box.world.hosts)[:-1]:
            life.place(lab.box.world, new_vm(lab.box.world), host)

    lab.run(fill)
    seen, its = Instants(lab.box.world, 2), Life()

    def kill(call: Any) -> None:
        seen(call)
        its.kills_at = its.calls + 1 if seen.overlaps == 1 else 0

    lab.on_call = kill
    with pytest.raises(Killed):
        walk(lab, life=its, limits=IN_TURN, most_at_once=2)
    away = [(name, state) for name, state in states(lab).items() if state != "Enabled"]
    assert [state for _name, state in away] == ["Disabled", "PrepareForMaintenance"]
    lab.on_call = seen
    assert walk(lab, most_at_once=2, token="next")["ended"]
    assert seen.wrong == set()
    whole(lab)
    assert set(prepared(lab).values()) == {1}


def count_calls(folder: Path, hosts: int) -> int:
    with Lab() as lab:
        furnish(lab, folder, hosts, vms=1)
        counted = Life()
        walk(lab, life=counted, most_at_once=2)
        return counted.calls


def killed(folder: Path, hosts: int, nth: int, after: bool) -> None:
    """A roll that is killed at that call, and the next one, which ends it with every promise kept."""
    with Lab() as lab:
        furnish(lab, folder, hosts, vms=1)
        seen = watched(lab)
        with pytest.raises(Killed):
            walk(lab, life=Life(kills_at=nth, after=after), most_at_once=2)
        assert walk(lab, most_at_once=2, token="next")["ended"], nth
        assert seen.wrong == set(), nth
        whole(lab)
        # Killed before a host that is back is noted, or while the record is removed, it goes out once more.
        assert (len(prepared(lab)), max(prepared(lab).values()) <= 2) == (hosts, True), nth


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_of_a_wave_and_run_again(tmp_path: Path, after: bool) -> None:
    for nth in range(EVERY - 8 * after, count_calls(tmp_path, 3), EVERY):
        killed(tmp_path, 3, nth, after)
