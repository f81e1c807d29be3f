# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of router upgrades: right by a checker of their own, and resumed wherever they were killed."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.need import Target, need
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.router import (
    Router,
    older,
    state_word,
    version_of,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.upgrade import Plan, Terms, planned
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.window import moment, window
from unit.plugins.module_utils.core.routers.world import NEW, OLD, Networks, faults

TARGET = Target(minimum=NEW)
VERSIONS = st.sampled_from([OLD, NEW])
# A network: single, or a pair with its versions; the pair may lack its BACKUP, or have it stopped.
SINGLE = st.tuples(st.just("single"), VERSIONS, VERSIONS)
PAIR = st.tuples(st.sampled_from(["pair", "alone", "stopped"]), VERSIONS, VERSIONS)


def build(shapes: list[tuple[str, str, str]]) -> Networks:
    world = Networks()
    for number, (shape, one, other) in enumerate(shapes):
        network = f"n{number}"
        if shape == "single":
            world.add(network, one)
            continue
        world.add(network, one, "PRIMARY")
        if shape != "alone":
            backup = world.add(network, other, "BACKUP")
            if shape == "stopped":
                world.rows[backup.id] = dataclasses.replace(backup, state="Stopped", redundant_state="UNKNOWN")
    return world


def plan_of(world: Networks, terms: Terms, target: Target = TARGET) -> Plan:
    return planned(world.rows.values(), target, terms)


@given(st.lists(st.one_of(SINGLE, PAIR), max_size=8), st.integers(1, 4), st.booleans())
def test_a_plan_is_right(shapes: list[tuple[str, str, str]], most: int, consent: bool) -> None:
    world = build(shapes)
    plan = plan_of(world, Terms(most_at_once=most, consent=consent))
    needing = [row.id for row in world.rows.values() if row.version == OLD]
    assert faults(plan, list(world.rows.values()), needing, most, consent) == []


@given(st.lists(st.one_of(SINGLE, PAIR), max_size=5), st.sampled_from(["auto", "patch", "reboot"]))
def test_a_run_that_is_killed_at_every_step_does_no_router_twice(
    shapes: list[tuple[str, str, str]], method: str
) -> None:
    world = build(shapes)
    old = {row.id for row in world.rows.values() if row.version == OLD}
    target = dataclasses.replace(TARGET, method=method)
    for _killed in range(60):
        plan = plan_of(world, Terms(consent=True), target)
        assert plan.reasons == ()
        if not plan.units:
            break
        # Killed after its first step: the next run plans from what there is.
        world.carry_out(plan.units[0], plan.units[0].steps[0])
    assert sorted(world.work) == sorted(old)
    assert world.without_primary == []
    assert all(row.version == NEW for row in world.rows.values())


def test_the_backup_is_renewed_first_and_the_old_primary_last() -> None:
    world = build([("pair", OLD, OLD)])
    (unit,) = plan_of(world, Terms()).units
    assert [(step.action, step.name) for step in unit.steps] == [
        ("renew", "r-101-VM"),
        ("fail_over", "r-100-VM"),
        ("renew", "r-100-VM"),
    ]
    assert unit.down == 5.0
    assert not unit.interrupts


def test_a_single_router_waits_for_consent_or_a_window() -> None:
    world = build([("single", OLD, OLD)])
    (out,) = plan_of(world, Terms()).left_out
    assert (out.code, out.name) == ("single_router", "n0")
    hours = window("window", "2026-11-27T01:00Z/2026-11-27T01:01Z")
    (out,) = plan_of(world, Terms(window=hours, begins=hours.start)).left_out
    assert out.code == "outside_window"
    wide = dataclasses.replace(hours, end=hours.end + 60)
    assert plan_of(world, Terms(window=wide, begins=hours.start)).units
    assert not plan_of(world, Terms(window=wide, begins=hours.start - 1)).units


def test_networks_in_a_window_end_before_it() -> None:
    world = build([("single", OLD, OLD)] * 5)
    hours = window("window", "2026-11-27T01:00Z/2026-11-27T01:05Z")
    plan = plan_of(world, Terms(most_at_once=2, window=hours, begins=hours.start))
    assert [len(batch) for batch in plan.batches] == [1, 2]
    assert [out.code for out in plan.left_out] == ["outside_window", "outside_window"]


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("PRIMARY", "PRIMARY"), "two_primaries"),
        (("BACKUP", "BACKUP"), "no_primary"),
        (("PRIMARY", "FAULT"), "router_fault"),
        (("PRIMARY", "UNKNOWN"), "router_fault"),
        (("PRIMARY", "BACKUP", "BACKUP"), "too_many_routers"),
    ],
)
def test_a_pair_that_is_not_in_order_stops_the_plan(states: tuple[str, ...], code: str) -> None:
    world = Networks()
    for state in states:
        world.add("n0", OLD, state)
    plan = plan_of(world, Terms())
    assert [reason.code for reason in plan.reasons] == [code]
    assert plan.batches == ()


def test_a_router_that_changes_its_state_stops_the_plan() -> None:
    world = build([("pair", OLD, OLD)])
    world.rows["id101"] = dataclasses.replace(world.rows["id101"], state="Starting")
    assert [reason.code for reason in plan_of(world, Terms()).reasons] == ["router_busy"]


@pytest.mark.parametrize("named", ["admin", "ADMIN", "ROOT/admin"])
def test_accounts_are_left_out(named: str) -> None:
    plan = plan_of(build([("pair", OLD, OLD)]), Terms(without_accounts=(named,)))
    assert (plan.units, [out.code for out in plan.left_out]) == ((), ["account_left_out"])


@pytest.mark.parametrize(
    ("named", "out"), [("ROOT/a", True), ("a", True), ("ROOT/ab", False), ("b", True), ("x", False)]
)
def test_domains_are_left_out_with_those_below(named: str, out: bool) -> None:
    world = Networks()
    world.add("n0", OLD, domain_path="ROOT/a/b")
    plan = plan_of(world, Terms(consent=True, without_domains=(named,)))
    assert (plan.units == ()) is out


def test_first_comes_first() -> None:
    plan = plan_of(build([("pair", OLD, OLD)] * 3), Terms(first=("n2",)))
    assert [unit.name for unit in plan.units] == ["n2", "n0", "n1"]


@pytest.mark.parametrize(
    ("router", "target", "method"),
    [
        ({"version": OLD}, Target(minimum=NEW, patches=True), "recreate"),
        ({"version": NEW, "requires_upgrade": True}, Target(minimum=NEW, patches=True), "patch"),
        ({"version": NEW, "requires_upgrade": True}, Target(minimum=NEW), "reboot"),
        ({"version": NEW, "requires_upgrade": True}, Target(patches=True), "recreate"),
        ({"version": "?", "requires_upgrade": True}, Target(minimum=NEW, patches=True), "recreate"),
        ({"version": NEW}, Target(minimum=NEW), ""),
        ({"version": OLD}, Target(), ""),
        ({"version": NEW, "template_id": "t1"}, Target(template_ids=("t2",), patches=True), "recreate"),
        ({"version": NEW, "created": "2026-11-01T00:00:00+0000"}, Target(created_before=2e9), "recreate"),
        ({"version": NEW, "created": "2026-11-01T00:00:00+0000"}, Target(created_before=1e9), ""),
        ({"version": OLD}, Target(minimum=NEW, method="reboot"), "reboot"),
    ],
)
def test_versions_decide_between_patch_and_recreate(router: dict[str, object], target: Target, method: str) -> None:
    assert need(Router("id", "r-1-VM", **router), target).method == method  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("4.10.0", "4.18.1.0", True),
        ("4.18.1", "4.18.1.0", False),
        ("4.22.0.0-SNAPSHOT", "4.9", False),
        ("", "4.18", None),
        ("UNKNOWN", "4.18", None),
        ("4." + "9" * 50, "4.18", None),
        ("٤.١٨", "4.18", None),
    ],
)
def test_versions_are_compared_as_numbers(one: str, other: str, result: bool | None) -> None:
    assert older(one, other) is result


@given(st.text(max_size=40))
def test_any_text_may_stand_where_a_version_moment_or_state_is(text: str) -> None:
    assert version_of(text) is None or version_of(text + "-x") == version_of(text)
    assert moment(text) is None or isinstance(moment(text), float)
    assert state_word(text) in ("PRIMARY", "BACKUP", "FAULT", "UNKNOWN")


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-27T01:00Z", "2026-11-27T05:00Z/2026-11-27T01:00Z", "2026-13-01T01:00Z/x"]
)
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        window("window", text)


def test_moments_have_their_offset() -> None:
    assert moment("2026-11-27T01:00:00+0100") == moment("2026-11-27T00:00Z")
    assert moment("2026-02-30T00:00Z") is None
