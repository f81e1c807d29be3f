# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drain with one thing going wrong at each of its calls, and killed at each of them: nothing stuck, nothing lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.lab import Killed, Lab, Life
from integration.maintenance.site import ask, notes, placement

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.migrations import Limits
from sandbox.jobs import SUCCEEDED
from sandbox.rules import host_states, life
from sandbox.server import Received
from sandbox.world import TIME_FORMAT
from sandbox.world.hosts import Host
from unit.sandbox.worlds import lay_out, new_vm, run_on

FOLLOWER = {"ended": lambda lock: True}


def furnish(lab: Lab, folder: Path, hosts: int = 4, vms: int = 2) -> None:
    def fill() -> None:
        for host in lay_out(lab.box.world, hosts, folder):
            run_on(lab.box.world, host, vms)

    lab.run(fill)
    lab.box.world.durations["migration"] = 2.0


def host(lab: Lab, name: str = "h0") -> Host:
    return next(row for row in lab.box.world.hosts if row.name == name)


def moves(lab: Lab) -> Counter[str]:
    """Migrations that came to pass, by VM."""
    ended = [job for job in lab.box.world.jobs if job.command.startswith("migrate") and job.status == SUCCEEDED]
    return Counter(job.instance[1] for job in ended)


def left_behind(lab: Lab) -> list[str]:
    """Notes but for the lock of a killed run, which the next one that takes it clears away."""
    return [text for text in notes(lab.box.world) if not text.startswith(locks.PREFIX)]


def nothing_lost(lab: Lab) -> None:
    """Every VM runs; no host holds room for one that is elsewhere."""
    lab.loop.run_until_complete(_later())
    where = placement(lab.box.world)
    assert not {"Stopped", "Migrating", "Starting", "Stopping", "Error"} & set(where.values())
    for row in lab.box.world.hosts:
        used = sum(vm.total_bytes for vm in lab.box.world.vms if vm.host_id == row.id)
        assert (row.used_memory, row.incoming) == (used, 0), row.name


async def _later() -> None:
    await asyncio.sleep(600)


def drained(lab: Lab) -> None:
    nothing_lost(lab)
    assert host(lab).resource_state == "Maintenance"
    assert "h0" not in placement(lab.box.world).values()


def failure(lab: Lab) -> HostcraftError | None:
    """What a drain ends with, None when it succeeds."""
    try:
        ask(lab)
    except HostcraftError as error:
        return error
    return None


def count_calls(folder: Path, **more: Any) -> int:
    with Lab() as lab:
        furnish(lab, folder, **more)
        life = Life()
        ask(lab, life=life)
        return life.calls


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "http", "status": 503},
        {"kind": "drop"},
        {"kind": "drop_after"},
        {"kind": "restart"},
        {"kind": "restart", "jobs": "fail"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_one_fault_at_any_call_does_not_stop_a_drain(tmp_path: Path, fault: dict[str, Any]) -> None:
    """Reads are repeated; of writes the effect is looked at. No VM is moved twice unless its first move was lost."""
    for nth in range(1, count_calls(tmp_path) + 1):
        with Lab() as lab:
            furnish(lab, tmp_path)
            lab.box.faults.add("*", nth=nth, **fault)
            ask(lab)
            drained(lab)
            assert notes(lab.box.world) == ["hostcraft.maintenance before Enabled"], nth


def test_the_servers_own_error_at_any_call_ends_in_a_named_state_that_the_next_run_takes_on(tmp_path: Path) -> None:
    """530 may mean anything, so nothing is repeated; the host is given back or joined."""
    for nth in range(1, count_calls(tmp_path) + 1):
        with Lab() as lab:
            furnish(lab, tmp_path)
            lab.box.faults.add("*", "http", nth=nth, status=530)
            error = failure(lab)
            assert error is None or error.code in ("api", "refused", "unsupported"), nth
            assert host(lab).resource_state in ("Enabled", "Disabled", "PrepareForMaintenance", "Maintenance"), nth
            lab.box.faults.clear()
            ask(lab, claim=FOLLOWER, token="next")
            drained(lab)


def test_a_longer_outage_is_told_with_what_to_do_and_ends_well_in_the_next_run(tmp_path: Path) -> None:
    for nth in range(1, count_calls(tmp_path) + 1, 3):
        with Lab() as lab:
            furnish(lab, tmp_path)
            lab.box.faults.add("*", "http", nth=nth, times=60, status=503)
            error = failure(lab)
            assert error is None or error.code == "transport"
            lab.box.faults.clear()
            ask(lab, claim=FOLLOWER, token="next")
            drained(lab)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("waits", [False, True], ids=["joined", "lease"])
def test_killed_at_any_call_and_run_again(tmp_path: Path, after: bool, waits: bool) -> None:
    """Same end, each VM moved once, nothing left behind; by a successor that knows, or that waits for the lease."""
    claim: dict[str, Any] = {"wait": 2000.0} if waits else FOLLOWER
    calls = count_calls(tmp_path)
    for nth in range(1, calls, 4 if waits else 1):
        with Lab() as lab:
            furnish(lab, tmp_path)
            with pytest.raises(Killed):
                ask(lab, life=Life(kills_at=nth, after=after))
            ask(lab, claim=claim, token="next")
            drained(lab)
            assert set(moves(lab).values()) == {1}, nth
            assert left_behind(lab) == ["hostcraft.maintenance before Enabled"], nth
            ask(lab, "enabled", token="next", claim=claim)
            assert host(lab).resource_state == "Enabled"
            assert notes(lab.box.world) == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_on_the_way_back_and_run_again(tmp_path: Path, after: bool) -> None:
    """Also for a host that was disabled before."""
    nth = 1
    while True:
        with Lab() as lab:
            furnish(lab, tmp_path)
            lab.run(lambda: lab.box.world.hosts.update(host(lab), resource_state="Disabled"))
            ask(lab)
            life = Life(kills_at=nth, after=after)
            try:
                ask(lab, "enabled", life=life)
            except Killed:
                ask(lab, "enabled", claim=FOLLOWER, token="next")
            nothing_lost(lab)
            assert host(lab).resource_state == "Disabled"
            assert left_behind(lab) == []
        if not life.dead:
            return
        nth += 1


def test_every_first_migration_fails_and_another_host_is_found(tmp_path: Path) -> None:
    with Lab() as lab:
        furnish(lab, tmp_path)
        lab.box.faults.add("migrateVirtualMachine", "job_failed", times=2)
        ask(lab)
        drained(lab)
        targets: dict[str, list[str]] = {}
        for call in lab.box.calls.of("migrateVirtualMachine"):
            targets.setdefault(call.params["virtualmachineid"], []).append(call.params["hostid"])
        assert [len(each) for each in targets.values()] == [2, 2]
        assert all(len(set(each)) == 2 for each in targets.values())


def test_a_vm_that_its_migration_stopped_is_started_again(tmp_path: Path) -> None:
    """As the real server does when a migration fails."""
    with Lab() as lab:
        furnish(lab, tmp_path)
        world = lab.box.world

        def stop(call: Received) -> None:
            if call.command == "migrateVirtualMachine" and not lab.box.faults.active:
                lab.box.faults.add("migrateVirtualMachine", "job_failed")
                vm = world.vms.by_uuid(call.params["virtualmachineid"])
                assert vm is not None
                world.later("migration", lambda: life.stop(world, vm))

        lab.on_call = stop
        outcome = ask(lab)
        assert len(outcome.result["started"]) == 1  # type: ignore[arg-type]
        drained(lab)


def interfering(lab: Lab, command: str, act: Callable[[], object], nth: int = 1) -> None:
    """Another administrator does something just before the n-th call of a command."""
    seen = 0

    def on_call(call: Received) -> None:
        nonlocal seen
        seen += call.command == command
        if call.command == command and seen == nth:
            act()

    lab.on_call = on_call


def test_the_agent_is_lost_on_the_way(tmp_path: Path) -> None:
    """What has moved stays moved, the rest runs where it is, the host is given back; the reason is its agent."""
    with Lab() as lab:
        furnish(lab, tmp_path)

        def lose() -> None:
            lab.box._lose_agent("h0")
            lab.box.faults.add("migrateVirtualMachine", "job_failed", times=99, text="agent is not connected")

        interfering(lab, "migrateVirtualMachine", lose, 2)
        with pytest.raises(HostcraftError, match="agent of host h0 is Disconnected") as caught:
            ask(lab)
        assert caught.value.code == "refused"
        nothing_lost(lab)
        assert host(lab).resource_state == "Enabled"
        assert notes(lab.box.world) == []


def test_the_destination_is_lost_on_the_way(tmp_path: Path) -> None:
    with Lab() as lab:
        furnish(lab, tmp_path)
        interfering(lab, "migrateVirtualMachine", lambda: lab.box._lose_agent("h1"))
        ask(lab, preferred=("h1",))
        drained(lab)
        assert list(placement(lab.box.world).values()).count("h1") == 2


def test_somebody_fills_the_destination_meanwhile(tmp_path: Path) -> None:
    with Lab() as lab:
        furnish(lab, tmp_path)
        interfering(lab, "migrateVirtualMachine", lambda: run_on(lab.box.world, host(lab, "h1"), 5))
        ask(lab, preferred=("h1",))
        drained(lab)
        assert list(placement(lab.box.world).values()).count("h1") >= 7


def test_somebody_starts_a_vm_on_the_host_at_any_moment(tmp_path: Path) -> None:
    """Whether it is disabled, or enabled for the moment before its maintenance."""
    for nth in range(1, count_calls(tmp_path) + 1):
        with Lab() as lab:
            furnish(lab, tmp_path)
            count = 0

            def start(call: Received, lab: Lab = lab, nth: int = nth) -> None:
                nonlocal count
                count += 1
                if count == nth and host(lab).resource_state in ("Enabled", "Disabled"):
                    life.start(lab.box.world, new_vm(lab.box.world), host(lab))

            lab.on_call = start
            ask(lab)
            drained(lab)


def test_somebody_enables_the_host_meanwhile(tmp_path: Path) -> None:
    """It is empty in the end, because the cluster is looked at again."""
    with Lab() as lab:
        furnish(lab, tmp_path)
        world = lab.box.world

        def enable() -> None:
            world.hosts.update(host(lab), resource_state="Enabled")
            run_on(world, host(lab), 1)

        interfering(lab, "migrateVirtualMachine", enable, 2)
        ask(lab)
        drained(lab)


def test_somebody_cancels_the_maintenance(tmp_path: Path) -> None:
    """Not asked for again: two administrators want different things."""
    with Lab() as lab:
        furnish(lab, tmp_path)
        world = lab.box.world
        world.durations["migration"] = 20.0

        def cancel() -> None:
            if host(lab).resource_state == "PrepareForMaintenance":
                host_states.move(world, host(lab), "AdminCancelMaintenance")

        asked = False

        def on_call(call: Received) -> None:
            nonlocal asked
            if asked and call.command == "listHosts":
                cancel()
            asked = asked or call.command == "prepareHostForMaintenance"

        lab.on_call = on_call
        with pytest.raises(HostcraftError, match="cancelled by someone else"):
            ask(lab)
        nothing_lost(lab)
        assert host(lab).resource_state == "Enabled"
        assert notes(world) == []


def test_a_migration_that_never_ends_is_told_and_taken_on_by_the_next_run(tmp_path: Path) -> None:
    with Lab() as lab:
        furnish(lab, tmp_path)
        lab.box.world.durations["migration"] = 500.0
        with pytest.raises(HostcraftError, match="run again to continue") as caught:
            ask(lab, timeout=100.0, limits=Limits(seconds=100.0))
        assert caught.value.code == "timeout"
        assert ask(lab, token="next").changed
        drained(lab)
        assert set(moves(lab).values()) == {1}


def test_the_lock_outlives_its_lease_while_the_work_goes_on(tmp_path: Path) -> None:
    """Migrations of ten minutes under a lease of two: nobody else gets the cluster meanwhile."""
    with Lab() as lab:
        furnish(lab, tmp_path)
        lab.box.world.durations["migration"] = 600.0
        refused = 0

        def other(call: Received) -> None:
            nonlocal refused
            if call.command == "queryAsyncJobResult":
                held = [row for row in lab.box.world.annotations if row.text.startswith(locks.PREFIX)]
                written = max(
                    datetime.strptime(row.created, TIME_FORMAT).replace(tzinfo=UTC).timestamp() for row in held
                )
                assert written + 120 > lab.box.world.time()
                refused += 1

        lab.on_call = other
        ask(lab, claim={"lease": 120.0})
        drained(lab)
        assert refused > 10


@pytest.mark.parametrize("taken", [True, False], ids=["somebody has it", "it cannot be renewed"])
def test_a_host_is_given_back_where_the_lock_is_lost_on_the_way(tmp_path: Path, taken: bool) -> None:
    """No more VMs are moved, those that are under way arrive, and the host is as it was."""
    with Lab() as lab:
        furnish(lab, tmp_path, vms=4)
        lab.box.world.durations["migration"] = 60.0

        def lose() -> None:
            if taken:
                for row in lab.box.world.annotations:
                    if row.text.startswith(locks.PREFIX):
                        row.text = locks.PREFIX + '{"token":"x","who":"anna@desk","job":"AWX job 7","lease":9000}'
            else:
                lab.box.faults.add("addAnnotation", "http", status=530, times=99)

        interfering(lab, "queryAsyncJobResult", lose)
        with pytest.raises(HostcraftError) as caught:
            ask(lab, claim={"lease": 20.0})
        assert caught.value.code == ("refused" if taken else "api")
        lab.on_call = lambda _call: None
        nothing_lost(lab)
        assert host(lab).resource_state == "Enabled"
        assert left_behind(lab) == []
        assert 0 < sum(moves(lab).values()) < 4
