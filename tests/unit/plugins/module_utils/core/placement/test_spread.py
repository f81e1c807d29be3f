# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No host ends fuller than a roll with the fewest moves needs; migrations for balance alone bring loads together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from planner.check import Replay, may_run, plain, violations
from planner.evenness import Evenness, judge
from planner.generate import GIB, Cluster, Shape, any_cluster, cluster

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.drain import drain
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import Order, plan
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import Packing, Vm, VmHost
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.spread import (
    aim,
    balanced,
    largest,
    mean,
)

ROOM = Amount(100_000, 128 * GIB)


def evenness(item: Cluster) -> Evenness:
    roll = plan(item.hosts, item.vms, item.order)
    assert roll.feasible
    return judge(*plain(item, roll))


def site(*loads: int, gib: int = 4) -> tuple[list[VmHost], list[Vm]]:
    """Hosts of 128 GiB with so many VMs of one size."""
    hosts = [VmHost(f"h{n}", f"host{n}", ROOM) for n in range(len(loads))]
    vms = [
        Vm(f"v{n}-{k}", f"vm{n}-{k}", f"h{n}", Amount(1000, gib * GIB))
        for n, load in enumerate(loads)
        for k in range(load)
    ]
    return hosts, vms


def test_six_hosts_with_little_on_them_do_not_end_as_one_full_host() -> None:
    """10 to 32 % of RAM each: once they ended as 100 %, 27 % and four empty ones."""
    hosts, vms = site(3, 5, 6, 8, 9, 10)
    roll = plan(hosts, vms, Order(tuple(host.id for host in hosts), spare_hosts=1))
    assert roll.moves == roll.bounds.moves
    found = judge(*plain(Cluster(tuple(hosts), tuple(vms), Order(()), Shape(6), 0), roll))
    assert found.after <= 10 / 32 * 1.05


@pytest.mark.parametrize(
    ("hosts", "use"), [(4, 0.3), (6, 0.2), (8, 0.3), (8, 0.6), (8, 0.75), (12, 0.5), (16, 0.6), (16, 0.85)]
)
def test_the_fullest_host_is_hardly_fuller_than_before_where_the_sums_allow_it(hosts: int, use: float) -> None:
    found = [
        evenness(cluster(seed, Shape(hosts=hosts, use=use, largest=32, bound=("ram", "cpu")[seed % 2])))
        for seed in range(6)
    ]
    allowed = [each for each in found if each.allowed(1.0)]
    assert len(allowed) >= 2
    assert max(each.ratio for each in allowed) <= 1.05
    # Where they do not, it is near to what they allow.
    assert all(each.after <= max(each.least, each.before) * 1.1 for each in found)


@settings(max_examples=30)
@given(any_cluster())
def test_no_roll_with_the_fewest_moves_ends_below_the_bound(item: Cluster) -> None:
    roll = plan(item.hosts, item.vms, item.order)
    if roll.feasible and roll.waves and roll.moves == roll.bounds.moves and item.order.most_at_once == 1:
        packing = Packing(item.hosts, item.vms)
        for wave in roll.waves:
            for move in wave.moves:
                vm = packing.on[packing.where[move.vm]][move.vm]
                packing.take(vm)
                packing.put(vm, packing.index[move.target])
        assert largest(packing) >= roll.bounds.load - 1e-6


def test_the_bound_counts_hosts_that_keep_what_they_have() -> None:
    """VMs of the first host that is visited would move twice anywhere else."""
    hosts, vms = site(30, 2, 2)
    assert aim(Packing(hosts, vms), [1, 2], ()).share == pytest.approx(32 / 32)
    assert aim(Packing(hosts, vms), [], ()).share == pytest.approx(30 / 32)


def test_what_is_reserved_counts_in_a_load() -> None:
    host = VmHost("h", "h", Amount(50, 50), held=Amount(50, 0))
    packing = Packing([host], [Vm("v", "v", "h", Amount(25, 25))])
    assert packing.load(0) == {"cpu": 0.75, "ram": 0.5}
    assert packing.share(0, Amount(0, 15)) == 0.8


def test_a_host_whose_capacity_nobody_knows_has_no_load() -> None:
    assert Packing([VmHost("h", "h", Amount())], []).share(0) == 0.0


def test_one_host_is_emptied_onto_the_least_loaded_ones() -> None:
    hosts, vms = site(6, 1, 9, 2)
    packing = Packing(hosts, vms)
    assert {move.target for move in drain(packing, [0], even=True).moves} == {"h1", "h3"}
    assert [len(each) for each in packing.on] == [0, 5, 9, 4]


def test_a_large_vm_still_finds_its_place_where_even_landings_fail() -> None:
    """Evenly placed, the small ones would leave no room for a large one."""
    hosts, _vms = site(0, 0, 0)
    sizes = [64, 60, 60, 60, 8, 4]
    vms = [Vm(f"v{n}", f"vm{n}", "h0", Amount(10, size * GIB)) for n, size in enumerate(sizes)]
    roomy = VmHost("h0", "host0", Amount(100_000, 512 * GIB))
    found = drain(Packing([roomy, *hosts[1:]], vms), [0], even=True)
    assert found.reasons == ()
    assert len(found.moves) == len(sizes)


@settings(max_examples=40)
@given(any_cluster())
def test_balance_never_breaks_a_rule_nor_fills_the_fullest_host(item: Cluster) -> None:
    packing = Packing(item.hosts, item.vms)
    before = largest(packing)
    moves = balanced(packing, item.order.spare_hosts)
    assert largest(packing) <= before + 1e-9
    assert not {move.source for move in moves} & {move.target for move in moves}
    state = Replay(plain(item, plan(item.hosts, item.vms, Order(())))[0])
    for move in moves:
        assert may_run(state.vms[move.vm], state.hosts[move.target])
        state.move(move.vm, move.source, move.target)
    assert state.faults == []


def test_balance_fills_the_host_that_a_roll_leaves_empty() -> None:
    hosts, vms = site(20, 20, 20, 0)
    packing = Packing(hosts, vms)
    moves = balanced(packing, 1)
    assert {move.target for move in moves} == {"h3"}
    assert max(len(each) for each in packing.on) <= 16
    assert largest(packing) <= mean(packing) + 0.03 + 4 / 128


def test_balance_costs_nothing_where_hosts_are_alike() -> None:
    hosts, vms = site(10, 10, 11)
    assert balanced(Packing(hosts, vms), 1) == ()


def test_balance_only_onto_the_hosts_that_are_named() -> None:
    hosts, vms = site(20, 2, 0)
    assert {move.target for move in balanced(Packing(hosts, vms), 0, [2])} == {"h2"}


def test_balance_leaves_vms_that_cannot_move() -> None:
    hosts, vms = site(20, 0)
    pinned = [Vm(vm.id, vm.name, vm.host, vm.size, pinned="gpu") for vm in vms]
    assert balanced(Packing(hosts, pinned), 0) == ()


@pytest.mark.parametrize("spare", [0, 1, 2])
def test_levelled_plans_keep_every_promise(spare: int) -> None:
    for seed in range(4):
        item = cluster(seed, Shape(hosts=8, use=0.55, spare_hosts=spare, apart=0.1, together=0.05, tags=0.2))
        roll = plan(item.hosts, item.vms, item.order)
        assert violations(*plain(item, roll)) == []
