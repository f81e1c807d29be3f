# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers upgraded on a running API: in order, stopped by faults, and resumed after a kill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from contract.conftest import Connect
from contract.routers.routers import NEW, Lab, lab
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, NotFound, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.upgrade import Unit
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.routers.gates import GateFailed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.routers.work import Crew, Done
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.vms import ROUTER

UPGRADE: dict[str, Any] = {"minimum_version": NEW, "consent": True, "max_parallel": 3}


PAIRS, SINGLES, VPCS = 20, 10, 10


class Killed(BaseException):
    """The run ends here."""


@pytest.fixture
def made(sandbox: Sandbox, connect: Connect) -> Lab:
    return lab(sandbox, connect)


def versions(made: Lab) -> set[str]:
    return {str(each["version"]) for each in made.routers()}


def rows(outcome: Outcome, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = outcome.result[name]  # type: ignore[assignment]
    return found


def killed_after(monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """Before the call of that number."""
    once, left = Client._once, [calls]

    def counted(self: Client, *args: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return once(self, *args)

    monkeypatch.setattr(Client, "_once", counted)


@pytest.mark.parametrize("every", [3, 7, 11])
def test_a_run_that_is_killed_again_and_again_does_no_router_twice(
    made: Lab, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """Each run gets a few calls further than it takes to plan, then it is killed."""
    pair = {str(each["id"]) for each in made.of("pair0")}
    for run in range(60):
        with monkeypatch.context() as patch:
            killed_after(patch, 12 + every + run)
            try:
                outcome = perform(made.fresh(), "cs_router_upgrade", **UPGRADE)
            except Killed:
                continue
        if not outcome.changed:
            break
    assert versions(made) == {NEW}
    assert sorted(made.destroyed()) == sorted(pair)
    renewals = [c for c in made.server.calls.of("restartNetwork") if c.params.get("cleanup") == "true"]
    assert len(renewals) == 1


def test_check_mode_foretells_what_is_done(made: Lab) -> None:
    foretold = perform(made.cloud, "cs_router_upgrade", check_mode=True, **UPGRADE)
    assert made.destroyed() == []
    done = perform(made.fresh(), "cs_router_upgrade", **UPGRADE)
    assert (foretold.before, foretold.after) == (done.before, done.after)
    assert not perform(made.fresh(), "cs_router_upgrade", **UPGRADE).changed
    assert versions(made) == {NEW}


def test_without_consent_only_pairs_are_upgraded(made: Lab) -> None:
    outcome = perform(made.cloud, "cs_router_upgrade", minimum_version=NEW)
    assert [each["name"] for each in outcome.result["left_out"]] == ["single0"]  # type: ignore[attr-defined]
    assert {each["version"] for each in made.of("pair0")} == {NEW}
    assert {each["version"] for each in made.of("single0")} != {NEW}


@pytest.mark.parametrize(
    ("trouble", "about", "said", "destroyed"),
    [
        ("never_backup", "pair0", "one PRIMARY and one BACKUP", 1),
        ("both_primary", "pair0", "one PRIMARY and one BACKUP", 1),
        pytest.param(
            "health_check_failed",
            "pair0",
            "gateways_check",
            1,
            marks=pytest.mark.since("4.14", raises=pytest.fail.Exception),
        ),
    ],
)
def test_a_gate_that_fails_stops_the_upgrade(made: Lab, trouble: str, about: str, said: str, destroyed: int) -> None:
    """What is new misbehaves; the old PRIMARY still serves, or serves again."""
    network = made.networks[about]
    old = {each["name"] for each in made.of(about)}
    made.ail_new_ones(trouble, old)
    with pytest.raises(GateFailed, match=said):
        perform(made.fresh(), "cs_router_upgrade", **{**UPGRADE, "max_parallel": 1}, timeout=30)
    assert len(made.destroyed()) == destroyed
    assert network
    assert [each for each in made.of(about) if each["state"] == "Running" and each["redundantstate"] == "PRIMARY"]


def test_a_pair_with_two_primaries_is_refused_before_anything_is_done(made: Lab) -> None:
    made.server.run(lambda world: world.troubles.setdefault("both_primary", set()).add("pair0"))
    made.settle_on(["PRIMARY", "PRIMARY"])
    with pytest.raises(Refused, match="cs_network_restart"):
        perform(made.fresh(), "cs_router_upgrade", **UPGRADE)
    assert made.destroyed() == []


@pytest.mark.parametrize("fault", ["drop_after", "drop"])
@pytest.mark.parametrize("command", ["destroyRouter", "restartNetwork", "stopRouter"])
def test_a_lost_answer_is_looked_at_and_not_guessed(made: Lab, command: str, fault: str) -> None:
    met = made.server.faults.add(command, fault)
    perform(made.fresh(), "cs_router_upgrade", **UPGRADE)
    assert met.fired
    assert versions(made) == {NEW}
    assert len(made.routers()) == 3


def test_forty_networks_keep_a_primary_and_every_router_is_done_once(sandbox: Sandbox, connect: Connect) -> None:
    """Pairs, single routers and VPCs side by side, with answers that are lost on the way."""
    made = lab(sandbox, connect, pairs=PAIRS, singles=SINGLES, vpcs=VPCS)
    old = {str(each["id"]) for each in made.routers()}
    pairs = {str(each["id"]) for each in made.routers() if each["isredundantrouter"]}
    for command, nth in (("destroyRouter", 2), ("restartNetwork", 3), ("stopRouter", 2), ("listRouters", 9)):
        made.server.faults.add(command, "drop_after", nth=nth)
    unserved: list[str] = []
    watched = made.fresh(lambda _now: unserved.extend(made.unserved()))
    outcome = perform(watched, "cs_router_upgrade", **{**UPGRADE, "max_parallel": 8})
    assert unserved == []
    done = outcome.result["done"]
    assert isinstance(done, list)
    assert len(done) == PAIRS + SINGLES + VPCS
    assert all(each["finished"] and all(step["seconds"] >= 0 for step in each["steps"]) for each in done)
    assert versions(made) == {NEW}
    assert not old & {str(each["id"]) for each in made.routers()}
    assert sorted(set(made.destroyed())) == sorted(pairs)
    down = {str(row["name"]): row["seconds_down"] for row in outcome.result["interrupted"]}  # type: ignore[attr-defined]
    assert {name for name, seconds in down.items() if seconds > 5} == {*made.singles(), *made.vpcs}


@pytest.mark.parametrize("jobs", ["forget", "fail"])
@pytest.mark.parametrize("nth", [1, 2, 4])
def test_a_server_that_starts_again_is_waited_for(made: Lab, jobs: str, nth: int) -> None:
    made.server.run(lambda world: world.durations.update({"destroyRouter": 0.05, "restartNetwork": 0.05}))
    fault = made.server.faults.add("queryAsyncJobResult", "restart", nth=nth, jobs=jobs)
    perform(made.fresh(), "cs_router_upgrade", **UPGRADE)
    assert fault.fired
    assert versions(made) == {NEW}
    assert len(made.routers()) == 3


def test_without_room_for_a_new_router_the_old_primary_serves_and_the_next_run_goes_on(made: Lab) -> None:
    made.server.run(lambda world: world.troubles.setdefault("no_capacity", set()).add("pair0"))
    with pytest.raises(ApiError):
        perform(made.fresh(), "cs_router_upgrade", **UPGRADE)
    assert [each["redundantstate"] for each in made.of("pair0")] == ["PRIMARY"]
    made.server.run(lambda world: world.troubles.clear())
    perform(made.fresh(), "cs_router_upgrade", **UPGRADE)
    assert versions(made) == {NEW}


def test_a_pair_whose_router_is_missing_is_completed_first(made: Lab) -> None:
    backup = next(each for each in made.of("pair0") if each["redundantstate"] == "BACKUP")
    made.site.api.done("destroyRouter", id=backup["id"])
    outcome = perform(made.fresh(), "cs_router_upgrade", networks=["pair0"], **UPGRADE)
    steps = [each["action"] for each in outcome.result["done"][0]["steps"]]  # type: ignore[index]
    assert steps == ["complete", "fail_over", "renew"]


@pytest.mark.since("4.17")
def test_running_routers_are_patched_where_they_are_asked_to(made: Lab) -> None:
    """Both at once: patchSystemVm is not for routers (T6:104, T6:185)."""
    asked: dict[str, Any] = {"networks": ["pair0"], "minimum_version": NEW, "method": "patch"}
    outcome = perform(made.fresh(), "cs_router_upgrade_plan", **asked)
    steps = outcome.result["batches"][0][0]["steps"]  # type: ignore[index]
    assert [step["action"] for step in steps] == ["patch"]
    assert outcome.result["interrupted"] == []
    with pytest.raises(GateFailed, match="has version 4"):
        perform(made.fresh(), "cs_router_upgrade", **asked, timeout=5)
    assert made.destroyed() == []


def lose(made: Lab, network: str) -> None:
    """As when its tenant deletes it, or nobody uses it."""

    def change(world: World) -> None:
        for row in list(world.vms.select(kind=ROUTER)):
            if row.network_id and world.networks[row.network_id].uuid == made.networks[network]:
                world.vms.remove(row)

    made.server.run(change)


def test_a_network_that_has_gone_since_the_plan_is_left_out(made: Lab) -> None:
    """Tenants delete networks while others are upgraded."""
    planned = [made.networks["single0"], made.networks["pair0"]]
    lose(made, "single0")
    with pytest.raises(NotFound):
        perform(made.fresh(), "cs_router_upgrade", **UPGRADE, networks=planned)
    for module in ("cs_router_upgrade_plan", "cs_router_upgrade"):
        outcome = perform(made.fresh(), module, **UPGRADE, networks=planned, skip_missing=True)
        (left,) = rows(outcome, "left_out")
        assert (left["id"], left["code"]) == (planned[0], "no_router")
    assert versions(made) == {NEW}
    lose(made, "pair0")
    outcome = perform(made.fresh(), "cs_router_upgrade", **UPGRADE, networks=planned, skip_missing=True)
    assert (outcome.changed, outcome.result["routers"]) == (False, 0)
    assert [each["code"] for each in rows(outcome, "left_out")] == ["no_router"] * 2


def test_a_network_that_goes_while_others_are_upgraded_is_left_out(made: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    work, worked = Crew.work, []

    def then_gone(crew: Crew, units: Sequence[Unit]) -> list[Done]:
        done = work(crew, units)
        worked.append([unit.name for unit in units])
        lose(made, "single0")
        return done

    monkeypatch.setattr(Crew, "work", then_gone)
    given = {**UPGRADE, "max_parallel": 1, "first_networks": ["pair0"]}
    outcome = perform(made.fresh(), "cs_router_upgrade", **given)
    assert [(each["name"], each["code"]) for each in rows(outcome, "left_out")] == [("single0", "no_router")]
    assert worked == [["pair0"], []]
    assert versions(made) == {NEW}
