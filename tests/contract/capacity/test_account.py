# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our accounts against a server's: clusters driven at random, to the MHz and byte, also after a change of factors."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from contract.conftest import Connect
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount, Factors, joined
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity.headroom import Size
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.capacity.overprovisioning import simulate
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.doctor import figures
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError as Told
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import NotAsRead, Refused, WaitTimeout
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import balances, vms_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import Instance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.capacity import account as capacity
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.capacity.overprovisioning import (
    SETTINGS,
    Request,
    ensure_factors,
    listed_factors,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone import dedication
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.allocation_states import (
    ensure_allocation_state,
)
from sandbox.errors import ApiError
from sandbox.rules import life
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.accounts import Account, Domain
from sandbox.world.hosts import Host
from sandbox.world.hypervisor_capabilities import guest_limit, storage_motion
from sandbox.world.vms import Vm
from unit.sandbox.client import Api
from unit.sandbox.site import Site
from unit.sandbox.worlds import GIB, lay_out, new_vm, run_on

C0 = {"zone": "z1", "cluster": "c0"}
# Powers of two divide without a rest. 1 and 1 once more is left out: a VM that remembers just that is told like one
# that remembers nothing, so what it counts for beyond its size stands among what is reserved.
POWERS = st.sampled_from([1.0, 2.0, 4.0])
PAIRS = st.tuples(POWERS, POWERS).filter(lambda pair: pair != (1.0, 1.0))


def gateway(connect: Connect, server: Sandbox) -> Gateway:
    return Gateway(connect(server))


def keeping(cloud: Gateway) -> list[str]:
    """Names of the VMs that count with factors from before."""
    clusters: Any = listed_factors(cloud, "z1", "c0").result["clusters"]
    return [each["vm"] for each in clusters[0]["keeping"]]


def cluster(cloud: Gateway) -> Cluster:
    return cloud.clusters.fresh(cloud.clusters.find("c0")[0])


def laid_out(server: Sandbox, folder: Path, hosts: int = 4, vms: int = 0) -> None:
    """A cluster of hosts of 32000 MHz and 8 GiB, with so many VMs of 1000 MHz and 1 GiB on each."""

    def work(world: World) -> None:
        for host in lay_out(world, hosts, folder):
            run_on(world, host, vms)

    server.run(work)


def stir(world: World, chance: Random, steps: int) -> None:
    """Deploy, stop and start VMs as it comes."""
    for _ in range(steps):
        running = [vm for vm in world.vms if vm.state == "Running"]
        stopped = [vm for vm in world.vms if vm.state == "Stopped"]
        act = chance.choice(["deploy", "deploy", "stop", "start"])
        try:
            if act == "deploy":
                life.place(world, new_vm(world, chance.choice([1, 2])))
            elif act == "stop" and running:
                life.stop(world, chance.choice(running))
            elif act == "start" and stopped:
                life.place(world, chance.choice(stopped))
        except ApiError:
            # No room: the VM stays as it was.
            continue


def books(server: Sandbox) -> dict[str, tuple[Amount, Amount]]:
    """The server's own: used and reserved by host."""

    def work(world: World) -> dict[str, tuple[Amount, Amount]]:
        return {
            host.uuid: (
                Amount(host.used_mhz, host.used_memory),
                Amount(host.reserved_mhz, host.reserved_memory),
            )
            for host in world.hosts
        }

    return server.run(work)


def set_factors(cloud: Gateway, at: Cluster, factors: Factors) -> None:
    cloud.settings.write(SETTINGS["cpu"], str(factors.cpu), "cluster", at.id)
    cloud.settings.write(SETTINGS["ram"], str(factors.ram), "cluster", at.id)


# Older servers tell used CPU in hundredths of a percent.
@pytest.mark.since("4.15", raises=AssertionError)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), steps=st.lists(st.tuples(PAIRS, st.integers(0, 12)), min_size=1, max_size=3))
def test_accounts_are_the_servers_own_and_a_change_is_foretold(
    connect: Connect, tmp_path: Path, seed: int, steps: list[tuple[tuple[float, float], int]]
) -> None:
    chance = Random(seed)
    with Sandbox(seed=seed, speed=100.0) as server:
        laid_out(server, tmp_path)
        cloud = gateway(connect, server)
        server.run(lambda world: stir(world, chance, 10))
        for (cpu, ram), count in steps:
            before = cluster(cloud)
            cloud.capacities.of_cluster(before.id, latest=True)
            foretold = simulate(cloud.fleets.read(before), Factors(cpu, ram))
            set_factors(cloud, before, Factors(cpu, ram))
            said = cloud.capacities.of_cluster(before.id, latest=True)
            told = cloud.fleets.read(cluster(cloud))
            accounts = balances(told)
            assert accounts.keys() == books(server).keys()
            for host in told.hosts:
                mine, (used, reserved) = accounts[host.id], books(server)[host.id]
                assert (mine.used + mine.reserved) == used + reserved
                assert mine.capacity == Amount(
                    int(host.cpu_with_overprovisioning or 0), int(host.memory_with_overprovisioning or 0)
                )
            assert joined(accounts.values()).capacity == said.capacity == foretold.after.capacity
            assert said.used == joined(accounts.values()).used + joined(accounts.values()).reserved
            assert foretold.after.used + foretold.after.reserved == said.used
            server.run(lambda world, count=count: stir(world, chance, count))  # type: ignore[misc]


@pytest.mark.since("4.15", raises=AssertionError)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1.5, 2.0, 3.0]), then=st.sampled_from([2.5, 4.0]))
def test_what_runs_and_what_is_kept_are_told_apart(
    connect: Connect, tmp_path: Path, seed: int, factor: float, then: float
) -> None:
    chance = Random(seed)
    with Sandbox(seed=seed, speed=100.0) as server:
        laid_out(server, tmp_path)
        cloud = gateway(connect, server)
        for each in (factor, then):
            set_factors(cloud, cluster(cloud), Factors(each, each))
            server.run(lambda world: stir(world, chance, 12))
            cloud.capacities.of_cluster(cluster(cloud).id, latest=True)
            accounts = balances(cloud.fleets.read(cluster(cloud)))
            assert {id: (b.used, b.reserved) for id, b in accounts.items()} == books(server)


def test_a_threshold_is_judged_by_the_hosts_that_are_enabled(
    connect: Connect, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Two full hosts, and two empty ones that are disabled: the server places nothing more."""

    def work(world: World) -> None:
        for n, host in enumerate(lay_out(world, 4, tmp_path)):
            run_on(world, host, 7 if n < 2 else 0)
            if n > 1:
                world.hosts.update(host, resource_state="Disabled")

    sandbox.run(work)
    clusters: Any = capacity.capacity_of(gateway(connect, sandbox), C0, capacity.Question()).result["clusters"]
    (seen,) = clusters
    assert seen["share"]["memory"] < 0.5
    assert "memory_notificationthreshold" in seen["crossed"]


@pytest.mark.since("4.17", raises=Told)
@pytest.mark.parametrize("kept", [False, True])
def test_a_factor_below_one_is_taken_by_vms_that_are_restarted(
    connect: Connect, sandbox: Sandbox, tmp_path: Path, kept: bool
) -> None:
    """The server keeps a factor of at most 1 only where it had kept one before."""
    laid_out(sandbox, tmp_path, vms=1)
    cloud = gateway(connect, sandbox)
    name = _on(cloud, cloud.fleets.read(cluster(cloud)).hosts[0].id)[0].name
    allow = ("below_one", "over_full")
    if kept:
        ensure_factors(cloud, C0, Request({"cpu": 2.0, "ram": None}, restart_vms=(name,)), False)
    request = Request({"cpu": 0.5, "ram": None}, allow=allow, restart_vms=(name,))
    assert ensure_factors(cloud, C0, request, False).changed
    assert not ensure_factors(cloud, C0, request, False).changed
    assert name not in keeping(cloud)


def test_factors_are_set_and_the_named_vms_take_them(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    laid_out(sandbox, tmp_path, vms=2)
    cloud = gateway(connect, sandbox)
    assert ensure_factors(cloud, C0, Request({"cpu": 2.0, "ram": None}), False).changed
    first = [vm.name for host in cloud.fleets.read(cluster(cloud)).hosts for vm in _on(cloud, host.id)][:2]
    request = Request({"cpu": 2.0, "ram": None}, restart_vms=(first[1], first[0]))
    predicted = ensure_factors(cloud, C0, request, True)
    done = ensure_factors(cloud, C0, request, False)
    assert (
        (predicted.before, predicted.after)
        == (done.before, done.after)
        == (
            {"restarted": []},
            {"restarted": [first[1], first[0]]},
        )
    )
    calls = [each.command for each in sandbox.calls.of("stopVirtualMachine")]
    assert len(calls) == 2
    assert not ensure_factors(cloud, C0, request, False).changed
    kept = keeping(cloud)
    assert len(kept) == 6
    assert not set(kept) & set(first)


def _on(cloud: Gateway, host_id: str) -> list[Instance]:
    return [vm for vm in cloud.fleets.read(cluster(cloud)).instances if vm.host_id == host_id]


def test_lowering_under_running_vms_is_refused_host_by_host(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    laid_out(sandbox, tmp_path)
    cloud = gateway(connect, sandbox)
    ensure_factors(cloud, C0, Request({"cpu": None, "ram": 2.0}), False)
    sandbox.run(lambda world: [run_on(world, host, 10) for host in list(world.hosts)[:2]] and None)
    for check in (True, False):
        with pytest.raises(Refused) as caught:
            ensure_factors(cloud, C0, Request({"cpu": None, "ram": 1.0}), check)
        reasons = caught.value.details["reasons"]
        assert [each["code"] for each in reasons] == ["over_full", "over_full"]  # type: ignore[attr-defined]
        assert {each["host_name"] for each in reasons} == {"h0", "h1"}  # type: ignore[attr-defined]
        # They remember 2, so the server would count them half; started anew they need all of it.
        assert reasons[0]["restarted"] == 10 * GIB  # type: ignore[index]
        assert reasons[0]["capacity"] == 8 * GIB  # type: ignore[index]
    assert cluster(cloud).memory_overcommit_ratio == "2.0"
    assert sandbox.calls.counts["updateConfiguration"] == 1
    lowered = ensure_factors(cloud, C0, Request({"cpu": None, "ram": 1.0}, allow=("over_full",)), False)
    assert lowered.result["memory_factor"] == 1.0
    assert len(lowered.result["keeping"]) == 20  # type: ignore[arg-type]
    assert any("do not deploy VMs" in each for each in lowered.warnings)


def test_n_plus_one_is_looked_at_only_when_asked(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    laid_out(sandbox, tmp_path, hosts=3)
    cloud = gateway(connect, sandbox)
    ensure_factors(cloud, C0, Request({"cpu": None, "ram": 2.0}), False)
    sandbox.run(lambda world: [run_on(world, host, 7) for host in world.hosts] and None)
    lower = {"cpu": None, "ram": 1.0}
    with pytest.raises(Refused) as caught:
        ensure_factors(cloud, C0, Request(lower, spare_hosts=1), False)
    assert [each.code for each in caught.value.reasons] == ["n_plus_f"]
    assert ensure_factors(cloud, C0, Request(lower), True).changed


def test_capacities_that_do_not_follow_are_named(
    connect: Connect, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out(sandbox, tmp_path, vms=1)
    cloud = gateway(connect, sandbox)
    real = cloud.capacities.of_cluster
    old = real(cluster(cloud).id)
    monkeypatch.setattr(cloud.capacities, "of_cluster", lambda cluster_id, latest=False: old)
    with pytest.raises(WaitTimeout) as caught:
        ensure_factors(cloud, C0, Request({"cpu": 2.0, "ram": None}, timeout=30), False)
    assert "listCapacity" in caught.value.message


def test_a_vm_that_comes_back_with_old_factors_stops_the_row(
    connect: Connect, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out(sandbox, tmp_path, vms=1)
    cloud = gateway(connect, sandbox)
    ensure_factors(cloud, C0, Request({"cpu": 2.0, "ram": None}), False)
    names = tuple(vm.name for vm in cloud.fleets.read(cluster(cloud)).instances)
    start = life.start

    def forgetful(world: World, vm: Vm, host: Host) -> None:
        start(world, vm, host)
        vm.factors = (None, None)

    monkeypatch.setattr(life, "start", forgetful)
    with pytest.raises(NotAsRead):
        ensure_factors(cloud, C0, Request({"cpu": None, "ram": None}, restart_vms=names), False)
    assert sandbox.calls.counts["stopVirtualMachine"] == 1


def test_a_vm_that_a_killed_run_left_stopped_is_started(
    connect: Connect, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out(sandbox, tmp_path, vms=1)
    cloud = gateway(connect, sandbox)
    ensure_factors(cloud, C0, Request({"cpu": 2.0, "ram": None}), False)
    names = tuple(vm.name for vm in cloud.fleets.read(cluster(cloud)).instances)
    request = Request({"cpu": None, "ram": None}, restart_vms=names)
    start = cloud.jobs.start

    def killed(action: str, **fields: object) -> object:
        if action == "start_vm":
            raise KeyboardInterrupt
        return start(action, **fields)

    with monkeypatch.context() as patch:
        patch.setattr(cloud.jobs, "start", killed)
        with pytest.raises(KeyboardInterrupt):
            ensure_factors(cloud, C0, request, False)
    predicted = ensure_factors(cloud, C0, request, True)
    done = ensure_factors(cloud, C0, request, False)
    assert predicted.result["restarted"] == done.result["restarted"] == list(names)
    assert sandbox.calls.counts["stopVirtualMachine"] == len(names)
    assert {vm.state for vm in cloud.fleets.read(cluster(cloud)).instances} == {"Running"}
    assert cloud.notes.all("CLUSTER", cluster(cloud).id) == []
    assert not ensure_factors(cloud, C0, request, False).changed


def test_one_that_ran_again_meanwhile_stays_as_its_owner_leaves_it(
    connect: Connect, sandbox: Sandbox, tmp_path: Path
) -> None:
    laid_out(sandbox, tmp_path, vms=1)
    cloud = gateway(connect, sandbox)
    vm = cloud.fleets.read(cluster(cloud)).instances[0]
    cloud.notes.add("CLUSTER", cluster(cloud).id, f"hostcraft.overprovisioning restarting {vm.id}")
    request = Request({"cpu": None, "ram": None})
    assert not ensure_factors(cloud, C0, request, True).changed
    assert len(cloud.notes.all("CLUSTER", cluster(cloud).id)) == 1
    assert not ensure_factors(cloud, C0, request, False).changed
    assert cloud.notes.all("CLUSTER", cluster(cloud).id) == []


def test_headroom_is_what_the_server_still_takes(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    laid_out(sandbox, tmp_path, vms=3)
    cloud = gateway(connect, sandbox)
    question = capacity.Question(Size(1, 1000, GIB))
    found = capacity.capacity_of(cloud, C0, question).result["clusters"][0]["headroom"]  # type: ignore[index]
    # 12 GiB of 32 are used, and the server deploys up to 95 %.
    more = {"more_vms": 20, "more_vms_below_thresholds": 18, "more_vms_with_spare": 12}
    assert found == {"spare_hosts": 1, "holds": True, "failing": [], **more}

    def fill(world: World) -> int:
        count = 0
        try:
            while True:
                life.place(world, new_vm(world))
                count += 1
        except ApiError:
            return count

    assert sandbox.run(fill) == 20
    full = capacity.capacity_of(cloud, C0, question).result["clusters"][0]  # type: ignore[index]
    assert full["headroom"]["more_vms"] == 0
    assert not full["headroom"]["holds"]
    assert full["crossed"] == ["memory_disablethreshold", "memory_notificationthreshold"]
    assert json.dumps(full)

    def told() -> tuple[bool, str]:
        seen = capacity.capacity_of(gateway(connect, sandbox), C0, question).result
        (disabled,) = [each for each in figures.capacity(seen, ()) if each.code == "disable_threshold_reached"]
        return seen["clusters"][0]["stopped_vms_start"], disabled.evidence  # type: ignore[index]

    # The server compares when it starts a VM too, unless it is told not to.
    started, message = told()
    assert not started
    assert message.endswith("cluster c0: memory_disablethreshold 0.95")
    sandbox.run(lambda world: setattr(world.settings["cluster.threshold.enabled"], "value", "false"))
    started, message = told()
    assert started
    assert "stopped VMs start nevertheless" in message
    sandbox.run(lambda world: world.settings.pop("cluster.threshold.enabled"))
    assert told()[0] is False


def test_a_place_where_others_run_is_not_dedicated(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    laid_out(sandbox, tmp_path, vms=1)

    def customer(world: World) -> None:
        root = next(iter(world.domains))
        below = world.domains.add(Domain(2, world.new_uuid(), "acme", "ROOT/acme", root.id))
        world.accounts.add(Account(3, world.new_uuid(), "research", below.id, world.new_uuid()))

    def hand_over(world: World) -> None:
        for vm in world.vms:
            vm.account_id = 3

    sandbox.run(customer)
    cloud = gateway(connect, sandbox)
    for names in ({"host": "h0"}, C0, {"pod": "p1"}, {"zone": "z1"}):
        with pytest.raises(Refused) as caught:
            dedication.ensure_dedication(cloud, names, dedication.Wanted("ROOT/acme"), "present", False)
        assert [each.code for each in caught.value.reasons] == ["foreign_vms"]
        vms = caught.value.reasons[0].facts["vms"]
        assert len(vms) == (1 if "host" in names else 4)  # type: ignore[arg-type]
    assert not [name for name in sandbox.calls.counts if name.startswith("dedicate")]
    # A domain's own are those of its subdomains too.
    sandbox.run(hand_over)
    for wanted in (dedication.Wanted("ROOT"), dedication.Wanted("ROOT/acme", "research", move=True)):
        outcome = dedication.ensure_dedication(cloud, {"host": "h0"}, wanted, "present", False)
        assert outcome.changed
    assert (outcome.result["domain"], outcome.result["account"]) == ("ROOT/acme", "research")
    assert not dedication.ensure_dedication(cloud, {"host": "h0"}, wanted, "present", False).changed


def test_closing_a_cluster_with_hosts_warns_of_drains(connect: Connect, sandbox: Sandbox, tmp_path: Path) -> None:
    laid_out(sandbox, tmp_path, hosts=1)
    cloud = gateway(connect, sandbox)
    closed = ensure_allocation_state(cloud, C0, "Disabled", False)
    assert "ErrorInPrepareForMaintenance" in closed.warnings[0]
    assert ensure_allocation_state(cloud, C0, "Enabled", False).warnings == ()
    assert ensure_allocation_state(cloud, {"zone": "z1"}, "Disabled", False).warnings == ()


@pytest.mark.parametrize(
    ("version", "each"), [("4.11", 2000), ("4.15", 2000), ("4.16", 1000), ("4.18", 1000), ("4.22", 1000)]
)
def test_a_vm_without_details_counts_as_the_release_counts_it(
    connect: Connect, tmp_path: Path, version: str, each: int
) -> None:
    """Started at factor 1, before the cluster's was raised. A migration asks for what it counts where it arrives."""
    with Sandbox(seed=1, speed=100.0, version=version) as server:
        laid_out(server, tmp_path, hosts=2, vms=3)
        cloud = gateway(connect, server)
        set_factors(cloud, cluster(cloud), Factors(2.0, 2.0))
        cloud.capacities.of_cluster(cluster(cloud).id, latest=True)
        told = cloud.fleets.read(cluster(cloud))
        assert {id: (b.used, b.reserved) for id, b in balances(told).items()} == books(server)
        assert {vm.size.cpu for vm in vms_of(told)} == {each}


def test_a_factor_with_more_decimals_than_the_server_sums_with(
    connect: Connect, sandbox: Sandbox, tmp_path: Path
) -> None:
    """listCapacity has four of them, listHosts all: nothing is doubtful, and nothing waits for more."""
    laid_out(sandbox, tmp_path, vms=1)
    cloud = gateway(connect, sandbox)
    request = Request({"cpu": 1.66666, "ram": 1.33335}, timeout=30)
    assert ensure_factors(cloud, C0, request, False).changed
    said = cloud.capacities.of_cluster(cluster(cloud).id)
    assert said is not None
    assert said.capacity == Amount(int(4 * 32000 * 1.6667), int(4 * 8 * GIB * 1.3334))
    assert not ensure_factors(cloud, C0, request, False).changed
    assert capacity.capacity_of(cloud, C0, capacity.Question()).warnings == ()


@pytest.mark.parametrize("version", ["4.11", "4.15", "4.16", "4.18", "4.22"])
def test_a_change_is_foretold_for_vms_that_remember_nothing(connect: Connect, tmp_path: Path, version: str) -> None:
    """Room is kept for others that stopped there, so that the hosts' figures fit either way of counting."""
    with Sandbox(seed=1, speed=100.0, version=version) as server:

        def work(world: World) -> None:
            for host in lay_out(world, 2, tmp_path):
                for vm in run_on(world, host, 4)[:2]:
                    life.stop(world, vm)

        server.run(work)
        cloud = gateway(connect, server)
        for factor in (2.0, 3.0):
            foretold = simulate(cloud.fleets.read(cluster(cloud)), Factors(factor, factor))
            set_factors(cloud, cluster(cloud), Factors(factor, factor))
            cloud.capacities.of_cluster(cluster(cloud).id, latest=True)
            held = {id: used + reserved for id, (used, reserved) in books(server).items()}
            assert {each.host.id: each.after.used + each.after.reserved for each in foretold.hosts} == held
            assert {id: (b.used, b.reserved) for id, b in balances(cloud.fleets.read(cluster(cloud))).items()} == books(
                server
            )


@pytest.mark.parametrize(("version", "keep"), [("4.18", True), ("4.22", False)])
def test_a_migrated_vm_takes_the_factors_of_its_cluster_on_new_releases(
    connect: Connect, tmp_path: Path, version: str, keep: bool
) -> None:
    with Sandbox(seed=1, speed=100.0, version=version) as server:
        laid_out(server, tmp_path, hosts=2, vms=1)
        cloud = gateway(connect, server)
        ensure_factors(cloud, C0, Request({"cpu": 2.0, "ram": 2.0}), False)
        told = cloud.fleets.read(cluster(cloud))
        vm, target = told.on(told.hosts[0].id)[0], told.hosts[1].id
        job = cloud.jobs.start("migrate_vm", virtual_machine_id=vm.id, host_id=target)
        server.wait_for(lambda: cloud.jobs.ask(job))
        assert (vm.name in keeping(cloud)) is keep
        assert len(cloud.fleets.read(cluster(cloud)).on(target)) == 2


@pytest.mark.parametrize(("version", "limit"), [("4.11", 50), ("4.15", 50), ("4.16", None)])
def test_the_guest_limit_of_kvm_counts_before_4_16(connect: Connect, version: str, limit: int | None) -> None:
    with Sandbox(seed=1, speed=100.0, version=version) as server:
        site = Site(Api(server))
        cluster_id, hosts = site.hypervisors("k1", "KVM", ("kvm1", "kvm2"))
        cloud = gateway(connect, server)
        found = cloud.fleets.read(cloud.clusters.fresh(cloud.clusters.find("k1")[0])).guest_limits
        assert cluster_id
        assert found == ({} if limit is None else dict.fromkeys(hosts.values(), limit))


@pytest.mark.parametrize(
    ("release", "version", "limit", "motion"),
    [
        ("4.22", "8.0.2.0", 1024, True),
        ("4.22", "8.0.2", 1024, True),
        ("4.22", "9.1.0.0", 128, False),
        ("4.22", "unknown", 128, False),
        ("4.18", "8.0.2.0", 128, False),
    ],
)
def test_vmware_hosts_have_the_capabilities_of_the_version_above(
    connect: Connect, tmp_path: Path, release: str, version: str, limit: int, motion: bool
) -> None:
    with Sandbox(seed=1, speed=100.0, version=release) as server:

        def work(world: World) -> None:
            for host in lay_out(world, 1, tmp_path):
                host.hypervisor, host.hypervisor_version = "VMware", version
                assert guest_limit(world, "VMware", version) == limit
                assert storage_motion(world, "VMware", version) is motion

        server.run(work)
        cloud = gateway(connect, server)
        told = cloud.fleets.read(cluster(cloud))
        (host,) = told.hosts
        assert told.guest_limits == {host.id: limit}
        assert (host.id not in told.no_motion) is motion
