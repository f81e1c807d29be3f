# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs that are bound to one another or to owners' hosts: groups that share a VM, split groups, dedication by kind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.cautions import cautions
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.evacuation import (
    Terms,
    balance,
    evacuate,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import AffinityGroup, Fleet
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.instances import Instance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.one_vm import bring_one

from .test_evacuation import fleet, vm


def strict(name: str, *ids: str) -> AffinityGroup:
    return AffinityGroup(name, name, "host affinity", frozenset(ids))


def placed(where: Fleet) -> tuple[dict[str, str], list[str]]:
    found = evacuate(where, ["h0"], Terms())
    return {move.vm: move.target for move in found.moves}, [each.code for each in found.reasons]


def test_groups_that_share_a_vm_go_to_one_host_whole() -> None:
    """a and b would fit beside h1's load, c would not any more."""
    vms = (*(vm(name, "h0", 4) for name in "abc"), vm("x", "h1", 22), vm("y", "h2", 20))
    groups = (strict("g1", "a", "b"), strict("g2", "a", "c"))
    moves, _codes = placed(fleet(0, 0, 0, vms=vms, groups=groups))
    assert moves == {"a": "h2", "b": "h2", "c": "h2"}
    full = (*vms[:4], vm("y", "h2", 22))
    assert placed(fleet(0, 0, 0, vms=full, groups=groups)) == ({}, ["affinity_group_split"])


def test_none_of_them_is_taken_away_from_the_others() -> None:
    vms = tuple(vm(name, "h0") for name in "abx")
    where = fleet(0, 0, vms=vms, groups=(strict("g1", "a", "b"), strict("g2", "a", "x")))
    assert [[each.code for each in bring_one(where, name, "h1", 0).left] for name in "abx"] == [
        ["affinity_group_split"]
    ] * 3


def test_a_stopped_vm_joins_no_groups() -> None:
    vms = (vm("a", "h0"), vm("s", "", state="Stopped"), vm("b", "h0"))
    where = fleet(0, 0, vms=vms, groups=(strict("g1", "a", "s"), strict("g2", "s", "b")))
    assert [move.vm for move in bring_one(where, "b", "h1", 0).moves] == ["b"]


def test_a_vm_goes_where_the_rest_of_its_group_runs() -> None:
    vms = (vm("a", "h0"), vm("b", "h1"))
    where = fleet(0, 9, 0, vms=vms, groups=(strict("g", "a", "b"),))
    assert placed(where) == ({"a": "h1"}, [])
    assert [move.target for move in bring_one(where, "a", "h1", 0).moves] == ["h1"]
    assert [each.code for each in bring_one(where, "a", "h2", 0).left] == ["affinity_group_split"]


def test_it_is_told_where_the_rest_has_no_room() -> None:
    vms = (vm("a", "h0", 4), vm("b", "h1", 30))
    where = fleet(0, 0, 0, vms=vms, groups=(strict("g", "a", "b"),))
    (reason,) = evacuate(where, ["h0"], Terms()).reasons
    assert (reason.code, "(h1)" in reason.message) == ("affinity_group_split", True)


def routers(*at: str) -> tuple[Instance, ...]:
    return tuple(vm(f"r-{n}-VM", host, kind="Router", beside="shop") for n, host in enumerate(at))


def test_the_second_router_of_a_network_is_kept_away_from_the_first() -> None:
    """h1 is the emptier one, and has the other router."""
    where = fleet(0, 0, 9, vms=routers("h0", "h1"))
    assert placed(where) == ({"r-0-VM": "h2"}, [])
    assert placed(fleet(0, 0, 9, vms=routers("h0", "h2"))) == ({"r-0-VM": "h1"}, [])
    both, _codes = placed(fleet(0, 0, 9, vms=routers("h0", "h0")))
    assert sorted(both.values()) == ["h1", "h2"]


def test_it_goes_there_with_a_warning_where_no_other_host_has_room() -> None:
    where = fleet(0, 0, 32, vms=routers("h0", "h1"))
    moves, codes = placed(where)
    assert (moves, codes) == ({"r-0-VM": "h1"}, [])
    (told,) = cautions(where, moves)
    assert "r-0-VM and r-1-VM" in told
    assert cautions(fleet(0, 0, 9, vms=routers("h0", "h1")), {"r-0-VM": "h2"}) == []
    assert cautions(where, {}) == []


def test_loads_are_not_levelled_by_bringing_routers_together() -> None:
    where = fleet(9, 0, 9, vms=(*routers("h0", "h1"), vm("large", "h2", 9)))
    assert "r-0-VM" not in {move.vm for move in balance(where, (), 0, only=("h1",))}


def test_a_template_asks_for_host_tags_too() -> None:
    where = fleet(0, 0, 0, vms=(vm("a", "h0", tags=frozenset(("licensed",))),))
    first, second, third = where.hosts
    tagged = replace(where, hosts=(first, second, replace(third, host_tags=("licensed",))), ha_tag="licensed")
    assert placed(tagged) == ({"a": "h2"}, [])


ACME = frozenset(("account:acme@d", "domain:ROOT/sales", "domain:ROOT"))


@pytest.mark.parametrize(
    ("kind", "owner", "zone", "code"),
    [
        ("User", "account:acme@d", "", "dedication"),
        ("User", "account:acme@d", "account:acme@d", ""),
        ("User", "account:bank@e", "account:bank@e", "dedication"),
        ("User", "", "account:bank@e", ""),
        ("Router", "account:acme@d", "", ""),
        ("Router", "domain:ROOT/sales", "", ""),
        ("Router", "domain:ROOT", "", "dedication"),
        ("Router", "account:bank@e", "", "dedication"),
        ("ConsoleProxy", "account:bank@e", "", ""),
        ("SecondaryStorageVm", "account:bank@e", "", ""),
        ("InternalLb", "account:bank@e", "", ""),
    ],
)
def test_dedication_is_judged_by_the_kind_of_the_vm(kind: str, owner: str, zone: str, code: str) -> None:
    vms = (vm("a", "h0", kind=kind, owners=ACME),)
    dedicated = {"h0": owner, "h1": owner} if owner else {}
    where = fleet(0, 0, vms=vms, dedicated=dedicated, zone_owner=zone)
    assert placed(where)[1] == ([code] if code else [])
