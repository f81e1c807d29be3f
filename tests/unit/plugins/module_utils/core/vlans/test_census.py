# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dedications against a model, and a zone's VLANs counted."""

from __future__ import annotations

from random import Random
from typing import Any, cast

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans import ranges as vlans
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.census import Asked, Pool, census
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.dedication import Owner, dedicate, release
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.holders import (
    GuestNetwork,
    Holder,
    TakenVlan,
    VlanDedication,
    guest_holders,
)

ME, YOU = Owner("me", "d1"), Owner("you", "d1")


def members(ranges: tuple[tuple[int, int], ...]) -> set[int]:
    return {vlan for low, high in ranges for vlan in range(low, high + 1)}


def network(name: str, account: str, **facts: Any) -> GuestNetwork:
    if "vlan" in facts:
        facts["ranges"] = vlans.of([facts.pop("vlan")])
    return GuestNetwork(name, name, facts.pop("state", "Implemented"), account=account, domain_id="d1", **facts)


def held_by(owner: Owner, name: str, mine: set[int]) -> list[VlanDedication]:
    return [
        VlanDedication(f"{name}{n}", (each,), owner.account, domain_id=owner.domain_id)
        for n, each in enumerate(vlans.of(mine))
    ]


def test_dedications_take_nothing_from_anybody_and_settle() -> None:
    random = Random(34)
    given = refused = 0
    for case in range(3000):
        free = list(range(40))
        random.shuffle(free)
        mine, yours = set(free[:6]), set(free[6:12])
        pool = set(range(30)) | mine | yours
        used = {vlan: random.choice(["me", "you"]) for vlan in random.sample(range(30), 3)}
        low = random.randint(0, 38)
        wanted = set(range(low, low + random.randint(1, 5)))
        held = held_by(ME, "m", mine) + held_by(YOU, "y", yours)
        taken = [TakenVlan(vlan, "p", networks=(network(f"n{vlan}", who),)) for vlan, who in used.items()]
        give = wanted - mine
        bad = bool(give - pool or give & yours or any(used.get(vlan) == "you" for vlan in give))
        try:
            plan = dedicate("phys1", vlans.of(pool), vlans.of(wanted), ME, held, taken)
        except Refused as error:
            facts = cast("list[dict[str, Any]]", error.details["reasons"])
            assert bad, case
            assert all(set(vlans.parse(each["vlans"])) for each in facts), case
            refused += 1
            continue
        assert not bad, case
        assert members(plan.give) == give, case
        assert members(plan.after) == mine | wanted, case
        again = dedicate("phys1", vlans.of(pool), vlans.of(wanted), ME, [*held, *held_by(ME, "g", give)], taken)
        assert not again.changes, case
        given += 1
    assert min(given, refused) > 300


def test_a_release_ends_whole_dedications_of_the_one_who_is_named() -> None:
    held = [*held_by(ME, "m", {1, 2, 3, 7}), *held_by(YOU, "y", {5})]
    assert release("p", ((1, 5),), ME, held).release == ("m0",)
    assert release("p", ((1, 5),), None, held).release == ("m0", "y0")
    assert release("p", ((20, 30),), None, held).changes is False
    with pytest.raises(Refused, match="3 of the dedication 1-3"):
        release("p", ((1, 2),), None, held)


def test_a_zone_is_counted() -> None:
    pools = [Pool("p1", "phys1", "VLAN", ((100, 119), (200, 200))), Pool("p2", "phys2", None, ((110, 130),))]
    used, shared = network("n1", "me", vlan=105, physical_network_id="p1"), network("n2", "me", state="Setup", vlan=300)
    idle = network("n3", "me", vlan=107, physical_network_id="p1")
    taken = [
        TakenVlan(105, "p1", "2026-11-01", (used,)),
        TakenVlan(107, "p1", "", (idle,)),
        TakenVlan(110, "p1"),
    ]
    kept = {"p1": [VlanDedication("d", ((112, 113), (400, 401)), "me", domain="ROOT", domain_id="d1")]}
    names = {"p1": "phys1", "p2": "phys2"}
    networks = [used, idle, shared]
    holders = list(guest_holders(taken, networks, kept, names))
    assert [(each.kind, each.name) for each in holders] == [
        ("network", "n1"),
        ("network", "n3"),
        ("leak", ""),
        ("fixed_network", "n2"),
        ("dedication", "112-113,400-401"),
    ]
    told = cast("dict[str, Any]", census(pools, holders, networks, {"n1"}, Asked(block=3)))
    first, second = told["physical_networks"]
    assert (first["size"], first["allocated"], first["dedicated"], first["free"]) == (21, 3, 4, 16)
    assert [block["vlans"] for block in first["free_blocks"]] == ["100-104", "114-119"]
    assert (second["free"], [block["size"] for block in second["free_blocks"]]) == (21, [21])
    assert [(leak["code"], leak["vlans"]) for leak in told["leaks"]] == [
        ("allocated_without_network", ["110"]),
        ("dedicated_outside", ["400-401"]),
        ("network_without_vm", ["107"]),
    ]
    assert told["same_vlans"] == [{"vlans": ["110-119"], "physical_networks": ["phys1", "phys2"]}]
    assert [row["vlan"] for row in told["vlans"]] == ["105", "107", "110", "112-113", "300", "400-401"]


def test_a_census_of_some_vlans_tells_of_no_others() -> None:
    holders = [Holder("dedication", ((10, 20),), "d", physical_network_id="p"), Holder("leak", ((30, 30),))]
    told = cast("dict[str, Any]", census([Pool("p", "phys", None, ((1, 40),))], holders, (), None, Asked(((15, 25),))))
    assert [row["vlan"] for row in told["vlans"]] == ["15-20"]
    assert [block["vlans"] for block in told["physical_networks"][0]["free_blocks"]] == ["21-25"]
    assert told["physical_networks"][0]["free"] == 29


def test_two_tunnel_networks_with_the_same_numbers_share_nothing() -> None:
    pools = [Pool("p1", "one", "VXLAN", ((5, 9),)), Pool("p2", "two", "VLAN", ((5, 9),))]
    assert census(pools, (), (), None, Asked())["same_vlans"] == []
    assert Holder("fixed_network", ((5, 5),), tunnel=True).is_on("p9")
