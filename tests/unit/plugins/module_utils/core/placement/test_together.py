# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that are emptied together: each is planned with what is planned for the others.

The judge adds up memory itself; it shares nothing with the planner.
"""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from planner.instants import fit

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.drain import Move
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.evacuation import Terms, evacuate
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import Fleet
from unit.plugins.module_utils.core.placement.test_evacuation import GIB, fleet, vm

LEAVING = ("h0", "h1")
ROOM = 32  # GiB of a host

clusters = st.lists(st.lists(st.sampled_from((4, 6, 10, 14)), min_size=1, max_size=3), min_size=4, max_size=6)


def made(loads: list[list[int]]) -> Fleet:
    vms = tuple(vm(f"v{n}-{k}", f"h{n}", size) for n, sizes in enumerate(loads) for k, size in enumerate(sizes))
    return fleet(*(0 for _load in loads), vms=vms)


def sums(where: dict[str, str], sizes: dict[str, int], hosts: list[str]) -> dict[str, list[int]]:
    return {host: [sizes[each] for each, at in where.items() if at == host] for host in hosts}


def broken(where: dict[str, str], sizes: dict[str, int], hosts: list[str], spare_hosts: int) -> set[str]:
    """What is wrong while VMs are there and both hosts are out."""
    held = sums(where, sizes, hosts)
    staying = [host for host in hosts if host not in LEAVING]
    found = {f"{host} is overfull" for host in staying if sum(held[host]) > ROOM}
    if spare_hosts:
        for failed in staying:
            rooms = [ROOM - sum(held[host]) for host in staying if host != failed]
            if not fit(held[failed], rooms):
                found.add(f"{failed} may not fail")
    return found


def any_order(moves: list[Move], seed: int) -> list[Move]:
    shuffled = list(moves)
    Random(seed).shuffle(shuffled)
    return shuffled


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(clusters, st.integers(0, 1), st.integers(0, 1 << 16))
def test_one_that_is_planned_anew_beside_the_other_keeps_room_and_spare_hosts(
    loads: list[list[int]], spare_hosts: int, seed: int
) -> None:
    seen = made(loads)
    hosts, sizes = [each.id for each in seen.hosts], {each.id: each.ram // GIB for each in seen.instances}
    both = evacuate(seen, LEAVING, Terms(spare_hosts=spare_hosts))
    assume(not both.reasons and any(move.source == "h0" for move in both.moves))
    other = tuple(move for move in both.moves if move.source == "h1")
    # A migration of the one fails, and it is planned anew while VMs of the other are on their way.
    first = next(move for move in both.moves if move.source == "h0")
    planned = {move.vm: move.target for move in both.moves}
    failed = {(first.vm, first.target): "no route"}
    terms = Terms(avoid=("h1",), leaving=("h1",), beside=other, spare_hosts=spare_hosts, planned=planned, failed=failed)
    again = evacuate(seen, ["h0"], terms)
    if again.reasons:
        return
    assert {move.target for move in again.moves}.isdisjoint(LEAVING)
    assert (first.vm, first.target) not in {(move.vm, move.target) for move in again.moves}
    where = {each.id: each.host_id for each in seen.instances}
    assume(not broken(where, sizes, hosts, 0))
    for move in any_order([*other, *again.moves], seed):
        where[move.vm] = move.target
        assert not broken(where, sizes, hosts, spare_hosts)
    assert not set(where.values()) & set(LEAVING)


def test_room_that_is_planned_for_the_other_is_not_taken() -> None:
    """h2 has room for one of the two VMs, which both hosts would take."""
    seen = fleet(0, 0, 0, 0, vms=(vm("a", "h0", 20), vm("b", "h1", 20), vm("c", "h2", 4), vm("d", "h3", 8)))
    alone = evacuate(seen, ["h0"], Terms(avoid=("h1",)))
    assert [move.target for move in alone.moves] == ["h2"]
    beside = (Move("b", "h1", "h2"),)
    found = evacuate(seen, ["h0"], Terms(avoid=("h1",), leaving=("h1",), beside=beside))
    assert [move.target for move in found.moves] == ["h3"]
    # Once it is there, it counts there and not twice.
    arrived = fleet(0, 0, 0, 0, vms=(vm("a", "h0", 8), vm("b", "h2", 20), vm("c", "h2", 4), vm("d", "h3", 32)))
    found = evacuate(arrived, ["h0"], Terms(avoid=("h1",), leaving=("h1",), beside=beside))
    assert [move.target for move in found.moves] == ["h2"]


def test_spare_hosts_are_kept_without_both() -> None:
    """With h1 in service a failure of h2 could be borne, without it there is no place."""
    seen = fleet(0, 0, 0, 0, vms=(vm("a", "h0", 8), vm("b", "h2", 20), vm("c", "h3", 10)))
    assert not evacuate(seen, ["h0"], Terms(spare_hosts=1)).reasons
    found = evacuate(seen, ["h0"], Terms(spare_hosts=1, avoid=("h1",), leaving=("h1",)))
    assert [each.code for each in found.reasons] == ["n_plus_f"]
