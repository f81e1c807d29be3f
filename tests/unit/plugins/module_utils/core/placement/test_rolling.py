# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolls: sound by a checker apart from the planner, bounds that nothing beats, and the promises of an order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from planner.check import may_run, plain, violations
from planner.generate import Cluster, Shape, any_cluster, cluster, clusters, tiny
from planner.oracle import Best, best_roll

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import (
    Order,
    Roll,
    fingerprint,
    plan,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import Packing, Vm, VmHost


def planned(item: Cluster) -> Roll:
    return plan(item.hosts, item.vms, item.order)


@pytest.mark.parametrize("seed", range(8))
def test_generated_plans_keep_every_promise(seed: int) -> None:
    for item in clusters(4, seed + 100):
        assert violations(*plain(item, planned(item))) == []


@settings(max_examples=25)
@given(any_cluster())
def test_any_plan_keeps_every_promise(item: Cluster) -> None:
    roll = planned(item)
    assert violations(*plain(item, roll)) == []
    if roll.feasible:
        assert roll.moves >= roll.bounds.moves
        assert len(roll.waves) >= roll.bounds.waves
        assert {host for wave in roll.waves for host in wave.hosts} == set(item.order.hosts)


@settings(max_examples=15)
@given(any_cluster())
def test_hosts_kept_for_ha_take_restarts_alone(item: Cluster) -> None:
    """Theirs is the room after a failure, which the checker counts; nothing is moved there but what asks for a tag."""
    kept = replace(item.hosts[0], for_ha=True)
    item = replace(item, hosts=(kept, *item.hosts[1:]))
    roll = planned(item)
    assert violations(*plain(item, roll)) == []
    tagged = {vm.id for vm in item.vms if vm.needs.tags}
    assert {move.vm for wave in roll.waves for move in wave.moves if move.target == kept.id} <= tagged


@pytest.mark.parametrize(("most_at_once", "spare"), [(1, 0), (1, 1), (2, 0), (3, 1)])
def test_no_roll_beats_the_bounds(most_at_once: int, spare: int) -> None:
    judged = 0
    for item in tiny(30, seed=most_at_once, spare_hosts=spare, most_at_once=most_at_once):
        lower = planned(item).bounds
        data = plain(item, Roll((), lower, {}, ""))[0]
        if lower.waves > 1:
            assert best_roll(data, lower.waves - 1, may_run) == Best(None, True)
        best = best_roll(data, len(item.order.hosts), may_run, 2)
        if isinstance(best, Best) and best.proved and best.moves is not None:
            judged += 1
            assert best.moves >= lower.moves
        if judged == 3:
            return
    pytest.fail("too few of them could be judged")


def test_a_refused_roll_does_not_exist() -> None:
    refused = 0
    for item in tiny(16, seed=7):
        roll = planned(item)
        if not roll.feasible:
            refused += 1
            assert best_roll(plain(item, roll)[0], len(item.order.hosts), may_run, 5) == Best(None, True)
    assert 0 < refused < 16


def test_equal_hosts_are_rolled_with_the_fewest_moves_there_are() -> None:
    roll = planned(cluster(1, Shape(hosts=8, use=0.6)))
    assert roll.feasible
    assert roll.moves == roll.bounds.moves


def test_no_vm_of_a_host_that_is_done_moves_again() -> None:
    item = cluster(2, Shape(hosts=12, use=0.7, visit=0.5))
    done: set[str] = set()
    for wave in planned(item).waves:
        assert not done & {move.source for move in wave.moves}
        done |= set(wave.hosts)


def test_the_pool_master_goes_first_and_alone() -> None:
    item = cluster(3, Shape(hosts=8, use=0.3, most_at_once=3))
    roll = planned(replace(item, order=replace(item.order, first=("h5", "h2"))))
    assert [wave.hosts for wave in roll.waves][:2] == [("h5",), ("h2",)]
    assert max(len(wave.hosts) for wave in roll.waves) == 3


def test_the_same_input_gives_the_same_plan() -> None:
    item = cluster(4, Shape(hosts=8, use=0.8, apart=0.2, mixed=True))
    assert planned(item) == planned(item)


def test_free_is_what_is_left_on_the_others_while_a_wave_is_out() -> None:
    item = cluster(5, Shape(hosts=5, use=0.4))
    wave = planned(item).waves[0]
    packing = Packing(item.hosts, item.vms)
    whole = sum(host.room.ram for host in item.hosts if host.id not in wave.hosts)
    assert wave.free.ram == whole - sum(vm.size.ram for vm in item.vms)
    assert len(packing.on[packing.index[wave.hosts[0]]]) == len(wave.moves)


def test_nothing_to_visit_is_a_plan() -> None:
    item = cluster(6, Shape(hosts=3))
    roll = plan(item.hosts, item.vms, Order(()))
    assert roll.feasible
    assert (roll.waves, roll.bounds.moves, roll.bounds.waves) == ((), 0, 0)


def test_the_fingerprint_changes_with_the_placement_alone() -> None:
    vms = cluster(7, Shape(hosts=3)).vms
    assert fingerprint(vms) == fingerprint(tuple(reversed(vms)))
    assert fingerprint(vms) == fingerprint([replace(vm, name="x") for vm in vms])
    assert fingerprint(vms) != fingerprint([replace(vms[0], host="h2" if vms[0].host != "h2" else "h1"), *vms[1:]])


def test_a_host_with_more_than_its_room_is_in_no_others_way() -> None:
    """As after a factor was lowered: 15 VMs where 8 have room. They stay while the other hosts have their turn."""
    gib = 1 << 30
    hosts = [VmHost(name, name, Amount(32000, 8 * gib)) for name in ("h0", "h1", "h2")]
    counts = {"h0": 15, "h1": 1, "h2": 1}
    vms = [Vm(f"{at}-{n}", f"{at}-{n}", at, Amount(1000, gib)) for at, count in counts.items() for n in range(count)]
    roll = plan(hosts, vms, Order(("h1", "h2")))
    assert roll.feasible
    assert [wave.hosts for wave in roll.waves] == [("h1",), ("h2",)]
    stuck = plan(hosts, vms, Order(("h0", "h1", "h2"))).stuck
    assert {host: [each.code for each in reasons] for host, reasons in stuck.items()} == {"h0": ["aggregate_short"]}
