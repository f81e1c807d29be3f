# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guest VLANs on a server that takes what it should not: what it would do, and what we make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest
from contract.conftest import Connect
from contract.fields import new_zone

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    HostcraftError,
    InvalidValue,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vlans.change import State
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vlans.change import Policy, ensure_vlans
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vlans.info import Question, listed_vlans
from sandbox.rules.nics import implement
from sandbox.server import Sandbox

NOT_SAID = Policy()


@dataclass
class Place:
    """A zone with a physical network of VLANs 100-200, of which network n1 has 175."""

    sandbox: Sandbox
    client: Client
    zone_id: str
    network_id: str

    def raw(self, text: str) -> str:
        """What the server makes of a text; its refusal is raised."""
        answer = self.client.run("updatePhysicalNetwork", {"id": self.network_id, "vlan": text})
        return str(answer["physicalnetwork"].get("vlan", ""))

    def held(self) -> str:
        (network,) = self.client.listing("listPhysicalNetworks", "physicalnetwork", {"id": self.network_id})
        return str(network.get("vlan", ""))

    def ensure(self, value: object, state: State, policy: Policy = NOT_SAID, check_mode: bool = False) -> Outcome:
        cloud = cast("Any", Gateway(self.client))
        return ensure_vlans(cloud, "z1", "phys1", value, state, check_mode, policy)

    def info(self) -> dict[str, Any]:
        return cast("dict[str, Any]", listed_vlans(cast("Any", Gateway(self.client)), Question("z1")).result)

    def dedicate(self, text: str) -> str:
        params = {"physicalnetworkid": self.network_id, "vlanrange": text, "account": "admin"}
        return str(self.client.run("dedicateGuestVlanRange", params)["dedicatedguestvlanrange"]["id"])


@pytest.fixture
def place(sandbox: Sandbox, connect: Connect) -> Place:
    return placed(sandbox, connect(sandbox))


def placed(sandbox: Sandbox, client: Client) -> Place:
    zone = new_zone(client)["id"]
    made = client.run("createPhysicalNetwork", {"zoneid": zone, "name": "phys1", "vlan": "100-200"})
    network = str(made["physicalnetwork"]["id"])
    for traffic in ("Management", "Guest", "Public"):
        client.run("addTrafficType", {"physicalnetworkid": network, "traffictype": traffic})
    name = "DefaultIsolatedNetworkOfferingWithSourceNatService"
    (offering,) = client.listing("listNetworkOfferings", "networkoffering", {"name": name})
    client.run("createNetwork", {"zoneid": zone, "name": "n1", "networkofferingid": offering["id"]})
    sandbox.run(lambda world: implement(world, next(n for n in world.networks if n.name == "n1")))
    return Place(sandbox, client, zone, network)


# The server's word on each text while 175 is in use (FIELD_FACTS "Guest VLAN ranges"), and ours on the same wish.
ROWS: list[tuple[str, str | None, str, State, Policy]] = [
    ("100-200,300-310,500", None, "100-200,300-310,500-500", "exact", NOT_SAID),
    ("100-200,300-310,500-500", "100-200,300-310,500-500", "100-200,300-310,500-500", "exact", NOT_SAID),
    ("500-500,300-310,100-200", "100-200,300-310,500-500", "100-200,300-310,500-500", "exact", NOT_SAID),
    ("100-150,151-200,300-310", "100-200,300-310", "100-200,300-310", "exact", NOT_SAID),
    ("100-200,150-260", "100-260", "100-260", "exact", NOT_SAID),
    ("100-200, 300-300", None, "100-200,300-300", "exact", NOT_SAID),
    ("100-200,4095-4095", "100-200,4095-4095", "100-200,4095-4095", "exact", Policy(allow_reserved=[4095])),
    ("100-200,0-5", "0-5,100-200", "0-5,100-200", "exact", Policy(allow_reserved=[0, 1])),
    ("2-4094", "2-4094", "2-4094", "exact", NOT_SAID),
    ("300-310", None, "100-200,300-310", "present", NOT_SAID),
]


@pytest.mark.parametrize(("text", "server", "ours", "state", "policy"), ROWS)
def test_every_spelling_ends_in_what_was_meant(
    place: Place, text: str, server: str | None, ours: str, state: State, policy: Policy
) -> None:
    if server is None:
        with pytest.raises(ApiError):
            place.raw(text)
    else:
        assert place.raw(text) == server
        place.ensure("100-200", "exact")
    assert place.held() == "100-200"
    assert place.ensure(text, state, policy).changed
    assert place.held() == ours
    assert not place.ensure(text, state, policy).changed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("300-310", "network n1 (Implemented, account admin of ROOT, on phys1"),
        ("", "network n1 (Implemented, account admin of ROOT, on phys1"),
    ],
)
def test_what_the_server_refuses_without_a_name_is_refused_with_one(place: Place, text: str, expected: str) -> None:
    with pytest.raises(ApiError) as blunt:
        place.raw(text)
    assert "n1" not in blunt.value.text
    place.sandbox.calls.clear()
    with pytest.raises(Refused) as refused:
        place.ensure(text, "exact")
    assert expected in refused.value.message
    assert refused.value.details["reasons"]
    assert "updatePhysicalNetwork" not in place.sandbox.calls.counts


@pytest.mark.parametrize("text", ["100-200,0-5", "100-200,4095-4095", "1-200"])
def test_reserved_vlans_that_the_server_takes_are_refused(place: Place, text: str) -> None:
    with pytest.raises(Refused, match=r"is (reserved by|the default VLAN)"):
        place.ensure(text, "present")
    assert place.held() == "100-200"
    assert place.raw(text) != "100-200"


def test_a_dedication_that_the_server_forgets_is_kept(place: Place) -> None:
    place.ensure("600-799", "present")
    lost = place.dedicate("610-620")
    assert place.raw("100-200") == "100-200"
    assert [leak["code"] for leak in place.info()["leaks"] if leak["id"] == lost] == ["dedicated_outside"]
    place.ensure("600-799", "present")
    for wish, state in (("100-200", "exact"), ("615", "absent"), ([], "exact")):
        with pytest.raises(Refused, match=r"dedicated range 610-620 \(account admin of ROOT"):
            place.ensure(wish, cast("State", state))
    assert place.held() == "100-200,600-799"


def test_what_the_server_takes_for_used_goes_all_the_same(place: Place) -> None:
    """0-5 cannot go at once while 175 is in use, because the server compares texts (T4:19)."""
    place.raw("0-5,100-200")
    with pytest.raises(ApiError, match="0-5"):
        place.raw("100-200,600-799")
    assert place.ensure("100-200,600-799", "exact").changed
    assert place.held() == "100-200,600-799"


@pytest.mark.parametrize(
    "spelling", ["100-200", "150", [100, "101-200"], "200,100-199", " 100 - 150 ,151-200", ["100-200", "100-200"]]
)
def test_a_task_that_changes_nothing_takes_three_calls_at_most(place: Place, spelling: object) -> None:
    place.sandbox.calls.clear()
    assert not place.ensure(spelling, "present").changed
    assert sum(place.sandbox.calls.counts.values()) <= 3


def test_check_mode_judges_and_writes_nothing(place: Place) -> None:
    place.sandbox.calls.clear()
    foretold = place.ensure("300-310", "present", check_mode=True)
    assert (foretold.before, foretold.after) == ({"vlans": ["100-200"]}, {"vlans": ["100-200", "300-310"]})
    assert all(command.startswith("list") for command in place.sandbox.calls.counts)
    with pytest.raises(Refused):
        place.ensure("100-150", "exact", check_mode=True)


def test_another_writer_between_two_tasks_loses_nothing(place: Place) -> None:
    cloud = cast("Any", Gateway(place.client))
    ensure_vlans(cloud, "z1", "phys1", "300", "present", False, NOT_SAID)
    place.raw("100-200,300-300,400-400")
    ensure_vlans(cloud, "z1", "phys1", "500", "present", False, NOT_SAID)
    assert place.held() == "100-200,300-300,400-400,500-500"


@pytest.mark.parametrize("bad", ["200-100", "abc", "100-", "4096", "100--200"])
def test_what_is_no_range_is_refused_before_a_call(place: Place, bad: str) -> None:
    with pytest.raises(HostcraftError) as caught:
        place.ensure(bad, "present")
    assert isinstance(caught.value, InvalidValue)
    assert place.held() == "100-200"


def test_the_same_vlan_on_two_physical_networks_is_told_apart(place: Place) -> None:
    params = {"zoneid": place.zone_id, "name": "phys2", "vlan": "150-250"}
    place.client.run("createPhysicalNetwork", params)
    told = place.info()
    assert told["same_vlans"] == [{"vlans": ["150-200"], "physical_networks": ["phys1", "phys2"]}]
    assert [(row["vlan"], row["physical_network"]) for row in told["vlans"]] == [("175", "phys1")]
    with pytest.raises(Refused, match="201-250 belongs to physical network phys2"):
        place.ensure("201-300", "present")
    assert place.ensure("201-300", "present", Policy(separate=["phys2"])).changed


@pytest.mark.since("4.17", raises=AssertionError)
def test_leaks_are_told_by_what_they_are(place: Place) -> None:
    assert [(leak["code"], leak["vlans"]) for leak in place.info()["leaks"]] == [("network_without_vm", ["175"])]

    def forget(world: Any) -> None:
        world.networks.remove(next(n for n in world.networks if n.name == "n1"))

    place.sandbox.run(forget)
    told = place.info()
    assert [(leak["code"], leak["vlans"]) for leak in told["leaks"]] == [("allocated_without_network", ["175"])]
    assert told["physical_networks"][0]["free"] == 100
    with pytest.raises(Refused, match="VLAN 175 is in use by no network"):
        place.ensure("170-180", "absent")


def test_an_older_server_names_the_holders_too(connect: Connect) -> None:
    """``listGuestVlans`` came with 4.17."""
    with Sandbox(seed=1, speed=50.0, version="4.15") as old:
        place = placed(old, connect(old))
        with pytest.raises(Refused, match="VLAN 175 is in use by network n1"):
            place.ensure("300-310", "exact")
        assert place.ensure("100-180,300-310", "exact").changed
        assert place.held() == "100-180,300-310"
        assert place.info()["physical_networks"][0]["allocated"] == 1


def test_all_can_go_when_nobody_has_any(place: Place) -> None:
    (network,) = place.client.listing("listNetworks", "network", {"zoneid": place.zone_id})
    place.client.run("deleteNetwork", {"id": network["id"]})
    assert place.ensure([], "exact").changed
    assert place.held() == ""
    assert not place.ensure("", "exact").changed


def test_a_role_that_does_not_show_portable_addresses_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(place.sandbox.api.apis, "listPortableIpRanges")
    assert place.ensure("300-310", "present").changed
    (told,) = place.client.doubts()
    assert told.startswith("ranges of portable addresses were not checked")
    assert "listPortableIpRanges for this user" in told


def test_what_another_run_adds_while_one_decides_is_not_lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server knows whole sets only; the other run writes after this one has read who holds VLANs."""
    cloud, others = Gateway(place.client), iter(["100-200,400-410", "100-200,400-420"])
    read = cloud.vlans.networks

    def networks(zone_id: str) -> Any:
        found, more = read(zone_id), next(others, None)
        if more:
            place.raw(more)
        return found

    monkeypatch.setattr(cloud.vlans, "networks", networks)
    outcome = ensure_vlans(cast("Any", cloud), "z1", "phys1", "300-310", "present", False, NOT_SAID)
    assert outcome.result["added"] == ["300-310"]
    assert place.held() == "100-200,300-310,400-420"


def test_what_another_run_takes_away_after_the_write_is_added_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read the set before ours was in it. What it adds itself stays too."""
    cloud, others = Gateway(place.client), iter(["100-200,400-410"])
    fresh = cloud.physical_networks.fresh

    def meanwhile(held: Any) -> Any:
        if "updatePhysicalNetwork" in place.sandbox.calls.counts:
            for more in others:
                place.raw(more)
        return fresh(held)

    monkeypatch.setattr(cloud.physical_networks, "fresh", meanwhile)
    place.sandbox.calls.clear()
    outcome = ensure_vlans(cast("Any", cloud), "z1", "phys1", "300-310", "present", False, NOT_SAID)
    assert place.held() == "100-200,300-310,400-410"
    assert (outcome.before, outcome.after) == (
        {"vlans": ["100-200"]},
        {"vlans": ["100-200", "300-310", "400-410"]},
    )
    assert outcome.result["added"] == ["300-310"]
