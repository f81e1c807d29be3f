# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_host_ha, cs_host_ha_info and cs_ha_info: enabled where it can work, explained, dead only with proof."""

from __future__ import annotations

from typing import Any

import pytest
from contract.bmc.cloud import Lab
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc import host_ha as core
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.bmc import host_ha as operation
from sandbox.rules import host_ha as machine
from sandbox.rules import host_states
from sandbox.world import World


def codes(error: Refused) -> list[str]:
    return [reason.code for reason in error.reasons]


def info(lab: Lab, name: str = "kvm1", **options: Any) -> dict[str, Any]:
    # What changed behind its back is for the next task to see.
    lab.cloud.hosts.forget()
    lab.cloud.storage_pools.forget()
    rows: Any = perform(lab.cloud, "cs_host_ha_info", host=name, **options).result["hosts"]
    return dict(rows[0])


def until_state(lab: Lab, *wanted: str) -> str:

    def seen() -> str:
        state = str(info(lab)["state"])
        return state if state in wanted else ""

    return lab.server.wait_for(seen)


def test_the_published_states_are_those_of_the_server() -> None:
    assert {name: frozenset(row.next) for name, row in core.STATES.items()} == {
        state: frozenset(to for to in events.values() if to != state) for state, events in machine.TRANSITIONS.items()
    }


def test_host_ha_is_configured_and_enabled(lab: Lab) -> None:
    lab.configured("kvm1")
    done = twice(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
    assert done.result["provider"] == "kvmhaprovider"
    until_state(lab, "Available")
    assert info(lab, ask=True)["ready"]
    twice(lab.cloud, "cs_host_ha", host="kvm1", state="disabled")
    assert until_state(lab, "Disabled") == "Disabled"


@pytest.mark.parametrize(
    ("arrange", "code"), [("nothing", "oobm_off"), ("cluster", "oobm_off"), ("wrong", "wrong_provider")]
)
def test_where_it_could_not_act_it_is_not_enabled(lab: Lab, arrange: str, code: str) -> None:
    options = {"provider": "simulatorhaprovider"} if arrange == "wrong" else {}
    if arrange != "nothing":
        lab.configured("kvm1")
    if arrange == "cluster":
        lab.site.api.done("disableOutOfBandManagementForCluster", clusterid=lab.cluster)
    lab.server.calls.clear()
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled", **options)
    assert codes(refused.value) == [code]
    assert writes(lab.server) == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_where_it_cannot_act_yet_each_lack_is_a_warning(lab: Lab, check_mode: bool) -> None:
    lab.configured("kvm1")

    def break_it(world: World) -> None:
        for pool in list(world.storage_pools):
            world.storage_pools.remove(pool)

    lab.server.run(break_it)
    lab.bmcs["kvm1"].password = "another"
    lab.server.calls.clear()
    done = perform(lab.cloud, "cs_host_ha", check_mode, host="kvm1", state="enabled")
    assert done.changed
    told = " ".join(done.warnings)
    assert "kvm1 cannot act (no_heartbeat_pool)" in told
    # Asking the controller is an action, which check mode leaves out.
    assert ("(bmc_silent)" in told) is not check_mode
    assert not (check_mode and writes(lab.server))
    if not check_mode:
        lab.maintenance("kvm1")
        until_state(lab, "Ineligible")
        again = perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
        assert not again.changed
        assert "(host_not_enabled)" in " ".join(again.warnings)


def test_where_it_can_act_nothing_is_warned_of(lab: Lab) -> None:
    lab.configured("kvm1")
    assert perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled").warnings == ()
    until_state(lab, "Available")
    lab.server.calls.clear()
    assert perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled").warnings == ()
    assert {call.command for call in lab.server.calls} == {"listHostHAResources"}, "of thousands of hosts too"


def test_places_are_switched(lab: Lab) -> None:
    for place in ({"cluster": "kvm-a"}, {}):
        twice(lab.cloud, "cs_host_ha", state="disabled", **place)
        twice(lab.cloud, "cs_host_ha", state="enabled", **place)


@pytest.mark.parametrize(
    ("arrange", "missing"),
    [
        ("oobm", {"oobm_off"}),
        ("neighbour", {"no_neighbour"}),
        ("pool", {"no_heartbeat_pool"}),
        ("maintenance", {"host_not_enabled"}),
        ("agent", {"host_not_up"}),
        ("bmc", {"bmc_silent"}),
    ],
)
def test_each_thing_that_is_missing_is_named(lab: Lab, arrange: str, missing: set[str]) -> None:
    if arrange != "oobm":
        lab.configured("kvm1")
        perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")

    def break_it(world: World) -> None:
        if arrange == "neighbour":
            host_states.lose(world, lab.row(world, "kvm2"))
        elif arrange == "pool":
            for pool in list(world.storage_pools):
                world.storage_pools.remove(pool)
        elif arrange == "maintenance":
            lab.row(world, "kvm1").resource_state = "Maintenance"
        elif arrange == "agent":
            host_states.lose(world, lab.row(world, "kvm1"))

    # A reset would bring the agent back.
    lab.bmcs["kvm1"].switched = lambda action: None
    lab.server.run(break_it)
    if arrange == "bmc":
        lab.bmcs["kvm1"].password = "another"
    row = info(lab, ask=arrange != "oobm")
    assert {need["code"] for need in row["readiness"] if need["met"] is False} == missing
    assert not row["ready"]


def test_states_are_followed_to_a_fence(lab: Lab) -> None:
    """A host that never comes back: suspected, checked, reset, and turned off in the end."""
    lab.configured("kvm1")
    perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
    until_state(lab, "Available")
    lab.bmcs["kvm1"].switched = lambda action: None
    lab.server.run(lambda world: host_states.lose(world, lab.row(world, "kvm1")))
    until_state(lab, "Fenced")
    assert lab.bmcs["kvm1"].power == "Off"
    row = info(lab)
    assert row["meaning"] == core.STATES["Fenced"].meaning
    # Down and in maintenance by itself, as the advice has it.
    (host,) = lab.cloud.hosts.again(id=lab.hosts["kvm1"])
    assert (host.state, host.resource_state) == ("Down", "Maintenance")
    assert "put it into maintenance" not in row["advice"]


def test_the_check_of_controllers_warns_of_a_graceful_off_where_host_ha_would_send_it(lab: Lab) -> None:
    lab.configured("kvm1", driver="redfish", port="443")

    def found() -> list[str]:
        checked: Any = perform(lab.cloud, "cs_bmc_check", host="kvm1", ping=False, fail="never").result["hosts"]
        return [each["code"] for each in checked[0]["findings"]]

    assert found() == []
    perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
    assert found() == ["graceful_off_only"]


def test_a_hung_host_behind_redfish_is_fenced_in_name_alone_and_that_is_told(lab: Lab) -> None:
    """The server asks such a host to shut down, and takes the controller's answer for the fence."""
    lab.configured("kvm1", driver="redfish", port="443")
    lab.bmcs["kvm1"].hung = True
    done = perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
    assert "(graceful_off_only)" in " ".join(done.warnings)
    until_state(lab, "Available")
    lab.bmcs["kvm1"].switched = lambda action: None
    lab.server.run(lambda world: host_states.lose(world, lab.row(world, "kvm1")))
    until_state(lab, "Fenced")
    assert lab.bmcs["kvm1"].power == "On"
    row = info(lab)
    assert "did not check that the host is off" in row["meaning"]
    assert "cs_power" in row["advice"]
    assert not row["ready"]


def test_a_hung_host_behind_ipmitool_is_off(lab: Lab) -> None:
    lab.configured("kvm1")
    lab.bmcs["kvm1"].hung = True
    perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
    until_state(lab, "Available")
    assert info(lab, ask=True)["ready"]
    lab.bmcs["kvm1"].switched = lambda action: None
    lab.server.run(lambda world: host_states.lose(world, lab.row(world, "kvm1")))
    until_state(lab, "Fenced")
    assert lab.bmcs["kvm1"].power == "Off"


def test_after_a_reset_the_host_is_down_and_its_vms_are_elsewhere(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server gives them up with the reset already, and not only with the fence."""
    monkeypatch.setattr(machine, "RECOVERY_POLLS", 100_000)
    lab.configured("kvm1")
    perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
    until_state(lab, "Available")
    lab.bmcs["kvm1"].switched = lambda action: None
    lab.server.run(lambda world: host_states.lose(world, lab.row(world, "kvm1")))
    until_state(lab, "Recovered")
    (host,) = lab.cloud.hosts.again(id=lab.hosts["kvm1"])
    assert (host.state, host.resource_state) == ("Down", "Enabled")
    assert "VMs" in core.STATES["Recovered"].meaning


def degraded(lab: Lab, ping: bool | None, consent: bool = False, wanted: bool = True) -> Any:
    request = operation.Request(
        {"host": "kvm1"}, degraded=wanted, consent=consent, ping=None if ping is None else lambda address: ping
    )
    return operation.ensure_host_ha(lab.cloud, request, False)


@pytest.mark.since("4.16")
def test_a_host_is_declared_dead_when_its_controller_says_off(lab: Lab) -> None:
    lab.configured("kvm1")
    lab.bmcs["kvm1"].power = "Off"
    lab.server.run(lambda world: host_states.lose(world, lab.row(world, "kvm1")))
    assert degraded(lab, None).changed
    assert lab.server.run(lambda world: lab.row(world, "kvm1").resource_state) == "Degraded"
    assert not degraded(lab, None).changed
    assert degraded(lab, None, wanted=False).changed


@pytest.mark.parametrize(
    ("power", "ping", "consent", "code"),
    [
        ("On", False, True, "host_is_on"),
        (None, True, True, "host_answers"),
        (None, False, False, "not_proven_dead"),
        (None, None, True, "not_proven_dead"),
        ("Off", True, True, "host_answers_while_off"),
    ],
)
def test_without_proof_it_is_not(lab: Lab, power: str | None, ping: bool | None, consent: bool, code: str) -> None:
    if power:
        lab.configured("kvm1")
        lab.bmcs["kvm1"].power = power
    lab.server.run(lambda world: host_states.lose(world, lab.row(world, "kvm1")))
    before = writes(lab.server)
    with pytest.raises(Refused) as refused:
        degraded(lab, ping, consent)
    assert codes(refused.value) == [code]
    assert [call for call in writes(lab.server) if call == "declareHostAsDegraded"] == []
    assert "declareHostAsDegraded" not in before


@pytest.mark.since("4.16")
def test_a_silent_host_with_consent_is(lab: Lab) -> None:
    lab.server.run(lambda world: host_states.lose(world, lab.row(world, "kvm1")))
    assert degraded(lab, False, consent=True).changed


@pytest.mark.since("4.16", raises=AssertionError)
@pytest.mark.parametrize("check_mode", [True, False])
def test_one_that_the_server_knows_to_be_dead_is_not(lab: Lab, check_mode: bool) -> None:
    """The server refuses it, and check mode says so too."""
    lab.configured("kvm1")
    lab.bmcs["kvm1"].power = "Off"
    lab.bmcs["kvm1"].switched = lambda action: None
    lab.server.run(lambda world: setattr(lab.row(world, "kvm1"), "state", "Down"))
    request = operation.Request({"host": "kvm1"}, degraded=True, ping=lambda _address: False)
    with pytest.raises(Refused) as refused:
        operation.ensure_host_ha(lab.cloud, request, check_mode)
    assert codes(refused.value) == ["host_down"]
    assert "is Down" in str(lab.site.api.job("declareHostAsDegraded", id=lab.hosts["kvm1"]))


def test_a_connected_host_never_is(lab: Lab) -> None:
    with pytest.raises(Refused) as refused:
        degraded(lab, False, consent=True)
    assert "host_connected" in codes(refused.value)
