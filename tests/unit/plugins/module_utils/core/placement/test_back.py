# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs back onto their host after its maintenance: those that may and fit, and why others stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.back import bring_back
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.drain import Move
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import AffinityGroup, Fleet
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import Instance

from .test_evacuation import GIB, fleet, vm


def emptied(where: Fleet, state: str = "Maintenance") -> Fleet:
    """h0 is out of service when it is asked about, as before the end of its maintenance."""
    first, *others = where.hosts
    return replace(where, hosts=(replace(first, resource_state=state), *others))


def told(where: Fleet, ids: tuple[str, ...], spare_hosts: int = 0) -> tuple[list[Move], list[tuple[Any, str]]]:
    found = bring_back(emptied(where), ids, "h0", spare_hosts)
    return list(found.moves), [(each.facts["vm"], each.code) for each in found.left]


def test_vms_come_back_from_wherever_they_are() -> None:
    where = fleet(0, 3, 2)
    ids = ("v1-0", "v2-1", "gone")
    assert told(where, ids) == ([Move("v1-0", "h1", "h0"), Move("v2-1", "h2", "h0")], [])


def test_those_that_are_there_already_are_left_out() -> None:
    assert told(fleet(1, 1), ("v0-0", "v1-0")) == ([Move("v1-0", "h1", "h0")], [])


def test_one_that_does_not_fit_any_more_stays_and_is_told() -> None:
    large = (vm("a", "h1", 20), vm("b", "h2", 20))
    assert told(fleet(0, 0, 0, vms=large), ("a", "b")) == ([Move("a", "h1", "h0")], [("b", "ram")])


def test_one_that_cannot_move_live_stays() -> None:
    there = (vm("a", "h1", local=True), vm("b", "h1", state="Starting"), vm("c", "h1"))
    moves, left = told(fleet(0, 0, vms=there), ("a", "b", "c"))
    assert ([move.vm for move in moves], left) == (["c"], [("a", "local_storage"), ("b", "vm_state")])


def group(kind: str, *ids: str) -> AffinityGroup:
    return AffinityGroup("g", "g", kind, frozenset(ids))


def test_members_of_an_affinity_group_come_back_together_or_not_at_all() -> None:
    there = (vm("a", "h1"), vm("b", "h1"))
    whole = fleet(0, 0, vms=there, groups=(group("host affinity", "a", "b"),))
    assert [move.vm for move in told(whole, ("a", "b"))[0]] == ["a", "b"]
    assert told(whole, ("a",)) == ([], [("a", "affinity_group_split")])


def test_members_of_an_anti_affinity_group_do_not_meet() -> None:
    there = (vm("a", "h1"), vm("b", "h0"))
    apart = fleet(0, 0, vms=there, groups=(group("host anti-affinity", "a", "b"),))
    assert told(apart, ("a",)) == ([], [("a", "anti_affinity")])


def test_spare_hosts_are_kept_where_they_were() -> None:
    # Should h1 fail, d has room on h0 alone, which a would take.
    there = (vm("a", "h1", 12), vm("d", "h1", 16), vm("b", "h0", 14), vm("c", "h2", 18))
    where = fleet(0, 0, 0, vms=there)
    assert told(where, ("a",)) == ([Move("a", "h1", "h0")], [])
    assert told(where, ("a",), spare_hosts=1) == ([], [("a", "n_plus_f")])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 12), st.booleans()), max_size=9))
def test_a_host_is_never_overfilled_and_every_vm_is_accounted_for(rows: list[tuple[int, int, bool]]) -> None:
    machines: tuple[Instance, ...] = tuple(vm(f"m{n}", f"h{at}", gib) for n, (at, gib, _back) in enumerate(rows))
    ids = tuple(f"m{n}" for n, row in enumerate(rows) if row[2])
    moves, left = told(fleet(0, 0, 0, vms=machines), ids)
    moved = {move.vm for move in moves}
    away = {each.id for each in machines if each.id in ids and each.host_id != "h0"}
    assert moved | {each for each, _code in left} == away
    held = sum(each.ram for each in machines if each.host_id == "h0" or each.id in moved)
    before = sum(each.ram for each in machines if each.host_id == "h0")
    assert held <= max(32 * GIB, before)


def routers(*at: str) -> tuple[Instance, ...]:
    return tuple(vm(f"r-{n}-VM", host, kind="Router", beside="shop") for n, host in enumerate(at))


def test_the_second_router_of_a_network_does_not_come_back_to_the_first() -> None:
    """Whether it was moved off too, or was never moved."""
    both = fleet(0, 0, 0, vms=routers("h1", "h2"))
    assert told(both, ("r-0-VM", "r-1-VM")) == ([Move("r-0-VM", "h1", "h0")], [("r-1-VM", "redundant_router")])
    assert told(fleet(0, 0, 0, vms=routers("h1", "h0")), ("r-0-VM",)) == ([], [("r-0-VM", "redundant_router")])
    assert told(fleet(0, 0, 0, vms=routers("h1", "h2")), ("r-0-VM",)) == ([Move("r-0-VM", "h1", "h0")], [])


def test_a_vm_of_a_group_that_wishes_to_be_apart_comes_back_where_that_is_no_worse() -> None:
    def seen(*at: str) -> Fleet:
        machines = tuple(vm(f"m{n}", host) for n, host in enumerate(at))
        group = AffinityGroup("g", "g", "non-strict host anti-affinity", frozenset(each.id for each in machines))
        return fleet(0, 0, 0, vms=machines, groups=(group,))

    assert told(seen("h1", "h2"), ("m0",)) == ([Move("m0", "h1", "h0")], [])
    assert told(seen("h1", "h0"), ("m0",)) == ([], [("m0", "anti_affinity_wish")])
    # Two of them are on each host but this.
    assert told(seen("h1", "h1", "h0"), ("m0",)) == ([Move("m0", "h1", "h0")], [])
