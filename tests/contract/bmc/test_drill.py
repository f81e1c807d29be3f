# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_fence_drill: every step proved, and the host given back whatever fails and whenever it is killed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from contract.bmc.cloud import Lab
from contract.tasks import perform, writes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc import drill as core
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    Refused,
    WaitTimeout,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.bmc import asking
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.bmc import drill as operation
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from sandbox.rules import host_states
from sandbox.world import World

STEPS = ["off", "verified_off", "on", "agent_up"]
ANNA: dict[str, Any] = {"token": "1a", "who": "anna@desk", "job": "AWX job 25", "place": ""}
BERT: dict[str, Any] = {"token": "2b", "who": "bert@desk", "job": "", "place": ""}


NOTES = ("addAnnotation", "removeAnnotation")


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(autouse=True)
def _ready(lab: Lab) -> None:
    lab.configured("kvm1")
    lab.maintenance("kvm1")


def notes(lab: Lab) -> list[str]:
    return lab.server.run(lambda world: [each.text for each in world.annotations if each.text.startswith(core.PREFIX)])


def resource_state(lab: Lab, state: str) -> None:
    lab.server.run(lambda world: setattr(lab.row(world, "kvm1"), "resource_state", state))
    lab.cloud.hosts.forget()


def available(lab: Lab) -> None:
    """Enabled, and host HA works."""
    resource_state(lab, "Enabled")
    perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
    lab.server.wait_for(lambda: lab.cloud.host_has.of_host(lab.hosts["kvm1"]).state == "Available")


def as_it_was(lab: Lab) -> bool:
    def look(world: World) -> bool:
        host = lab.row(world, "kvm1")
        return (host.state, host.resource_state) == ("Up", "Maintenance")

    return lab.bmcs["kvm1"].power == "On" and lab.server.run(look)


def test_a_drill_proves_each_step_and_is_remembered(lab: Lab) -> None:
    done = perform(lab.cloud, "cs_fence_drill", host="kvm1")
    assert [step["name"] for step in done.result["steps"]] == STEPS
    assert done.result["result"] == "passed"
    assert as_it_was(lab)
    row = perform(lab.cloud, "cs_host_ha_info", host="kvm1").result["hosts"][0]
    assert row["last_drill"]["result"] == "passed"
    assert len(notes(lab)) == 1


def test_after_a_fence_the_host_is_as_it_was_before_the_drill(lab: Lab) -> None:
    """The server puts a host that it fenced into maintenance, which nobody asked for."""
    available(lab)
    perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="begin", consent=True)

    def fenced(world: World) -> None:
        lab.bmcs["kvm1"].power = "Off"
        host = lab.row(world, "kvm1")
        host_states.lose(world, host)
        world.hosts.update(host, resource_state="Maintenance")

    lab.server.run(fenced)
    done = perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="restore")
    assert "enabled" in [step["name"] for step in done.result["steps"]]
    assert lab.server.run(lambda world: lab.row(world, "kvm1").resource_state) == "Enabled"


def watched(lab: Lab, **options: Any) -> Any:
    """A drill by the agent of a host with host HA, followed until the server has acted."""
    available(lab)
    perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="begin", consent=True)
    lab.bmcs["kvm1"].switched = lambda action: None

    def stopped(world: World) -> None:
        host = lab.row(world, "kvm1")
        world.host_ha[host.id].recoveries = 1  # the reset did not help
        host_states.lose(world, host)

    lab.server.run(stopped)
    return perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="watch", **options)


def test_a_fence_that_turns_the_host_off_is_the_result(lab: Lab) -> None:
    done = watched(lab)
    assert done.result["result"] == "fenced"
    assert [(step["name"], step["said"]) for step in done.result["steps"]] == [("verified_off", "CloudStack: Off")]


@pytest.mark.parametrize("driver", ["ipmitool", "redfish"])
def test_a_fence_in_the_state_machine_alone_is_a_failure(lab: Lab, driver: str) -> None:
    """The controller takes the OFF and the host stays on."""
    if driver == "redfish":
        lab.configured("kvm1", driver="redfish", port="443")
        lab.bmcs["kvm1"].hung = True
    else:
        lab.bmcs["kvm1"].deaf = frozenset({"OFF"})
    with pytest.raises(HostcraftError, match="is not off") as failed:
        watched(lab, timeout=20)
    assert failed.value.details["reason"] == "fenced_but_on"
    assert failed.value.details["states"][-1]["state"] == "Fenced"


def test_check_mode_turns_nothing_off(lab: Lab) -> None:
    foretold = perform(lab.cloud, "cs_fence_drill", check_mode=True, host="kvm1")
    assert foretold.changed
    assert {call.params["action"] for call in lab.server.calls.of("issueOutOfBandManagementPowerAction")} == {"STATUS"}
    assert notes(lab) == []


@pytest.mark.parametrize(
    ("arrange", "code"), [("enabled", "not_in_maintenance"), ("off", "not_on"), ("oobm", "oobm_off")]
)
def test_what_would_harm_or_prove_nothing_is_refused(lab: Lab, arrange: str, code: str) -> None:
    if arrange == "enabled":
        lab.server.run(lambda world: setattr(lab.row(world, "kvm1"), "resource_state", "Enabled"))
    elif arrange == "off":
        lab.bmcs["kvm1"].power = "Off"
    else:
        lab.site.api.done("disableOutOfBandManagementForHost", hostid=lab.hosts["kvm1"])
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_fence_drill", host="kvm1")
    assert code in [reason.code for reason in refused.value.reasons]
    assert notes(lab) == []


def refused_with(lab: Lab, **options: Any) -> list[str]:
    """The codes. Nothing was switched or noted."""
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_fence_drill", host="kvm1", **options)
    assert notes(lab) == []
    assert "OFF" not in [call.params["action"] for call in lab.server.calls.of("issueOutOfBandManagementPowerAction")]
    return [reason.code for reason in refused.value.reasons]


def test_a_host_that_host_ha_watches_is_not_turned_off_behind_its_back(lab: Lab) -> None:
    """The server would show it as Up, reset it and fence it in the middle of the drill."""
    available(lab)
    assert refused_with(lab, consent=True) == ["host_ha_active"]
    perform(lab.cloud, "cs_host_ha", host="kvm1", state="disabled")
    assert perform(lab.cloud, "cs_fence_drill", host="kvm1", consent=True).result["result"] == "passed"


@pytest.mark.parametrize("state", ["Enabled", "Maintenance"])
def test_an_agent_is_not_failed_where_host_ha_does_nothing(lab: Lab, state: str) -> None:
    resource_state(lab, state)
    assert refused_with(lab, consent=True, phase="begin") == ["host_ha_not_available"]


def test_an_agent_is_not_failed_under_vms_that_would_run_twice(lab: Lab) -> None:
    network = str(lab.site.network()["id"])
    vm = lab.site.deploy(network)

    def place(world: World) -> None:
        row = world.vms.by_uuid(vm)
        assert row is not None
        world.vms.update(row, host_id=lab.row(world, "kvm1").id)

    lab.server.run(place)
    available(lab)
    assert refused_with(lab, consent=True, phase="begin") == ["vms_run"]


@pytest.mark.parametrize("state", ["ErrorInMaintenance", "PrepareForMaintenance", "Degraded"])
def test_a_resource_state_that_cannot_be_restored_is_refused(lab: Lab, state: str) -> None:
    resource_state(lab, state)
    assert "resource_state" in refused_with(lab, consent=True)


def test_a_second_run_is_refused_while_one_drills_and_touches_nothing(lab: Lab) -> None:
    seen: list[str] = []

    def second(now: float) -> None:
        lab.pass_time(now)
        if seen or lab.bmcs["kvm1"].power == "On":
            return
        before = writes(lab.server)
        for options in ({}, {"phase": "begin"}, {"phase": "restore"}):
            with pytest.raises(Refused) as refused:
                perform(lab.another(), "cs_fence_drill", host="kvm1", holder=BERT, **options)
            seen.extend(reason.code for reason in refused.value.reasons)
        assert [call for call in writes(lab.server)[len(before) :] if call not in NOTES] == []

    lab.clock.on_sleep = second
    done = perform(lab.cloud, "cs_fence_drill", host="kvm1", holder=ANNA)
    assert (done.result["result"], seen) == ("passed", ["locked"] * 3)
    lab.clock.on_sleep = lab.pass_time
    assert perform(lab.cloud, "cs_fence_drill", host="kvm1", holder=BERT).result["result"] == "passed"


def test_the_phases_of_one_run_share_its_lock_and_restore_gives_it_back(lab: Lab) -> None:
    available(lab)
    perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="begin", consent=True, holder=ANNA)
    with pytest.raises(Refused, match="AWX job 25"):
        perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="restore", holder=BERT)
    assert "under way" in notes(lab)[0]
    perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="restore", holder=ANNA)
    assert not perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="restore", holder=BERT).changed


def test_a_watch_that_fails_keeps_the_lock_for_what_is_restored(lab: Lab) -> None:
    available(lab)
    perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="begin", consent=True, holder=ANNA)
    with pytest.raises(WaitTimeout):
        perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="watch", watch_timeout=5, holder=ANNA)
    with pytest.raises(Refused, match="AWX job 25"):
        perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="begin", consent=True, holder=BERT)


@pytest.mark.parametrize("driver", ["ipmitool", "redfish"])
def test_a_drill_tells_what_it_does_not_prove(lab: Lab, driver: str) -> None:
    lab.configured("kvm1", driver=driver, port="443" if driver == "redfish" else "623")
    done = perform(lab.cloud, "cs_fence_drill", host="kvm1")
    assert ["graceful_off_only" in each for each in done.warnings] == ([True] if driver == "redfish" else [])


def test_a_drill_that_loses_its_lock_fails_and_leaves_the_host_on(lab: Lab) -> None:
    another = lab.another()
    taken: list[locks.Lock] = []
    cluster = next(each for each in another.clusters.all() if each.id == lab.cluster)

    def take(now: float) -> None:
        lab.pass_time(now)
        if not taken and lab.bmcs["kvm1"].power == "Off":
            taken.append(locks.take(another, cluster, locks.Claim(locks.Lock(**BERT), consent="AWX job 25")))

    lab.clock.on_sleep = take
    request = operation.Request({"host": "kvm1"}, "0" * 8, claim=locks.Claim(locks.Lock(**ANNA), lease=20))
    with pytest.raises(Refused, match=r"bert@desk.*is on and Up again"):
        operation.run_drill(lab.cloud, request, False)
    assert taken
    assert as_it_was(lab)
    assert "under way" not in notes(lab)[0]


def test_a_refused_begin_leaves_no_lock(lab: Lab) -> None:
    with pytest.raises(Refused, match="host HA"):
        perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="begin", holder=ANNA)
    assert perform(lab.cloud, "cs_fence_drill", host="kvm1", holder=BERT).result["result"] == "passed"


def test_the_lock_of_a_run_that_is_over_is_taken(lab: Lab) -> None:
    """A killed process of this machine; of an AWX job somebody says so."""
    available(lab)
    perform(lab.cloud, "cs_fence_drill", host="kvm1", phase="begin", consent=True, holder=ANNA)
    assert perform(
        lab.cloud, "cs_fence_drill", host="kvm1", phase="restore", holder=BERT, take_over="AWX job 25"
    ).changed


def test_an_off_that_never_comes_leaves_the_host_on_and_says_so(lab: Lab) -> None:
    lab.bmcs["kvm1"].deaf = frozenset({"OFF"})
    with pytest.raises(WaitTimeout, match="is on and Up again"):
        perform(lab.cloud, "cs_fence_drill", host="kvm1", timeout=20)
    assert as_it_was(lab)
    row = perform(lab.cloud, "cs_host_ha_info", host="kvm1").result["hosts"][0]
    assert row["last_drill"]["result"] == "timeout"


@pytest.mark.parametrize("boot", [100.0, 400.0])
def test_a_host_whose_drill_failed_is_up_when_it_has_booted(lab: Lab, boot: float) -> None:
    """The controller that proves the off is another: the server has not noticed the off when the host is turned on."""
    lab.boot = boot

    class Other:
        def __init__(self, access: object) -> None: ...

        def power(self) -> str:
            return "On"

        def close(self) -> None: ...

    direct = asking.Direct(cast("Any", Other), "secret")
    request = operation.Request({"host": "kvm1"}, "0" * 8, direct=direct)
    with pytest.raises(HostcraftError, match="is on and Up again"):
        operation.run_drill(lab.cloud, request, False)
    assert as_it_was(lab)
    assert not lab.server.run(lambda world: lab.row(world, "kvm1").lost)


@pytest.mark.parametrize("boot", [100.0, 400.0])
def test_a_killed_drill_is_made_good_only_when_the_host_has_booted(lab: Lab, boot: float) -> None:
    """The next run sends its OFF to a host that is Up, and not into the boot."""
    lab.boot = boot
    lost: list[bool] = []
    real = lab.bmcs["kvm1"].switched

    def switched(action: str) -> None:
        if action == "OFF":
            host = next(each for each in worlds[0].hosts if each.name == "kvm1")
            lost.append(host.lost)
        real(action)

    worlds = [lab.server.run(lambda world: world)]
    lab.bmcs["kvm1"].switched = switched

    def killed(now: float) -> None:
        lab.pass_time(now)
        if lost:
            raise Killed

    lab.clock.on_sleep = killed
    with pytest.raises(Killed):
        perform(lab.cloud, "cs_fence_drill", host="kvm1")
    lab.clock.on_sleep = lab.pass_time
    assert perform(lab.cloud, "cs_fence_drill", host="kvm1").result["result"] == "passed"
    assert lost == [False, False]


def killing(lab: Lab, nth: int) -> Callable[..., object]:
    """The gateway's client dies before its nth call."""
    client = lab.cloud._client
    real, made = client._once, [0]

    def once(command: str, params: object) -> object:
        made[0] += 1
        if made[0] == nth:
            raise Killed
        return real(command, params)

    client._once = once
    return real


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(nth=st.integers(1, 40))
def test_a_drill_that_is_killed_anywhere_is_made_good_by_the_next(lab: Lab, nth: int) -> None:
    real = killing(lab, nth)
    try:
        perform(lab.cloud, "cs_fence_drill", host="kvm1")
    except Killed:
        pass
    finally:
        lab.cloud._client._once = real
    assert perform(lab.cloud, "cs_fence_drill", host="kvm1").result["result"] == "passed"
    assert as_it_was(lab)
    assert [core.record_of(text).state for text in notes(lab)] == [core.DONE]


def test_odd_notes_of_others_are_no_records(lab: Lab) -> None:
    for text in (core.PREFIX, core.PREFIX + "under way", core.PREFIX + "under way before=Maintenance power=Off\n", "x"):
        lab.cloud.notes.add("HOST", lab.hosts["kvm1"], text)
    assert perform(lab.cloud, "cs_fence_drill", host="kvm1").result["result"] == "passed"
