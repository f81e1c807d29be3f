# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_system_vm and cs_system_vm_info against the API: nobody is left without a system VM unasked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from contract.system_vms.zone import PROXY, STORAGE, Zone
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    InvalidValue,
    NotFound,
    Refused,
)
from sandbox.api import DEFAULT_VERSION
from sandbox.rules.templates import system_template
from sandbox.surface import version_key
from sandbox.world import World


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_a_stopped_one_is_started(zone: Zone) -> None:
    zone.stop(PROXY)
    done = twice(zone.cloud, "cs_system_vm", kind=PROXY, state="started")
    assert done.after == {zone.names[PROXY]: {"state": "Running"}}
    assert writes(zone.server) == ["startSystemVm"]


@pytest.mark.parametrize("state", ["stopped", "restarted", "recreated"])
def test_the_only_one_of_a_zone_is_not_touched_without_consent(zone: Zone, state: str) -> None:
    with pytest.raises(Refused) as refused:
        zone.ensure(name=zone.names[STORAGE], state=state)
    assert codes(refused) == ["consent_needed"]
    assert "no other secondary storage VM" in str(refused.value)
    assert writes(zone.server) == []


def test_open_consoles_are_counted_in_the_refusal(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack import system_vms

    read = system_vms.system_vm

    def busy(wire: Any, tell: Any = None) -> Any:
        return read({**wire, "activeviewersessions": 7} if wire["systemvmtype"] == PROXY else wire)

    monkeypatch.setattr(system_vms, "system_vm", busy)
    with pytest.raises(Refused) as refused:
        zone.ensure(kind=PROXY, state="restarted")
    assert refused.value.details["reasons"][0]["open_consoles"] == 7  # type: ignore[index]


def test_two_of_a_kind_stand_in_for_each_other(zone: Zone) -> None:
    other = zone.second(PROXY)
    done = zone.ensure(kind=PROXY, state="restarted")
    assert [vm["name"] for vm in done.result["system_vms"]] == sorted([zone.names[PROXY], other])
    assert all(vm["state"] == "Running" for vm in done.result["system_vms"])


def test_of_two_the_last_is_not_destroyed_if_the_server_makes_no_other(zone: Zone) -> None:
    """It needs one only, so that the zone would be left without."""
    other = zone.second(PROXY)
    with pytest.raises(HostcraftError) as failed:
        zone.ensure(kind=PROXY, state="recreated")
    assert (failed.value.details["cause"], failed.value.details["system_vm"]) == ("refused", other)
    assert [vm["state"] for vm in failed.value.details["done"]] == ["Destroyed"]  # type: ignore[attr-defined]
    assert zone.one(PROXY)["name"] == other


def test_two_of_a_kind_do_not_stand_in_for_each_other_if_both_are_stopped(zone: Zone) -> None:
    zone.second(PROXY)
    with pytest.raises(Refused) as refused:
        zone.ensure(kind=PROXY, state="stopped")
    assert codes(refused) == ["consent_needed"]
    assert zone.ensure(name=zone.names[PROXY], state="stopped").changed


@pytest.mark.since("4.15", raises=AssertionError)
def test_a_recreated_one_is_another_that_runs(zone: Zone) -> None:
    old = zone.one(STORAGE)
    done = zone.ensure(kind=STORAGE, state="recreated", consent=True)
    (told,) = done.result["system_vms"]
    new = zone.one(STORAGE)
    assert (told["replaces"], told["name"], told["id"]) == (old["name"], new["name"], new["id"])
    assert new["id"] != old["id"]
    assert told["agent_state"] == "Up"
    assert (done.before, done.after) == (
        {old["name"]: {"recreated": False}},
        {old["name"]: {"recreated": True}},
    )


def test_one_that_has_the_template_is_not_recreated(zone: Zone) -> None:
    template = zone.template(PROXY)
    assert not zone.ensure(state="recreated", template=template.upper(), consent=True).changed
    assert writes(zone.server) == []


def another_template(zone: Zone, name: str = "systemvm-9", **other: Any) -> None:
    """Another one of the system, newer than that of the system VMs."""

    def make(world: World) -> None:
        held = system_template(world, next(iter(world.zones)), zone.row(world, PROXY).hypervisor)
        assert held is not None
        fields: dict[str, Any] = {"id": world.templates.next_id(), "uuid": world.new_uuid(), "name": name, **other}
        world.templates.add(replace(held, **fields))

    zone.change(make)


def test_those_of_another_template_are_recreated_once(zone: Zone) -> None:
    another_template(zone)
    assert zone.ensure(state="recreated", template="systemvm-9", consent=True).changed
    assert {zone.template(kind) for kind in (PROXY, STORAGE)} == {"systemvm-9"}
    zone.server.calls.clear()
    assert not zone.ensure(state="recreated", template="systemvm-9", consent=True).changed
    assert writes(zone.server) == []


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"ready": False}, "template_not_ready"),
        ({"kind": "ROUTING"}, "template_of_other_type"),
        ({"hypervisor": "XenServer"}, "template_missing"),
    ],
)
def test_a_template_that_new_ones_cannot_have_is_refused(
    zone: Zone, other: dict[str, Any], code: str, check_mode: bool
) -> None:
    """Each run destroyed the system VMs again, and said that something had changed."""
    another_template(zone, **other)
    with pytest.raises(Refused) as refused:
        zone.ensure(check_mode, state="recreated", template="systemvm-9", consent=True)
    assert set(codes(refused)) == {code}
    assert writes(zone.server) == []


def test_a_template_that_no_zone_has_is_not_found(zone: Zone) -> None:
    another_template(zone)
    with pytest.raises(NotFound, match="systemvm-9"):
        zone.ensure(kind=PROXY, state="recreated", template="systemvm-99", consent=True)
    assert writes(zone.server) == []


def test_a_new_one_of_another_template_is_no_success(zone: Zone) -> None:
    """The server takes the newest of the system, whichever was asked for."""
    another_template(zone)
    another_template(zone, "systemvm-10")
    with pytest.raises(HostcraftError) as failed:
        zone.ensure(kind=PROXY, state="recreated", template="systemvm-9", consent=True)
    assert failed.value.details["cause"] == "not_verified"
    assert "systemvm-10" in failed.value.message


def test_a_lost_answer_to_a_destroy_does_not_destroy_the_next_one(zone: Zone) -> None:
    zone.server.faults.add("destroySystemVm", "drop_after")
    zone.ensure(kind=PROXY, state="recreated", consent=True)
    assert zone.server.calls.counts["destroySystemVm"] == 1


def test_all_of_a_zone_one_after_the_other(zone: Zone) -> None:
    done = zone.ensure(state="restarted", consent=True)
    assert [vm["kind"] for vm in done.result["system_vms"]] == [PROXY, STORAGE]
    assert writes(zone.server) == ["rebootSystemVm", "rebootSystemVm"]


def test_after_a_failure_the_others_are_left_alone(zone: Zone) -> None:
    zone.server.faults.add("rebootSystemVm", "job_failed", text="out of capacity")
    with pytest.raises(HostcraftError) as failed:
        zone.ensure(state="restarted", consent=True)
    assert failed.value.code == "system_vm_not_ready"
    assert "out of capacity" in failed.value.message
    assert failed.value.details["left"] == [zone.names[STORAGE]]
    assert writes(zone.server) == ["rebootSystemVm"]


@pytest.mark.since("4.15", raises=KeyError)
def test_one_whose_agent_is_away_is_restarted_without_consent(zone: Zone) -> None:
    """Nobody misses it; the wait for its agent ends with what was seen."""

    def away(world: World) -> None:
        host = world.hosts.get(zone.row(world, STORAGE).host_id)
        assert host is not None
        host.state = "Disconnected"

    zone.change(away)
    with pytest.raises(HostcraftError) as failed:
        zone.ensure(kind=STORAGE, state="restarted", timeout=30.0)
    assert failed.value.details["cause"] == "timeout"
    assert "agent Disconnected" in failed.value.message


@pytest.mark.parametrize(
    ("command", "state", "trouble", "seen"),
    [
        pytest.param(
            *("destroySystemVm", "recreated", "agent_never_connects", "its agent"),
            marks=pytest.mark.since("4.15", raises=pytest.fail.Exception),
        ),
        ("destroySystemVm", "recreated", "no_capacity", "the server has not created another one yet"),
    ],
)
def test_one_that_does_not_come_back_is_told_with_what_was_seen(
    zone: Zone, command: str, state: str, trouble: str, seen: str
) -> None:
    zone.server.faults.add(command, trouble, target="*")
    with pytest.raises(HostcraftError) as failed:
        zone.ensure(kind=STORAGE, state=state, consent=True, timeout=60.0)
    assert failed.value.code == "system_vm_not_ready"
    assert failed.value.details["cause"] == "timeout"
    assert seen in failed.value.message


def kvm(zone: Zone) -> None:
    def change(world: World) -> None:
        for host in world.hosts:
            host.hypervisor = "KVM"
        for vm in world.vms:
            vm.hypervisor = "KVM"

    zone.change(change)


def test_it_is_moved_to_a_named_host_once(zone: Zone) -> None:
    kvm(zone)
    here = zone.one(PROXY)["hostname"]
    hosts = [host["name"] for host in zone.site.api.ok("listHosts", type="Routing")["host"]]
    there = next(name for name in hosts if name != here)
    done = twice(zone.cloud, "cs_system_vm", kind=PROXY, host=there)
    assert (done.before, done.after) == (
        {zone.names[PROXY]: {"host": here}},
        {zone.names[PROXY]: {"host": there}},
    )
    assert zone.one(PROXY)["hostname"] == there


def test_it_leaves_a_host_for_one_that_suits(zone: Zone) -> None:
    kvm(zone)
    here = zone.one(PROXY)["hostname"]
    done = twice(zone.cloud, "cs_system_vm", kind=PROXY, leave_hosts=[here])
    assert done.result["system_vms"][0]["host"] not in ("", here)


def test_where_no_host_suits_nothing_is_tried(zone: Zone) -> None:
    kvm(zone)
    hosts = [host["name"] for host in zone.site.api.ok("listHosts", type="Routing")["host"]]
    with pytest.raises(Refused) as refused:
        zone.ensure(kind=PROXY, leave_hosts=hosts)
    assert codes(refused) == ["no_suitable_host"]
    assert writes(zone.server) == []


@pytest.mark.since("4.17")
def test_a_patch_reaches_one_that_runs(zone: Zone) -> None:
    kvm(zone)
    assert zone.ensure(kind=STORAGE, state="patched").changed
    zone.stop(STORAGE)
    with pytest.raises(Refused) as refused:
        zone.ensure(kind=STORAGE, state="patched")
    assert codes(refused) == ["not_running"]


def offering(zone: Zone, kind: str, name: str = "large", memory: int = 1024) -> str:
    sent = {"name": name, "displaytext": name, "cpunumber": 1, "cpuspeed": 500, "memory": memory, "issystem": "true"}
    return str(zone.site.api.ok("createServiceOffering", **sent, systemvmtype=kind)["serviceoffering"]["name"])


def test_a_stopped_one_has_its_new_offering_once(zone: Zone) -> None:
    zone.stop(STORAGE)
    offering(zone, STORAGE)
    done = perform(zone.cloud, "cs_system_vm", kind=STORAGE, service_offering="large")
    told = version_key(DEFAULT_VERSION) >= version_key("4.19")
    assert done.result["system_vms"][0]["service_offering"] == ("large" if told else "")
    # A server that does not tell it is asked again, and refuses.
    again = perform(zone.cloud, "cs_system_vm", kind=STORAGE, service_offering="large")
    assert (done.changed, again.changed) == (True, not told)


def test_an_offering_of_another_kind_is_refused(zone: Zone) -> None:
    offering(zone, STORAGE)
    zone.server.calls.clear()
    with pytest.raises(Refused) as refused:
        zone.ensure(service_offering="large")
    assert codes(refused) == ["offering_of_other_kind"]
    assert writes(zone.server) == []


def test_an_offering_with_little_memory_is_warned_of(zone: Zone) -> None:
    offering(zone, STORAGE, memory=256)
    assert "512 MB" in zone.ensure(True, kind=STORAGE, service_offering="large").warnings[0]


@pytest.mark.parametrize(
    "arguments",
    [{}, {"consent": True}, {"state": "restarted", "template": "x"}, {"state": "started", "timeout": 0.0}],
)
def test_a_task_that_asks_for_nothing_or_nonsense_is_refused(zone: Zone, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        zone.ensure(**arguments)
    assert writes(zone.server) == []


def test_unknown_names_are_told_with_those_nearby(zone: Zone) -> None:
    with pytest.raises(NotFound, match=zone.names[PROXY]):
        zone.ensure(name=zone.names[PROXY][:-1], state="started")
    with pytest.raises(NotFound):
        zone.ensure(zone="nowhere", state="started")
    with pytest.raises(NotFound):
        zone.ensure(state="started", service_offering="nothing")


def test_info_tells_what_serves(zone: Zone) -> None:
    told = zone.info()
    assert [vm["name"] for vm in told["system_vms"]] == [zone.names[PROXY], zone.names[STORAGE]]
    assert told["findings"] == []
    assert told["consoles"] == [
        {"zone": told["system_vms"][0]["zone"], "proxies": 1, "sessions": 0, "capacity": 50, "free": 50}
    ]
    assert [vm["name"] for vm in zone.info(name=zone.names[PROXY])["system_vms"]] == [zone.names[PROXY]]
    assert zone.info(name="nothing")["system_vms"] == []


def test_info_tells_what_does_not_serve(zone: Zone) -> None:
    zone.stop(PROXY)
    told = zone.info()
    assert [(each["code"], each["host"]) for each in told["findings"]] == [("system_vm_down", zone.names[PROXY])]
    with pytest.raises(HostcraftError) as failed:
        zone.info(fail="blocks")
    assert failed.value.code == "system_vms_not_fit"
    zone.site.api.ok("updateConfiguration", name="consoleproxy.session.max", value="0")
    assert [each["code"] for each in zone.info(kind=STORAGE)["findings"]] == []


def test_info_tells_of_an_open_zone_without_one(zone: Zone) -> None:
    zone.change(lambda world: world.vms.remove(zone.row(world, STORAGE)))
    assert [each["code"] for each in zone.info()["findings"]] == ["system_vm_missing"]
