"""The books of capacity: whatever is done to VMs and hosts, they add up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sandbox.commands.capacity import Scope, lines
from sandbox.errors import ApiError
from sandbox.rules import capacity, drain, host_states, life, placement
from sandbox.rules.host_states import NoTransition
from sandbox.world import World
from sandbox.world.hosts import Host
from sandbox.world.vms import Vm
from unit.sandbox.worlds import GIB, lay_out, new_vm, run_on

HOSTS = 5
picks = st.integers(0, 10_000)


class Books(RuleBasedStateMachine):
    """Two clusters of small hosts; what the server would do later is done when a rule says so."""

    def __init__(self) -> None:
        super().__init__()
        self.world, self.pending = World(seed=1), list[Callable[[], object]]()
        self.world.later = lambda what, act: self.pending.append(act)  # type: ignore[method-assign]
        with TemporaryDirectory() as folder:
            self.hosts: list[Host] = lay_out(self.world, HOSTS, Path(folder), clusters=2)
        self.hosts[0].tags = ["ssd"]

    def _vm(self, pick: int, *states: str) -> Vm | None:
        rows = [vm for vm in self.world.vms if vm.state in states]
        return rows[pick % len(rows)] if rows else None

    @rule(gib=st.integers(1, 5), tagged=st.booleans())
    def deploy(self, gib: int, tagged: bool) -> None:
        vm = new_vm(self.world, gib, ("ssd",) if tagged else ())
        if not life.try_place(self.world, vm):
            assert not any(placement.takes(self.world, host, vm) for host in self.hosts)

    @rule(pick=picks)
    def stop(self, pick: int) -> None:
        vm = self._vm(pick, "Running")
        if vm is not None:
            life.stop(self.world, vm)

    @rule(pick=picks)
    def start(self, pick: int) -> None:
        vm = self._vm(pick, "Stopped")
        if vm is not None:
            life.try_place(self.world, vm)

    @rule(pick=picks)
    def destroy(self, pick: int) -> None:
        vm = self._vm(pick, "Running", "Stopped")
        if vm is not None:
            life.drop(self.world, vm)

    @rule(pick=picks, number=st.integers(0, HOSTS - 1))
    def migrate(self, pick: int, number: int) -> None:
        vm, target = self._vm(pick, "Running"), self.hosts[number]
        if vm is None or vm.host_id == target.id or target.resource_state != "Enabled":
            return
        room = capacity.fits(self.world, target, vm.total_mhz, vm.total_bytes)
        try:
            source = life.begin_move(self.world, vm, target)
        except ApiError:
            assert not room
            return
        assert room
        self.pending.append(lambda: life.end_move(self.world, vm, source, target))

    @rule(number=st.integers(0, HOSTS - 1))
    def maintain(self, number: int) -> None:
        host = self.hosts[number]
        try:
            host_states.move(self.world, host, "AdminAskMaintenance")
        except NoTransition:
            assert host.resource_state != "Enabled"
            return
        drain.begin(self.world, host)

    @rule(number=st.integers(0, HOSTS - 1))
    def end_maintenance(self, number: int) -> None:
        host = self.hosts[number]
        if host.resource_state in host_states.MAINTENANCE_STATES:
            host_states.move(self.world, host, "AdminCancelMaintenance")

    @rule()
    def let_time_pass(self) -> None:
        while self.pending:
            self.pending.pop(0)()

    @invariant()
    def nothing_is_given_twice(self) -> None:
        for host in self.hosts:
            assert 0 <= host.held_memory <= host.memory
            assert 0 <= host.held_mhz <= host.cores * host.mhz

    @invariant()
    def once_all_is_still_the_books_are_what_the_vms_say(self) -> None:
        if self.pending:
            return
        for host in self.hosts:
            running = self.world.vms.select(host_id=host.id)
            kept = [vm for vm in self.world.vms if vm.reserved and vm.last_host_id == host.id]
            assert host.used_memory == sum(vm.total_bytes for vm in running)
            assert host.reserved_memory == sum(vm.total_bytes for vm in kept)
            assert all(vm.state == "Running" for vm in running)
            if host.resource_state == "Maintenance":
                assert not running

    @invariant()
    def a_running_vm_is_on_one_host(self) -> None:
        seen = [vm.id for host in self.hosts for vm in self.world.vms.select(host_id=host.id)]
        assert len(seen) == len(set(seen))
        assert set(seen) == {vm.id for vm in self.world.vms if vm.state in ("Running", "Migrating")}

    @invariant()
    def a_place_holds_what_its_hosts_hold(self) -> None:
        zone = next(iter(self.world.zones))
        of_zone = lines(self.world, Scope(zone))
        assert of_zone[0].used == sum(host.held_memory for host in self.hosts)
        assert of_zone[1].used == sum(host.held_mhz for host in self.hosts)
        clusters = [lines(self.world, Scope(zone, None, cluster)) for cluster in self.world.clusters]
        assert of_zone[0].total == sum(known[0].total for known in clusters)


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=20, stateful_step_count=30)


@pytest.fixture(name="world")
def _world() -> World:
    return World(seed=1)


def test_figures_follow_a_change_of_factors_only_when_they_are_looked_at(world: World, tmp_path: Path) -> None:
    """T3:96-106: totals at once; once recalculated, room that is kept, but no VM that remembers no factor."""
    host = lay_out(world, 1, tmp_path)[0]
    stays, stops = run_on(world, host, 2)
    life.stop(world, stops)
    cluster = next(iter(world.clusters))
    cluster.details["memoryOvercommitRatio"] = "2"
    assert (capacity.host_memory(world, host), host.held_memory) == (16 * GIB, 2 * GIB)
    capacity.recalculate(world, host)
    assert (host.used_memory, host.reserved_memory) == (GIB, 2 * GIB)
    cluster.details["memoryOvercommitRatio"] = "1"
    assert (capacity.host_memory(world, host), host.held_memory) == (8 * GIB, 3 * GIB)
    assert stays.factors == (None, None)


def test_a_vm_keeps_the_factor_of_its_last_start(world: World, tmp_path: Path) -> None:
    host = lay_out(world, 1, tmp_path)[0]
    cluster = next(iter(world.clusters))
    cluster.details["memoryOvercommitRatio"] = "2"
    vm = run_on(world, host, 1)[0]
    cluster.details["memoryOvercommitRatio"] = "4"
    capacity.recalculate(world, host)
    assert (vm.factors, host.used_memory) == ((None, 2.0), 2 * GIB)
    life.stop(world, vm)
    life.place(world, vm)
    assert vm.factors == (None, 4.0)


def test_a_stopped_vm_finds_its_room_kept(world: World, tmp_path: Path) -> None:
    first, second = lay_out(world, 2, tmp_path)
    vms = run_on(world, first, 8)
    life.stop(world, vms[0])
    # Nothing else gets the room that is kept, and the VM goes back to it though the other host is empty.
    assert not placement.takes(world, first, new_vm(world))
    assert life.try_place(world, vms[0])
    assert (vms[0].host_id, second.held_memory) == (first.id, 0)
