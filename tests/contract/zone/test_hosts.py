# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_host: what is sent, in which order, and what of it the server then shows."""

from __future__ import annotations

from typing import Any

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    InvalidValue,
    NotFound,
    Refused,
)
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.hosts import Host
from unit.sandbox.client import Api
from unit.sandbox.site import Site
from unit.sandbox.worlds import run_on

ONE, OTHER = "h0", "h1"


@pytest.fixture
def site(sandbox: Sandbox) -> Site:
    """Two hosts of one cluster, h0 and h1."""
    site = Site(Api(sandbox), system_vms=False)

    def name(world: World) -> None:
        world.durations["migration"] = 0
        for host, text in zip(site.hosts, (ONE, OTHER), strict=True):
            world.hosts.update(row(world, host), name=text)

    sandbox.run(name)
    sandbox.calls.clear()
    return site


def row(world: World, uuid: str) -> Host:
    """A host that is there."""
    found = world.hosts.by_uuid(uuid)
    assert found is not None
    return found


def host(sandbox: Sandbox, site: Site, number: int = 0) -> Host:
    return sandbox.run(lambda world: row(world, site.hosts[number]))


def test_a_note_is_written_and_changed(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    outcome = twice(cloud, "cs_host", name=ONE, annotation="waits for a power supply")
    assert (outcome.before, outcome.result["annotation"]) == ({"annotation": None}, "waits for a power supply")
    outcome = twice(cloud, "cs_host", name=ONE, annotation="two power supplies")
    assert outcome.before == {"annotation": "waits for a power supply"}
    assert host(sandbox, site).annotation == "two power supplies"
    assert host(sandbox, site, 1).annotation == ""
    assert writes(sandbox) == ["updateHost"] * 2


def test_a_note_that_the_server_would_ignore_is_refused(sandbox: Sandbox, cloud: Gateway) -> None:
    with pytest.raises(InvalidValue, match="annotation"):
        perform(cloud, "cs_host", name=ONE, annotation="")
    assert writes(sandbox) == []


@pytest.mark.parametrize(
    ("fields", "right"),
    [
        ({"host_tags": ["tags[0] == 'a', true"], "is_tag_a_rule": True}, "a rule without commas"),
        ({"host_tags": ["tags[0] == 'a'", "b"], "is_tag_a_rule": True}, "one rule"),
        ({"host_tags": ["a,b"]}, "tags without commas"),
    ],
)
def test_tags_that_the_server_would_split_are_refused(
    sandbox: Sandbox, cloud: Gateway, fields: dict[str, Any], right: str
) -> None:
    for check in (True, False):
        with pytest.raises(InvalidValue, match=f"host_tags=.*{right}"):
            perform(cloud, "cs_host", check, name=ONE, **fields)
    assert writes(sandbox) == []
    assert perform(cloud, "cs_host", True, name=ONE, **fields, state="absent").changed, "which tags it has is no matter"


@pytest.mark.since("4.15")
def test_a_host_is_renamed_by_its_id(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    outcome = twice(cloud, "cs_host", name="kvm-0", id=site.host)
    assert (outcome.before, outcome.after) == ({"name": ONE}, {"name": "kvm-0"})
    assert host(sandbox, site).name == "kvm-0"
    assert perform(cloud, "cs_host_info", name=ONE).result["hosts"] == []


def test_graphics_cards_are_told_where_they_are_asked_for(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    """As recorded (T4:57)."""
    sandbox.run(lambda world: world.hosts.update(row(world, site.hosts[0]), gpus=True))
    without = perform(cloud, "cs_host_info").result["hosts"]
    assert [each["gpu_groups"] for each in without] == [None, None]
    asked = {each["name"]: each["gpu_groups"] for each in perform(cloud, "cs_host_info", gpus=True).result["hosts"]}
    basic, pro = asked[ONE]
    card = {"name": "passthrough", "remaining": 4, "capacity": 4, "per_card": 1, "video_memory": 8192}
    assert basic == {"name": "Simulator Graphics Card Basic", "types": [card]}
    assert [one["name"] for one in pro["types"]] == ["sim-2q", "sim-4q", "passthrough", "sim-8q"]
    assert asked[OTHER] is None


def test_cpu_sockets_are_summed_over_what_is_listed(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    """The simulator's agents do not tell a number."""
    kind = {"hypervisor": "Simulator"}
    assert perform(cloud, "cs_host_info", name=OTHER).result["cpu_sockets"] == [
        {**kind, "hosts": 1, "sockets": 0, "not_told": [OTHER]}
    ]
    sandbox.run(lambda world: world.hosts.update(row(world, site.hosts[0]), sockets=2))
    told = perform(cloud, "cs_host_info").result["cpu_sockets"]
    assert told == [{**kind, "hosts": 2, "sockets": 2, "not_told": [OTHER]}]
    assert perform(cloud, "cs_host_info", name=ONE).result["cpu_sockets"] == [
        {**kind, "hosts": 1, "sockets": 2, "not_told": []}
    ]


def test_an_id_that_is_not_there_adds_nothing(sandbox: Sandbox, cloud: Gateway) -> None:
    absent = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(NotFound, match=absent):
        perform(cloud, "cs_host", name=ONE, id=absent, cluster="c1")
    assert not perform(cloud, "cs_host", name=ONE, id=absent, state="absent").changed
    assert writes(sandbox) == []


def test_an_agent_is_connected_anew(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    sandbox.run(lambda world: world.durations.update({"reconnection": 0}))
    assert perform(cloud, "cs_host", True, name=ONE, state="reconnected").changed
    assert writes(sandbox) == []
    outcome = perform(cloud, "cs_host", name=ONE, state="reconnected")
    assert (outcome.changed, outcome.result["state"]) == (True, "Up")
    assert [call.params["id"] for call in sandbox.calls.of("reconnectHost")] == [site.host]
    with pytest.raises(NotFound) as caught:
        perform(cloud, "cs_host", name="h01", state="reconnected")
    assert caught.value.message.endswith((f"mean {ONE} or {OTHER}?", f"mean {OTHER} or {ONE}?"))


def test_an_agent_that_is_not_connected_is_the_servers_refusal(sandbox: Sandbox, cloud: Gateway) -> None:
    sandbox.faults.add("reconnectHost", "agent_lost", host=ONE)
    with pytest.raises(ApiError, match="not in the correct state"):
        perform(cloud, "cs_host", name=ONE, state="reconnected")


def test_a_removal_drains_first(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    """The VMs go on running elsewhere."""
    vms = sandbox.run(lambda world: run_on(world, row(world, site.host), 2))
    assert perform(cloud, "cs_host", True, name=ONE, state="absent").changed
    assert writes(sandbox) == []
    assert perform(cloud, "cs_host", name=ONE, state="absent").changed
    assert writes(sandbox) == ["prepareHostForMaintenance", "deleteHost"]
    (sent,) = sandbox.calls.of("deleteHost")
    assert {"forced", "forcedestroylocalstorage"} & set(sent.params) == set()
    assert [vm.state for vm in vms] == ["Running"] * 2
    assert not perform(cloud, "cs_host", name=ONE, state="absent").changed


def test_a_disabled_host_is_enabled_to_be_drained_and_removed(sandbox: Sandbox, cloud: Gateway) -> None:
    """The existing modules ask for the drain at once, which fails from Disabled (T2:32)."""
    perform(cloud, "cs_host", name=ONE, allocation_state="disabled")
    sandbox.calls.clear()
    assert perform(cloud, "cs_host", name=ONE, state="absent").changed
    assert writes(sandbox) == ["updateHost", "prepareHostForMaintenance", "deleteHost"]


def test_a_removal_ends_where_the_drain_fails(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    """The cluster's other host is full; the existing modules delete the host all the same."""

    def fill(world: World) -> None:
        run_on(world, row(world, site.hosts[1]), 8)
        run_on(world, row(world, site.hosts[0]), 2)

    sandbox.run(fill)
    with pytest.raises(Refused, match="ErrorInPrepareForMaintenance") as caught:
        perform(cloud, "cs_host", name=ONE, state="absent")
    assert [reason.code for reason in caught.value.reasons] == ["drain_failed"]
    assert writes(sandbox) == ["prepareHostForMaintenance"]
    assert host(sandbox, site).resource_state == "ErrorInPrepareForMaintenance"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"force": True}, {"forced": "true"}),
        (
            {"force": True, "force_destroy_local_storage": True},
            {"forced": "true", "forcedestroylocalstorage": "true"},
        ),
        ({"force_destroy_local_storage": True}, {"forcedestroylocalstorage": "true"}),
    ],
)
def test_what_is_forced_is_only_what_was_asked(
    sandbox: Sandbox, site: Site, cloud: Gateway, asked: dict[str, Any], sent: dict[str, str]
) -> None:
    assert perform(cloud, "cs_host", name=ONE, state="absent", **asked).changed
    (call,) = sandbox.calls.of("deleteHost")
    assert {name: value for name, value in call.params.items() if name.startswith("forced")} == sent
    drained = "forced" not in sent
    assert writes(sandbox) == (["prepareHostForMaintenance"] if drained else []) + ["deleteHost"]
    assert sandbox.run(lambda world: world.hosts.by_uuid(site.host)) is None


def test_a_forced_removal_stops_the_vms_of_a_host(sandbox: Sandbox, site: Site, cloud: Gateway) -> None:
    vms = sandbox.run(lambda world: run_on(world, row(world, site.host), 2))
    perform(cloud, "cs_host", name=ONE, state="absent", force=True)
    assert [vm.state for vm in vms] == ["Stopped"] * 2


def test_a_drain_that_the_server_ends_in_error_is_an_error_and_can_be_given_up(
    sandbox: Sandbox, site: Site, cloud: Gateway
) -> None:
    def fill(world: World) -> None:
        run_on(world, row(world, site.hosts[1]), 8)
        run_on(world, row(world, site.hosts[0]), 1)

    sandbox.run(fill)
    for _time in range(2):
        with pytest.raises(Refused, match="ErrorInPrepareForMaintenance"):
            perform(cloud, "cs_host", name=ONE, allocation_state="maintenance")
    first, second = ["prepareHostForMaintenance"], ["cancelHostMaintenance", "prepareHostForMaintenance"]
    assert writes(sandbox) == first + second
    outcome = perform(cloud, "cs_host", name=ONE, allocation_state="enabled")
    assert (outcome.before, outcome.after) == (
        {"resource_state": "ErrorInPrepareForMaintenance"},
        {"resource_state": "Enabled"},
    )
    assert writes(sandbox) == first + second + ["cancelHostMaintenance"]


def test_only_one_host_of_a_cluster_drains_and_the_other_is_told_why(
    sandbox: Sandbox, site: Site, cloud: Gateway
) -> None:
    sandbox.run(lambda world: world.hosts.update(row(world, site.host), resource_state="PrepareForMaintenance"))
    with pytest.raises(ApiError, match="other servers attempting migrations"):
        perform(cloud, "cs_host", name=OTHER, allocation_state="maintenance")


@pytest.mark.since("4.15")
def test_a_host_that_is_disabled_when_added_takes_no_vm_in_between(
    sandbox: Sandbox, site: Site, cloud: Gateway
) -> None:
    twice(
        cloud, "cs_host", name="h2", cluster="c1", url="http://sim/c1/h2", username="root", password="x",
        allocation_state="disabled",
    )  # fmt: skip
    (sent,) = sandbox.calls.of("addHost")
    assert sent.params["allocationstate"] == "Disabled"
    assert (sent.method, sent.params["password"]) == ("POST", "x")


def test_a_host_is_preferred_for_a_kind_of_guest(sandbox: Sandbox, cloud: Gateway) -> None:
    done = twice(cloud, "cs_host", name=ONE, os_category="windows")
    assert done.result["os_category"] == "Windows"
    assert writes(sandbox) == ["updateHost"]
    assert not perform(cloud, "cs_host", name=ONE).changed
    taken = twice(cloud, "cs_host", name=ONE, os_category="None")
    assert taken.result["os_category"] is None
    with pytest.raises(NotFound, match="did you mean Windows"):
        perform(cloud, "cs_host", True, name=ONE, os_category="Window")


def test_a_list_of_hosts_has_the_named_values_alone(cloud: Gateway) -> None:
    told: Any = perform(cloud, "cs_host_info", fields=["name", "ip_address"]).result["hosts"]
    whole: Any = perform(cloud, "cs_host_info").result["hosts"]
    assert told == [{"name": each["name"], "ip_address": each["ip_address"]} for each in whole]
    assert told
    with pytest.raises(InvalidValue, match=r"fields.*colour"):
        perform(cloud, "cs_host_info", fields=["name", "colour"])
