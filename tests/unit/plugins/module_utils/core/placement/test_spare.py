# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spare hosts: no failure is called borne that an exact search cannot place."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planner.check import Replay, bears, plain
from planner.generate import Cluster, any_cluster

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.implicit import ANYBODY, Keeper
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import Order, plan
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import Packing, Vm, VmHost
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.spare import COMBINATIONS, unbearable


def site(*loads: int, most: int = 99) -> Packing:
    """Hosts of 100 each with VMs of 10."""
    hosts = [VmHost(f"h{n}", f"h{n}", Amount(100, 100), most_vms=most) for n in range(len(loads))]
    vms = [Vm(f"{n}.{k}", "", f"h{n}", Amount(10, 10)) for n, load in enumerate(loads) for k in range(load // 10)]
    return Packing(hosts, vms)


@pytest.mark.parametrize(
    ("loads", "out", "spare", "borne"),
    [
        ((60, 60, 60), (), 1, True),
        ((70, 70, 70), (), 1, False),
        ((60, 60, 0), (2,), 1, False),
        ((60, 60, 0), (), 2, False),
        ((50, 50, 0), (), 2, True),
        ((90, 90, 90), (), 0, True),
        # An empty host that fails too takes its room away.
        ((80, 20, 0), (), 2, True),
        ((80, 30, 0), (), 2, False),
    ],
)
def test_failures_by_hand(loads: tuple[int, ...], out: tuple[int, ...], spare: int, borne: bool) -> None:
    assert (unbearable(site(*loads), out, spare) == ()) == borne


def test_the_limit_of_guests_counts() -> None:
    assert unbearable(site(40, 40, 40, most=6), (), 1) == ()
    assert unbearable(site(40, 40, 40, most=5), (), 1)


def kept(*keepers: Keeper, ram: int = 10) -> Packing:
    """Hosts of 100 with a VM each."""
    hosts = [VmHost(f"h{n}", f"h{n}", Amount(100, 100)) for n in range(len(keepers))]
    return Packing(hosts, [Vm(f"v{n}", "", f"h{n}", Amount(1, ram), keeper=its) for n, its in enumerate(keepers)])


STRICT, PREFERRED, OTHER = Keeper("account:a", True), Keeper("account:a"), Keeper("account:b", True)


@pytest.mark.parametrize(
    ("keepers", "borne"),
    [
        # The VM of h0 is restarted with others, as the server's HA planner does.
        ((STRICT, ANYBODY, ANYBODY), True),
        ((STRICT, STRICT, STRICT), True),
        ((STRICT, PREFERRED), True),
        ((PREFERRED, ANYBODY), True),
        # Nobody else is restarted on a host that a strict VM reserved.
        ((STRICT, ANYBODY), False),
        ((STRICT, OTHER), False),
        ((STRICT, OTHER, ANYBODY), False),
        ((STRICT, OTHER, ANYBODY, ANYBODY), True),
    ],
)
def test_after_a_failure_only_hosts_of_strict_vms_are_closed(keepers: tuple[Keeper, ...], borne: bool) -> None:
    assert (unbearable(kept(*keepers), (), 1) == ()) == borne


def test_one_strict_vm_leaves_a_roll_possible() -> None:
    packing = kept(STRICT, ANYBODY, ANYBODY, ANYBODY)
    vms = [vm for here in packing.on for vm in here.values()]
    assert plan(packing.hosts, vms, Order(("h1", "h2", "h3"), spare_hosts=1)).feasible


@pytest.mark.parametrize("first", [STRICT, PREFERRED])
def test_more_failures_than_can_be_looked_at_are_proved_with_implicit_dedication(first: Keeper) -> None:
    assert COMBINATIONS < 210 * 209 // 2
    assert unbearable(kept(first, *[ANYBODY] * 209), (), 2) == ()
    assert unbearable(kept(first, *[ANYBODY] * 209, ram=60), (), 2)


def test_looking_leaves_everything_where_it_was() -> None:
    packing = site(70, 60, 50)
    before = packing.copy()
    unbearable(packing, (), 1)
    assert (packing.where, packing.ram, packing.cpu, packing.slots) == (
        before.where,
        before.ram,
        before.cpu,
        before.slots,
    )


@settings(max_examples=80)
@given(any_cluster(5), st.integers(1, 2))
def test_what_is_called_borne_is_borne(item: Cluster, spare: int) -> None:
    named = unbearable(Packing(item.hosts, item.vms), (), spare)
    state = Replay(plain(item, plan(item.hosts, (), item.order))[0])
    failures = itertools.combinations(state.hosts, min(spare, len(state.hosts)))
    borne = {
        failing: bears(state, failing, [state.vms[each] for host in failing for each in state.held[host]])
        for failing in failures
        if any(state.held[host] for host in failing)
    }
    if not named:
        assert all(borne.values())
    elif spare == 1:
        assert not borne[named]
