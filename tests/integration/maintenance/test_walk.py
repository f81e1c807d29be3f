# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll walked on by one task: with stages, killed, with a fault, beside another run and another administrator."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fakes.lab import Killed, Lab, Life
from integration.maintenance.site import notes
from integration.maintenance.test_faults import furnish, moves, nothing_lost

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import HostName
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks, rolling, walking
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.foretelling import Request
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.migrations import Limits
from sandbox.rules import life as vm_life
from sandbox.world import TIME_FORMAT
from unit.sandbox.worlds import new_vm

HOSTS = 2
EVERY = 7  # of the calls, one is tried


def walk(
    lab: Lab, step: walking.Step | None = None, life: Life | None = None, token: str = "roll/1", **asked: Any
) -> Any:
    lease, limits = asked.pop("lease", 900.0), asked.pop("limits", None) or Limits()
    lock = locks.Lock(token, "operator@admin", "process 1")
    claim = locks.Claim(lock, lease, keep=True, ended=lambda other: token == "next")
    request = rolling.Request(None, "c0", run="roll", claim=claim, **asked)
    each = Request(HostName(""), None, claim, limits=limits)
    return walking.walk(lab.cloud(life), request, each, step or walking.Step(), False).result


def filled(lab: Lab, folder: Path, hosts: int = HOSTS) -> None:
    furnish(lab, folder, hosts=hosts, vms=1)


def whole(lab: Lab) -> None:
    """Every host was out and is back, nothing is lost and nothing lies around."""
    nothing_lost(lab)
    assert {row.resource_state for row in lab.box.world.hosts} == {"Enabled"}
    assert notes(lab.box.world) == []


def prepared(lab: Lab) -> Counter[str]:
    names = {row.uuid: row.name for row in lab.box.world.hosts}
    return Counter(names[call.params["id"]] for call in lab.box.calls.of("prepareHostForMaintenance"))


def count_calls(folder: Path) -> int:
    with Lab() as lab:
        filled(lab, folder)
        life = Life()
        walk(lab, life=life)
        return life.calls


def test_one_task_rolls_the_cluster_and_reads_it_once_for_each_host(lab: Lab, tmp_path: Path) -> None:
    filled(lab, tmp_path)
    result = walk(lab)
    assert (result["ended"], result["stage"], result["stage_hosts"]) == (True, "", [])
    assert [each["name"] for each in result["host_results"]][::2] == list(result["done"])
    whole(lab)
    assert set(prepared(lab).values()) == {1}
    assert lab.box.calls.counts["listVolumes"] == HOSTS + 1
    assert lab.box.calls.counts["listServiceOfferings"] == 2


def test_it_stops_for_each_stage_and_goes_on_after_it(lab: Lab, tmp_path: Path) -> None:
    filled(lab, tmp_path, 3)
    told, step = [], walking.Step(frozenset(walking.STAGES))
    skipped: set[str] = set()
    while True:
        now = walk(lab, step)
        if now["ended"]:
            break
        told += [(now["stage"], name) for name in now["stage_hosts"]]
        if now["stage"] == "pre_maintenance" and not skipped:
            skipped.update(now["stage_hosts"])
        out = {row.name for row in lab.box.world.hosts if row.resource_state == "Maintenance"}
        assert out == set(now["stage_hosts"] if now["stage"] == "maintenance" else ())
        planned = now["plan"]["waves"][0]["moves"] if now["plan"] else []
        step = walking.Step(
            step.stages,
            now["stage"],
            tuple(now["wave"]),
            frozenset(skipped),
            tuple((move["vm_id"], move["target"]) for move in planned),
        )
    whole(lab)
    left_out = skipped.pop()
    assert [stage for stage, name in told if name == left_out] == ["pre_maintenance"]
    assert Counter(stage for stage, _name in told) == {"pre_maintenance": 3, "maintenance": 2, "post_maintenance": 2}
    assert now["skipped_hosts"] == [left_out]
    assert set(prepared(lab)) == {"h0", "h1", "h2"} - {left_out}


def test_hosts_that_are_left_out_from_the_start_have_no_stage(lab: Lab, tmp_path: Path) -> None:
    filled(lab, tmp_path)
    now = walk(lab, walking.Step(frozenset(walking.STAGES), skipped=frozenset(("h0", "h1"))))
    assert (now["ended"], now["stage_hosts"], sorted(now["skipped_hosts"])) == (True, [], ["h0", "h1"])
    assert prepared(lab) == Counter()


def work_of_waves(folder: Path, hosts: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Calls of functions of the collection in each wave of a roll of empty hosts, which is the same on any machine."""
    count, at = 0, list[int]()
    begins = walking.Walk._next

    def called(frame: Any, event: str, _arg: object) -> None:
        nonlocal count
        count += event == "call" and "module_utils" in frame.f_code.co_filename

    def next_wave(self: walking.Walk) -> bool:
        at.append(count)
        return begins(self)

    with Lab() as lab, monkeypatch.context() as patch:
        furnish(lab, folder, hosts=hosts, vms=0)
        patch.setattr(walking.Walk, "_next", next_wave)
        sys.setprofile(called)
        try:
            walk(lab)
        finally:
            sys.setprofile(None)
    return [later - sooner for sooner, later in pairwise(at)]


def test_a_host_costs_as_much_at_the_end_as_at_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (work_of_waves(tmp_path, hosts, monkeypatch) for hosts in (10, 30))
    assert max(many[1:]) == many[1], "the plan has fewer and fewer hosts, and nothing else grows"
    assert many[1] < 3 * few[1], "what is read of each host, and nothing more"


def test_it_ends_after_so_many_waves_and_a_pause_brings_the_hosts_back(lab: Lab, tmp_path: Path) -> None:
    filled(lab, tmp_path, 3)
    first = walk(lab, walking.Step(waves=1))
    assert (first["ended"], first["paused"], first["stage"], len(first["wave"])) == (False, False, "", 1)
    assert set(prepared(lab)) == set(first["wave"])
    main = walking.Step(frozenset(("maintenance",)), waves=1)
    now = walk(lab, main)
    assert now["stage"] == "maintenance"
    planned = tuple((move["vm_id"], move["target"]) for move in now["plan"]["waves"][0]["moves"])
    back = walking.Step(main.stages, "maintenance", tuple(now["wave"]), moves=planned, waves=1, pause=True)
    paused = walk(lab, back)
    assert (paused["ended"], paused["paused"], paused["stage"]) == (False, True, "")
    assert {row.resource_state for row in lab.box.world.hosts} == {"Enabled"}
    assert set(prepared(lab)) == {*first["wave"], *now["wave"]}
    assert [note for note in notes(lab.box.world) if "lock" in note] == []
    assert notes(lab.box.world), "the record is kept"
    paused = walk(lab, walking.Step(pause=True))
    assert (paused["ended"], paused["paused"], len(prepared(lab))) == (False, True, 2)
    assert walk(lab, token="next")["ended"]
    whole(lab)
    assert prepared(lab) == Counter({"h0": 1, "h1": 1, "h2": 1})


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_and_run_again(tmp_path: Path, after: bool) -> None:
    for nth in range(1 + after, count_calls(tmp_path), EVERY):
        with Lab() as lab:
            filled(lab, tmp_path)
            with pytest.raises(Killed):
                walk(lab, life=Life(kills_at=nth, after=after))
            assert walk(lab, token="next")["ended"]
            whole(lab)
            # Killed between the end of its work and the note of it, or before a lost answer, it may go out once more.
            assert set(prepared(lab)) == {"h0", "h1"}
            assert max(moves(lab).values()) <= 3, nth


@pytest.mark.parametrize(
    "fault",
    [{"kind": "http", "status": 503}, {"kind": "drop_after"}, {"kind": "restart", "jobs": "fail"}],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_one_fault_at_any_call_does_not_stop_it(tmp_path: Path, fault: dict[str, Any]) -> None:
    for nth in range(1, count_calls(tmp_path) + 1, EVERY):
        with Lab() as lab:
            filled(lab, tmp_path)
            lab.box.faults.add("*", nth=nth, **fault)
            assert walk(lab)["ended"], nth
            whole(lab)


def test_the_servers_own_error_is_told_with_what_was_done_and_the_next_run_goes_on(tmp_path: Path) -> None:
    for nth in range(2, count_calls(tmp_path) + 1, EVERY):
        with Lab() as lab:
            filled(lab, tmp_path)
            lab.box.faults.add("*", "http", nth=nth, status=530)
            try:
                assert walk(lab)["ended"]
            except HostcraftError as error:
                done: Any = error.details.get("host_results", [])
                assert {each["name"] for each in done if each.get("resource_state") == "Maintenance"} <= set(
                    prepared(lab)
                )
                lab.box.faults.clear()
                assert walk(lab, token="next")["ended"], nth
            whole(lab)


def test_nothing_is_changed_without_the_lock_that_keeps_a_second_run_away(lab: Lab, tmp_path: Path) -> None:
    """Also where the work takes longer than the lease."""
    filled(lab, tmp_path)
    lab.box.world.durations["migration"] = 200.0
    unlocked: list[str] = []

    def look(call: Any) -> None:
        if call.command in (
            "updateHost",
            "migrateVirtualMachine",
            "prepareHostForMaintenance",
            "cancelHostMaintenance",
        ):
            now, held = lab.box.world.time(), [text for text in notes(lab.box.world) if text.startswith(locks.PREFIX)]
            written = [datetime.strptime(row.created, TIME_FORMAT) for row in lab.box.world.annotations]
            alive = max(each.replace(tzinfo=UTC).timestamp() for each in written) + 120 > now
            unlocked.extend([] if held and alive else [call.command])

    lab.on_call = look
    assert walk(lab, lease=120.0)["ended"]
    assert unlocked == []
    whole(lab)


def test_a_vm_that_is_started_on_a_host_at_any_moment_is_taken_along(tmp_path: Path) -> None:
    """Also where the server's account of the host said just before that it holds nothing."""
    for nth in range(1, count_calls(tmp_path) + 1, EVERY):
        with Lab() as lab:
            filled(lab, tmp_path)
            count = 0

            def start(call: Any, lab: Lab = lab, nth: int = nth) -> None:
                nonlocal count
                count += 1
                host = next(row for row in lab.box.world.hosts if row.name == "h0")
                if count == nth and host.resource_state in ("Enabled", "Disabled"):
                    vm_life.start(lab.box.world, new_vm(lab.box.world), host)

            lab.on_call = start
            assert walk(lab)["ended"], nth
            whole(lab)


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_vm_that_comes_with_the_drain_and_is_stopped_by_it_is_started_again(
    lab: Lab, tmp_path: Path, at_once: int
) -> None:
    """The server shows a host that it prepares with nothing allocated, whatever runs there."""
    filled(lab, tmp_path, 3)
    world = lab.box.world
    world.durations["migration"] = 5.0
    came: list[Any] = []

    def stopped() -> None:
        vm_life.stop(world, came[0])
        came[0].tags = ()

    def come(call: Any) -> None:
        if call.command == "prepareHostForMaintenance" and not came:
            # Nowhere else, so that the drain leaves it; and then it is stopped, as the server does.
            host = world.hosts.by_uuid(call.params["id"])
            assert host
            came.append(new_vm(world, tags=("nowhere",)))
            vm_life.start(world, came[0], host)
            world.later("migration", stopped)

    lab.on_call = come
    result = walk(lab, most_at_once=at_once)
    assert result["ended"]
    assert [row["started"] for row in result["host_results"] if row.get("started")] == [[came[0].name]]
    whole(lab)


def test_a_host_that_cannot_be_prepared_stops_it_before_another_is_taken_out(lab: Lab, tmp_path: Path) -> None:
    filled(lab, tmp_path, 3)
    lab.box.faults.add("prepareHostForMaintenance", "job_failed", times=99, text="no agent")
    with pytest.raises(HostcraftError) as caught:
        walk(lab, most_at_once=2)
    rows: Any = caught.value.details["host_results"]
    assert [(bool(row.get("failed")), len(row.get("moved", ()))) for row in rows] == [(True, 0), (False, 1)]
    assert len(prepared(lab)) == 1
    assert {row.resource_state for row in lab.box.world.hosts} == {"Enabled"}
    nothing_lost(lab)


def test_a_roll_that_is_refused_keeps_no_lock(lab: Lab, tmp_path: Path) -> None:
    filled(lab, tmp_path)
    with pytest.raises(Refused):
        walk(lab, spare_hosts=2)
    assert notes(lab.box.world) == []
