# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of guest VLANs against an independent model: sets of integers and plain rules."""

from __future__ import annotations

from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans import ranges as vlans
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.change import (
    Change,
    Situation,
    State,
    allowed,
    change,
    decide,
    steps,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.holders import (
    KINDS,
    Holder,
    owner_of,
    vlan_of_label,
)

STATES: tuple[State, ...] = ("present", "absent", "exact")
CASES = 12_000
TOP = 60  # a small world of VLANs, so that everything meets everything; 4095 and 0 are its ends
SCALE = {0: 0, TOP: 4095}
POOL = ("network", "leak", "dedication")
KEPT = (*POOL, "fixed_network", "shared_range", "private_gateway")


def number(random: Random) -> int:
    point = random.randint(0, TOP)
    return SCALE.get(point, point)


def some(random: Random, most: int) -> set[int]:
    found: set[int] = set()
    for _ in range(random.randint(0, most)):
        low = number(random)
        found |= set(range(low, min(low + random.randint(0, 12), TOP - 1) + 1)) | {low}
    return found


def members(ranges: tuple[tuple[int, int], ...]) -> set[int]:
    return {vlan for low, high in ranges for vlan in range(low, high + 1)}


def planted(random: Random, held: set[int]) -> list[Holder]:
    """Holders of every kind, here and elsewhere; those of the pool mostly inside of it."""
    found = []
    for n in range(random.randint(0, 5)):
        kind = random.choice(list(KINDS))
        where = random.choice(["p1", "p2", "p3", ""]) if kind != "physical_network" else random.choice(["p2", "p3"])
        inside = kind in POOL and held and where == "p1"
        mine = {random.choice(sorted(held))} if inside else some(random, 1) or {number(random)}
        name = f"h{n}"
        found.append(Holder(kind, vlans.of(mine), name, physical_network_id=where, physical_network=where))
    return found


def model(
    held: set[int],
    wanted: set[int],
    state: State,
    holders: list[Holder],
    separate: frozenset[str],
    free: frozenset[int],
) -> tuple[set[int], set[tuple[str, str]]]:
    """The target and (code, holder) of every refusal, in the words of the rules."""
    target = {"present": held | wanted, "absent": held - wanted, "exact": set(wanted)}[state]
    against = {("vlan_reserved", str(vlan)) for vlan in {0, 1, 4095} & (target - held) - free}
    for holder in holders:
        mine = members(holder.ranges)
        here = holder.physical_network_id in ("p1", "")
        if holder.kind in KEPT and here and mine & (held - target):
            against.add(("vlan_dedicated" if holder.kind == "dedication" else "vlan_in_use", holder.name))
        apart = not here and holder.physical_network_id in separate
        if holder.kind not in POOL and not apart and mine & (target - held):
            against.add(("vlan_taken", holder.name))
    return target, against


def test_twelve_thousand_changes_agree_with_the_model_lose_nothing_and_settle() -> None:
    random = Random(20261121)
    seen = {"refused": 0, "changed": 0, "same": 0}
    for case in range(CASES):
        held, wanted = some(random, 4), some(random, 3)
        state = random.choice(STATES)
        holders = planted(random, held)
        separate = frozenset(random.sample(["p2", "p3"], random.randint(0, 2)))
        free = frozenset(random.sample([0, 1, 4095], random.randint(0, 3)))
        where = Situation("p1", "phys1", vlans.of(held), "VLAN", separate, free)
        target, against = model(held, wanted, state, holders, separate, free)
        try:
            found = decide(where, vlans.of(wanted), state, holders)
        except Refused as error:
            facts = cast("list[dict[str, Any]]", error.details["reasons"])
            told = {
                (each["code"], each["vlans"][0] if each["holder"] == "reserved" else each["name"]) for each in facts
            }
            assert told == against, case
            assert all(each["remedy"] and each["vlans"] for each in facts), case
            seen["refused"] += 1
            continue
        assert against == set(), case
        assert members(found.target) == target, case
        for holder in holders:
            if holder.kind in KEPT and holder.physical_network_id in ("p1", ""):
                assert members(holder.ranges) & held <= target, case
        again = decide(Situation("p1", "phys1", found.target, "VLAN", separate), vlans.of(wanted), state, holders)
        assert not again.changes, case
        seen["changed" if found.changes else "same"] += 1
    assert min(seen.values()) > 500, seen


HELD = ((100, 200), (610, 620))


def refusal(wanted: str, state: State, *holders: Holder, **situation: Any) -> dict[str, Any]:
    where = Situation("p1", "phys1", HELD, **situation)
    with pytest.raises(Refused) as caught:
        decide(where, vlans.parse(wanted), state, holders)
    (only,) = cast("list[dict[str, Any]]", caught.value.details["reasons"])
    return {"text": caught.value.message, **only}


def test_a_used_vlan_names_its_network_and_state() -> None:
    owner = owner_of("acme", "", "ROOT/customers")
    user = Holder("network", ((175, 175),), "n1", "7", "Implemented", owner, "p1", "phys1", "2026-11-01T10:00:00+0000")
    said = refusal("300-310", "exact", user)
    assert said["vlans"] == ["175"]
    assert (said["name"], said["state"], said["code"]) == ("n1", "Implemented", "vlan_in_use")
    assert "network n1 (Implemented, account acme of ROOT/customers, on phys1, since 2026-11-01" in said["text"]


def test_a_dedication_names_its_account() -> None:
    kept = Holder("dedication", ((610, 620),), "610-620", owner="account admin of ROOT", physical_network_id="p1")
    said = refusal("100-200", "exact", kept)
    assert said["code"] == "vlan_dedicated"
    assert said["vlans"] == ["610-620"]
    assert "account admin of ROOT" in said["text"]


def test_the_same_vlans_on_another_physical_network_need_switches_of_their_own() -> None:
    other = Holder("physical_network", ((500, 1000),), "phys2", physical_network_id="p2")
    said = refusal("900-1100", "present", other)
    assert said["vlans"] == ["900-1000"]
    assert "separate_networks" in said["remedy"]
    apart = Situation("p1", "phys1", HELD, separate=frozenset({"p2"}))
    assert decide(apart, ((900, 1100),), "present", [other]).added == ((900, 1100),)


def test_taking_a_public_vlan_out_of_the_pool_is_a_cure_and_putting_it_in_is_refused() -> None:
    public = Holder("public_range", ((150, 150),), "198.51.100.10-198.51.100.99", physical_network_id="p1")
    assert decide(Situation("p1", "phys1", HELD), ((150, 150),), "absent", [public]).removed == ((150, 150),)
    with pytest.raises(Refused, match=r"VLAN 150 belongs to public range 198\.51"):
        decide(Situation("p1", "phys1", ()), ((100, 200),), "present", [public])


def test_vnis_have_no_reserved_ones_and_do_not_meet_vlans() -> None:
    vxlan = Situation("p1", "phys1", (), "VXLAN")
    vlan = Holder("public_range", ((50, 50),), "198.51.100.10")
    assert decide(vxlan, ((0, 5000),), "present", [vlan]).added == ((0, 5000),)
    with pytest.raises(Refused, match="VLAN 4000 belongs to network t1"):
        decide(vxlan, ((0, 5000),), "present", [Holder("fixed_network", ((4000, 4000),), "t1", tunnel=True)])


@pytest.mark.parametrize("bad", [["2"], [4094], ["all"], ["-1"]])
def test_only_reserved_vlans_can_be_allowed(bad: list[object]) -> None:
    with pytest.raises(InvalidValue, match="allow_reserved"):
        allowed(bad)
    assert allowed(["0", 1, 4095]) == {0, 1, 4095}


def refuses(held: set[int], target: set[int], used: set[int]) -> bool:
    """The server's own look for used VLANs in the ranges that go: as texts (T4:19, T4:30)."""
    gone = vlans.difference(vlans.of(held), vlans.of(target))
    return any(str(low) <= str(vlan) <= str(high) for low, high in gone for vlan in used)


def test_what_the_server_takes_for_used_goes_in_pieces() -> None:
    found = change(((0, 5), (100, 200)), ((100, 200), (600, 799)), "exact")
    assert refuses({*range(6), *range(100, 201)}, members(found.target), {175})
    assert len(steps(found, [175])) == 2
    assert steps(found, [6]) == (found.target,)


@given(st.sets(st.integers(0, 400), max_size=60), st.sets(st.integers(0, 400), max_size=60), st.data())
def test_no_step_is_refused_and_the_last_one_is_the_target(
    held: set[int], target: set[int], data: st.DataObject
) -> None:
    stays = sorted(held & target)
    used = set(data.draw(st.lists(st.sampled_from(stays), max_size=4))) if stays else set()
    found = change(vlans.of(held), vlans.of(target), "exact")
    now = set(held)
    for step in steps(found, used):
        after = members(step)
        assert not refuses(now, after, used)
        assert used <= after <= held | target
        now = after
    assert now == target
    assert len(steps(found, used)) <= 2


def test_a_change_tells_what_is_added_and_removed() -> None:
    assert change(HELD, ((190, 210),), "exact") == Change(HELD, ((190, 210),), ((201, 210),), ((100, 189), (610, 620)))


@pytest.mark.parametrize(
    ("label", "vlan"),
    [("vSwitch0,500,vmwaresvs", 500), ("dvs1, 12", 12), ("cloudbr0", None), ("a,b", None), (None, None)],
)
def test_a_vmware_label_may_name_a_vlan(label: str | None, vlan: int | None) -> None:
    assert vlan_of_label(label) == vlan


@pytest.mark.parametrize(
    ("account", "project", "domain", "said"),
    [
        ("a", "", "ROOT", "account a of ROOT"),
        ("", "p", "", "project p"),
        ("", "", "ROOT/x", "domain ROOT/x"),
        ("", "", "", ""),
    ],
)
def test_owners_are_called_by_what_they_are(account: str, project: str, domain: str, said: str) -> None:
    assert owner_of(account, project, domain) == said
