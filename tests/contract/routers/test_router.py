# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One router managed and networks restarted on a running API; what would interrupt a network needs consent."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.routers.routers import NEW, OLD, Lab, deploy, lab
from contract.tasks import Wrong, perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    InvalidValue,
    NotFound,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.routers.gates import GateFailed
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.hosts import Host
from sandbox.world.vms import ROUTER


@pytest.fixture
def made(sandbox: Sandbox, connect: Connect) -> Lab:
    return lab(sandbox, connect)


def name(made: Lab, network: str, state: str = "UNKNOWN") -> str:
    return next(str(each["name"]) for each in made.of(network) if each["redundantstate"] == state)


def codes(made: Lab, module: str, **arguments: Any) -> list[object]:
    """Of the refusal; nothing was written."""
    made.server.calls.clear()
    with pytest.raises(Refused) as caught:
        perform(made.fresh(), module, **arguments)
    assert writes(made.server) == []
    return [reason.code for reason in caught.value.reasons]


# -- cs_router ---------------------------------------------------------------------------------------------------------


def test_a_router_is_stopped_and_started(made: Lab) -> None:
    single = name(made, "single0")
    assert codes(made, "cs_router", name=single, state="stopped") == ["single_router"]
    twice(made.fresh(), "cs_router", name=single, state="stopped", consent=True)
    assert twice(made.fresh(), "cs_router", name=single, state="started").result["state"] == "Running"


def test_a_lost_router_of_a_pair_is_recovered(made: Lab) -> None:
    """Stopped by force, destroyed while the other one serves, and made anew without cleanup."""
    lost, other = name(made, "pair0", "PRIMARY"), name(made, "pair0", "BACKUP")
    made.server.calls.clear()
    twice(made.fresh(), "cs_router", name=lost, state="stopped", forced=True)
    (call,) = made.server.calls.of("stopRouter")
    assert call.params["forced"] == "true"
    assert name(made, "pair0", "PRIMARY") == other
    twice(made.fresh(), "cs_router", name=lost, state="absent")
    perform(made.fresh(), "cs_network_restart", network="pair0", cleanup=False)
    assert sorted(each["redundantstate"] for each in made.of("pair0")) == ["BACKUP", "PRIMARY"]
    assert writes(made.server) == ["stopRouter", "destroyRouter", "restartNetwork"]
    assert lost not in [each["name"] for each in made.of("pair0")]


def test_a_stop_is_forced_on_request_only(made: Lab) -> None:
    made.server.calls.clear()
    perform(made.fresh(), "cs_router", name=name(made, "pair0", "BACKUP"), state="stopped")
    assert "forced" not in made.server.calls.of("stopRouter")[0].params


def test_a_primary_with_a_backup_is_restarted_without_consent(made: Lab) -> None:
    outcome = perform(made.fresh(), "cs_router", name=name(made, "pair0", "PRIMARY"), state="restarted")
    assert outcome.result["redundant_state"] == "BACKUP"
    assert sorted(each["redundantstate"] for each in made.of("pair0")) == ["BACKUP", "PRIMARY"]


def test_a_stopped_router_is_restarted_by_a_start(made: Lab) -> None:
    single = name(made, "single0")
    perform(made.fresh(), "cs_router", name=single, state="stopped", consent=True)
    made.server.calls.clear()
    perform(made.fresh(), "cs_router", name=single, state="restarted")
    assert writes(made.server) == ["startRouter"]


def test_the_only_router_is_never_destroyed_and_a_primary_needs_consent(made: Lab) -> None:
    assert codes(made, "cs_router", name=name(made, "single0"), state="absent", consent=True) == ["only_router"]
    assert codes(made, "cs_router", name=name(made, "pair0", "PRIMARY"), state="absent") == ["primary_router"]
    backup = name(made, "pair0", "BACKUP")
    assert perform(made.fresh(), "cs_router", name=backup, state="absent").changed
    assert not perform(made.fresh(), "cs_router", name=backup, state="absent").changed
    left = made.of("pair0")[0]["name"]
    assert codes(made, "cs_router", name=left, state="absent", consent=True) == ["only_router"]


def test_an_offering_is_changed_on_a_stopped_router_and_only_to_one_for_routers(made: Lab) -> None:
    """The server accepts that of another kind of system VM (T6:169)."""
    for title, kind in (("large", "domainrouter"), ("console", "consoleproxy")):
        sent = {"name": title, "displaytext": title, "cpunumber": 1, "cpuspeed": 500, "memory": 512}
        made.site.api.ok("createServiceOffering", **sent, issystem="true", systemvmtype=kind)
    single = name(made, "single0")
    assert codes(made, "cs_router", name=single, service_offering="large") == ["single_router"]
    twice(made.fresh(), "cs_router", name=single, service_offering="large", consent=True)
    assert made.of("single0")[0]["state"] == "Running"
    with pytest.raises(InvalidValue, match="domainrouter"):
        perform(made.fresh(), "cs_router", name=single, service_offering="console", consent=True)


@pytest.mark.parametrize("refused", ["changeServiceForRouter", "startRouter"])
def test_a_router_that_cannot_get_an_offering_runs_again_with_its_own(made: Lab, refused: str) -> None:
    """It stayed stopped, and its network was without service."""
    sent = {"name": "large", "displaytext": "large", "cpunumber": 1, "cpuspeed": 500, "memory": 512}
    made.site.api.ok("createServiceOffering", **sent, issystem="true", systemvmtype="domainrouter")
    before = made.of("single0")[0]
    fault: dict[str, Any] = {"kind": "job_failed"} if refused == "startRouter" else {"kind": "http", "status": 431}
    made.server.faults.add(refused, **fault)
    with pytest.raises(ApiError, match=f"{before['name']} was started again with {before['serviceofferingname']}"):
        perform(made.fresh(), "cs_router", name=before["name"], service_offering="large", consent=True)
    after = made.of("single0")[0]
    assert (after["state"], after["serviceofferingname"]) == ("Running", before["serviceofferingname"])


def state(made: Lab, name: str, word: str) -> None:
    def change(world: World) -> None:
        (row,) = [vm for vm in world.vms.select(kind=ROUTER) if vm.instance_name == name]
        row.state = word

    made.server.run(change)


@pytest.mark.parametrize("word", ["Unknown", "Error"])
def test_a_router_in_a_state_that_leads_nowhere_is_refused(made: Lab, word: str) -> None:
    """It was told to be started already."""
    single = name(made, "single0")
    state(made, single, word)
    for wanted in ("started", "restarted"):
        assert codes(made, "cs_router", name=single, state=wanted, consent=True) == ["router_state"]


@pytest.mark.parametrize(("passing", "then"), [("Starting", "Running"), ("Stopping", "Stopped")])
def test_a_router_on_its_way_is_waited_for(made: Lab, passing: str, then: str) -> None:
    single = name(made, "single0")
    if then == "Stopped":
        perform(made.fresh(), "cs_router", name=single, state="stopped", consent=True)
    state(made, single, passing)
    left = [then]
    waited = made.fresh(lambda _now: state(made, single, left.pop()) if left else None)
    outcome = perform(waited, "cs_router", name=single, state="started")
    assert outcome.changed is (then == "Stopped")
    assert made.of("single0")[0]["state"] == "Running"


def test_a_router_is_upgraded_where_the_server_holds_it_for_outdated(made: Lab) -> None:
    single = name(made, "single0")
    assert not perform(made.fresh(), "cs_router", name=single, state="upgraded", consent=True).changed
    made.site.api.ok("updateConfiguration", name="minreq.sysvmtemplate.version", value=NEW)
    twice(made.fresh(), "cs_router", name=single, state="upgraded", consent=True)
    assert made.of("single0")[0]["version"] == NEW


@pytest.mark.since("4.17")
def test_a_router_is_patched_on_request(made: Lab) -> None:
    single = name(made, "single0")
    assert not perform(made.fresh(), "cs_router", name=single, state="patched").changed
    made.server.calls.clear()
    assert perform(made.fresh(), "cs_router", name=single, state="patched", forced=True).changed
    assert writes(made.server) == ["restartNetwork"]


def test_an_unknown_router_is_told_with_those_that_are_like_it(made: Lab) -> None:
    with pytest.raises(NotFound, match="did you mean"):
        perform(made.fresh(), "cs_router", name="r-99-VM", state="started")


# -- cs_network_restart ------------------------------------------------------------------------------------------------


@pytest.mark.since("4.14", raises=AssertionError)
def test_cleanup_replaces_the_router_of_a_network(made: Lab) -> None:
    single = name(made, "single0")
    assert codes(made, "cs_network_restart", network="single0", cleanup=True) == ["single_router"]
    outcome = perform(made.fresh(), "cs_network_restart", network="single0", cleanup=True, consent=True, health="fresh")
    assert [each["name"] for each in rows(outcome, "routers")] != [single]
    assert [gate["passed"] for gate in rows(outcome, "gates")] == [True, True, True]


def test_a_pair_is_a_pair_afterwards(made: Lab) -> None:
    outcome = perform(made.fresh(), "cs_network_restart", network="pair0", cleanup=True)
    assert sorted(str(each["redundant_state"]) for each in rows(outcome, "routers")) == ["BACKUP", "PRIMARY"]


@pytest.mark.since("4.11.1")
def test_a_network_gets_a_second_router_once(made: Lab) -> None:
    assert codes(made, "cs_network_restart", network="single0", makeredundant=True) == ["single_router"]
    twice(made.fresh(), "cs_network_restart", network="single0", makeredundant=True, consent=True)
    assert len(made.of("single0")) == 2


def test_a_missing_router_is_made_without_cleanup(made: Lab) -> None:
    perform(made.fresh(), "cs_router", name=name(made, "pair0", "BACKUP"), state="absent")
    perform(made.fresh(), "cs_network_restart", network="pair0")
    assert sorted(each["redundantstate"] for each in made.of("pair0")) == ["BACKUP", "PRIMARY"]


def test_what_cannot_be_restarted_is_refused(made: Lab) -> None:
    made.site.network("empty")
    assert codes(made, "cs_network_restart", network="empty") == ["not_implemented"]
    livepatch = {"network": "pair0", "livepatch": True, "cleanup": True}
    assert codes(made, "cs_network_restart", **livepatch) == ["livepatch_ignored"]
    with pytest.raises(Wrong):
        perform(made.fresh(), "cs_network_restart", network="pair0", vpc="v")


def test_a_vpc_is_restarted_as_a_whole(sandbox: Sandbox, connect: Connect) -> None:
    made = lab(sandbox, connect, pairs=0, singles=0, vpcs=1)
    offering = made.site.api.ok("listNetworkOfferings", name="DefaultIsolatedNetworkOfferingForVpcNetworks")
    sent = {"vpcid": made.vpcs["vpc0"], "gateway": "10.2.1.1", "netmask": "255.255.255.0", "name": "tier"}
    place = {"zoneid": made.site.zone, "networkofferingid": offering["networkoffering"][0]["id"], "displaytext": "tier"}
    deploy(made.site, str(made.site.api.ok("createNetwork", **sent, **place)["network"]["id"]))
    (old,) = made.routers()
    assert codes(made, "cs_network_restart", network="tier", cleanup=True, consent=True) == ["tier"]
    assert codes(made, "cs_network_restart", vpc="vpc0", cleanup=True) == ["single_router"]
    outcome = perform(made.fresh(), "cs_network_restart", vpc="vpc0", cleanup=True, consent=True)
    assert (outcome.result["vpc"], outcome.result["redundant"]) == ("vpc0", False)
    (new,) = made.routers()
    assert new["id"] != old["id"]
    plan = perform(made.fresh(), "cs_router_upgrade_plan", networks=["tier"], created_before="2126-01-01T00:00Z")
    assert [each["name"] for each in rows(plan, "left_out")] == ["vpc0"]


def test_a_router_that_never_becomes_backup_fails_the_gate(made: Lab) -> None:
    made.ail_new_ones("never_backup", {each["name"] for each in made.of("pair0")})
    with pytest.raises(GateFailed, match="one PRIMARY and one BACKUP"):
        perform(made.fresh(), "cs_network_restart", network="pair0", cleanup=True, timeout=30)


# -- cs_router_info ----------------------------------------------------------------------------------------------------


def rows(outcome: Outcome, key: str) -> list[dict[str, Any]]:
    return list(outcome.result[key])  # type: ignore[call-overload]


def test_routers_are_told_with_what_they_serve(made: Lab) -> None:
    outcome = perform(made.fresh(), "cs_router_info")
    assert {row["serves"]["name"] for row in rows(outcome, "routers")} == {"single0", "pair0"}
    assert {row["version"] for row in rows(outcome, "routers")} == {OLD}
    assert rows(outcome, "findings") == []
    assert rows(perform(made.fresh(), "cs_router_info", name="nothing"), "routers") == []


@pytest.mark.since("4.14")
def test_failed_checks_are_told_with_their_meaning(made: Lab) -> None:
    made.server.run(lambda world: world.troubles.setdefault("health_check_failed", set()).add("single0"))
    for health, calls in (("stored", 0), ("fresh", 3)):
        outcome = perform(made.fresh(), "cs_router_info", health=health)
        assert outcome.result["health_calls"] == calls
        (failed,) = [row for row in rows(outcome, "routers") if row["failure"]]
        assert failed["failure"]["code"] == "router_gateway_unreachable"
    assert rows(perform(made.fresh(), "cs_router_info"), "findings") == []


@pytest.mark.since("4.14")
def test_two_thousand_routers_take_ten_calls_at_most(made: Lab) -> None:
    def many(world: World) -> None:
        import dataclasses

        one = next(iter(world.vms.select(kind="DomainRouter")))
        for _number in range(2000):
            number = world.vms.next_id()
            fresh = {"id": number, "uuid": world.new_uuid(), "name": f"r-{number}-VM", "nics": ()}
            world.vms.add(dataclasses.replace(one, **fresh))

    made.server.run(many)
    made.server.calls.clear()
    outcome = perform(made.fresh(), "cs_router_info", zone="z1", health="stored")
    assert len(rows(outcome, "routers")) == 2003
    assert len(list(made.server.calls)) <= 10


@pytest.mark.parametrize("text", ["\x1b[31mr-1", "r\u202e1", "r-1\nfake line", "{{ lookup('pipe', 'id') }}"])
def test_hostile_names_are_one_printable_line_of_a_plan(made: Lab, text: str) -> None:
    def rename(world: World) -> None:
        for row in world.networks:
            if row.name == "pair0":
                world.networks.update(row, name=text)
        for router in list(world.vms.select(kind="DomainRouter")):
            world.vms.update(router, name=f"{text}{router.id}")

    made.server.run(rename)
    outcome = perform(made.fresh(), "cs_router_upgrade_plan", minimum_version=NEW)
    lines = [str(line) for line in rows(outcome, "text")]
    assert len([line for line in lines if "renew" in line]) == 1
    assert all(line.isprintable() for line in lines)
    done = perform(made.fresh(), "cs_router_upgrade", minimum_version=NEW)
    assert all(each["finished"] for each in rows(done, "done"))


def test_another_cluster_has_the_other_router_of_a_pair(made: Lab) -> None:
    """A pair is planned as a whole wherever its routers are."""

    def kvm(world: World) -> list[Host]:
        return [host for host in world.hosts if host.hypervisor == "KVM"]

    assert made.server.run(lambda world: len(kvm(world))) == 2
    plan = perform(made.fresh(), "cs_router_upgrade_plan", minimum_version=NEW, zone="z1", cluster="kvm-a")
    assert [unit["name"] for batch in rows(plan, "batches") for unit in batch] == ["pair0"]
    none = perform(made.fresh(), "cs_router_upgrade_plan", minimum_version=NEW, zone="z1", cluster="c1")
    assert none.result["routers"] == 0
