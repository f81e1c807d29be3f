# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emptying hosts: landings, groups that stay whole, and the reason where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from planner.blockers import PLANTS, planted
from planner.check import Replay, may_run, plain
from planner.generate import Cluster, any_cluster
from planner.oracle import placeable

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.drain import (
    Move,
    drain,
    replay,
    revert,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import plan
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import Packing, Vm, VmHost

HOSTS = [VmHost(f"h{n}", f"h{n}", Amount(100, 100)) for n in range(3)]


def vm(name: str, host: str, size: int, **rules: object) -> Vm:
    return Vm(name, name, host, Amount(size, size), **rules)  # type: ignore[arg-type]


def test_hosts_that_are_done_are_filled_first_and_the_fullest_of_them() -> None:
    vms = [vm("a", "h0", 10), vm("b", "h1", 30), vm("c", "h2", 20)]
    assert drain(Packing(HOSTS, vms), [0]).moves == (Move("a", "h0", "h1"),)
    assert drain(Packing(HOSTS, vms), [0], preferred=[2]).moves == (Move("a", "h0", "h2"),)


def test_nothing_lands_on_another_host_that_is_emptied() -> None:
    found = drain(Packing(HOSTS, [vm("a", "h0", 40), vm("b", "h1", 40)]), [0, 1])
    assert {move.target for move in found.moves} == {"h2"}


def test_a_strict_affinity_group_lands_together() -> None:
    vms = [vm("a", "h0", 30, together="t"), vm("b", "h0", 30, together="t"), vm("c", "h1", 60), vm("d", "h2", 30)]
    assert {move.target for move in drain(Packing(HOSTS, vms), [0]).moves} == {"h2"}


def test_a_pinned_vm_is_refused_alive_and_started_anew_after_a_failure() -> None:
    packing = Packing(HOSTS, [vm("a", "h0", 30, pinned="gpu")])
    refused = drain(packing, [0])
    assert [(each.code, each.facts["vm"]) for each in refused.reasons] == [("gpu", "a")]
    assert packing.where == {"a": 0}
    assert len(drain(packing, [0], live=False).moves) == 1


def test_a_refusal_leaves_everything_where_it_was() -> None:
    vms = [vm("a", "h0", 60), vm("b", "h0", 40), vm("c", "h1", 50), vm("d", "h2", 50)]
    packing = Packing(HOSTS, vms)
    assert drain(packing, [0]).reasons
    assert packing.where == {"a": 0, "b": 0, "c": 1, "d": 2}
    assert packing.ram == [0, 50, 50]


@given(any_cluster(6))
def test_revert_and_replay_are_inverse(item: Cluster) -> None:
    packing = Packing(item.hosts, item.vms)
    before = packing.copy()
    found = drain(packing, [0], restarts=5)
    after = packing.copy()
    revert(packing, found.moves)
    assert (packing.ram, packing.cpu, packing.where) == (before.ram, before.cpu, before.where)
    replay(packing, found.moves)
    assert (packing.ram, packing.cpu, packing.where) == (after.ram, after.cpu, after.where)


@settings(max_examples=60)
@given(any_cluster(6))
def test_a_drain_is_refused_only_where_no_landing_exists(item: Cluster) -> None:
    packing = Packing(item.hosts, item.vms)
    found = drain(packing, [0])
    data, _ = plain(item, plan(item.hosts, (), item.order))
    state = Replay(data)
    name, *others = (host["id"] for host in data["hosts"])
    leaving = [state.vms[each] for each in state.held[name]]
    kept = {each: [state.vms[guest] for guest in state.held[each]] for each in others}
    exact = placeable(data["hosts"][1:], kept, leaving, may_run)
    assert bool(found.reasons) == (exact is None)


@pytest.mark.parametrize("code", PLANTS)
def test_a_planted_blocker_is_named_and_its_remedy_helps(code: str) -> None:
    for seed in range(4):
        blocked = planted(code, seed)
        roll = plan(blocked.cluster.hosts, blocked.cluster.vms, blocked.cluster.order)
        found = [each for reasons in roll.stuck.values() for each in reasons if each.code == code]
        assert found
        assert all(each.facts for each in found)
        if blocked.vm:
            assert any(blocked.vm == each.facts.get("vm") or blocked.vm in str(each.facts.get("vms")) for each in found)
        assert plan(blocked.cured.hosts, blocked.cured.vms, blocked.cured.order).feasible
