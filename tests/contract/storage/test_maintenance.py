# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage pools into maintenance and back: consent, verification, faults and killed runs."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.storage.conftest import Store, pool_row, row
from contract.tasks import twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    NotFound,
    Refused,
    TransportError,
    WaitTimeout,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage import marks
from sandbox.rules import life
from sandbox.world import World
from sandbox.world.vms import USER

MODULE = "cs_storage_maintenance"


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in caught.value.reasons]


def test_vms_that_would_stop_are_named_and_need_consent(store: Store) -> None:
    told: Any = store.perform("cs_storage_maintenance_info", pool="ps1").result
    assert [vm["vm"] for vm in told["stops"]] == sorted(store.vms)
    assert told["other_pools"] == ["ps2"]
    for check in (True, False):
        with pytest.raises(Refused) as caught:
            store.perform(MODULE, check, pool="ps1", consent=[store.vms[0]])
        assert codes(caught) == ["vm_stops", "vm_stops"]
        assert {reason.facts["vm"] for reason in caught.value.reasons} == set(store.vms[1:])
    assert writes(store.server) == []
    assert store.pool("ps1")["state"] == "Up"


def test_there_and_back_without_losing_a_vm(store: Store) -> None:
    into = twice(store.cloud, MODULE, zone="z1", pool="ps1", consent=["all"])
    assert into.after["stopped"] == sorted(store.vms)
    assert set(store.states().values()) == {"Stopped"}
    back = twice(store.cloud, MODULE, zone="z1", pool="ps1", state="enabled")
    assert sorted(back.result["started"]) == sorted(store.vms)  # type: ignore[call-overload]
    assert set(store.states().values()) == {"Running"}
    assert store.pool("ps1")["state"] == "Up"
    assert store.notes() == []


def test_check_mode_shows_the_plan_and_writes_nothing(store: Store) -> None:
    told = store.perform(MODULE, True, pool="ps1", consent=store.vms)
    assert (told.before, told.after) == ({"state": "Up"}, {"state": "Maintenance", "stopped": sorted(store.vms)})
    assert writes(store.server) == []


def test_a_stopped_vm_needs_no_consent_and_stays_down(store: Store) -> None:
    store.server.run(lambda world: life.stop(world, row(world, store.vms[0])))
    store.perform(MODULE, pool="ps1", consent=store.vms[1:])
    store.perform(MODULE, pool="ps1", state="enabled")
    assert store.states() == {store.vms[0]: "Stopped", store.vms[1]: "Running", store.vms[2]: "Running"}


def test_a_disabled_pool_is_disabled_again(store: Store) -> None:
    store.site.api.ok("updateStoragePool", id=store.site.pool, enabled="false")
    store.perform(MODULE, pool="ps1", consent=["all"])
    assert store.pool("ps1")["state"] == "Maintenance"
    store.perform(MODULE, pool="ps1", state="enabled")
    assert store.pool("ps1")["state"] == "Disabled"
    assert set(store.states().values()) == {"Running"}


def test_a_vm_that_does_not_stop_is_named_and_the_next_run_finishes(store: Store) -> None:
    store.change(lambda world: pool_row(world, "ps1").stuck.add(row(world, store.vms[2]).id))
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", consent=["all"])
    assert codes(caught) == ["pool_state"]
    assert store.vms[2] in caught.value.message
    assert store.pool("ps1")["state"] == "ErrorInMaintenance"
    store.change(lambda world: pool_row(world, "ps1").stuck.clear())
    assert store.perform(MODULE, pool="ps1", consent=["all"]).changed
    store.perform(MODULE, pool="ps1", state="enabled")
    assert set(store.states().values()) == {"Running"}


def test_what_an_error_left_is_taken_back(store: Store) -> None:
    store.change(lambda world: pool_row(world, "ps1").stuck.add(row(world, store.vms[2]).id))
    with pytest.raises(Refused):
        store.perform(MODULE, pool="ps1", consent=["all"])
    store.change(lambda world: pool_row(world, "ps1").stuck.clear())
    assert store.perform(MODULE, pool="ps1", state="enabled").result["state"] == "Up"
    assert set(store.states().values()) == {"Running"}


def test_the_server_stops_at_a_vm_that_does_not_start_and_the_task_goes_on(store: Store) -> None:
    """The server itself leaves all VMs after it stopped, with the pool Up."""
    store.perform(MODULE, pool="ps1", consent=["all"])
    store.change(lambda world: pool_row(world, "ps1").stuck.add(row(world, store.vms[0]).id))
    done = store.perform(MODULE, pool="ps1", state="enabled")
    assert set(store.states().values()) == {"Running"}
    assert any("the task started the remaining VMs" in each for each in done.warnings)


def test_a_vm_that_stays_down_is_an_error_and_is_remembered(store: Store) -> None:
    store.perform(MODULE, pool="ps1", consent=["all"])
    for _time in range(2):
        store.server.faults.add("startVirtualMachine", "job_failed", nth=1, text="no disk")
        store.change(lambda world: pool_row(world, "ps1").stuck.update({row(world, name).id for name in store.vms}))
        with pytest.raises(Refused) as caught:
            store.perform(MODULE, pool="ps1", state="enabled")
        assert codes(caught) == ["vm_down"]
        assert "no disk" in caught.value.message
        told: Any = store.perform("cs_storage_maintenance_info", pool="ps1").result
        assert told["not_back"] == [caught.value.reasons[0].facts["vm"]]
    assert store.perform(MODULE, pool="ps1", state="enabled").changed
    assert set(store.states().values()) == {"Running"}
    assert store.notes() == []


@pytest.mark.parametrize("down", [1, 5])
def test_one_that_ran_again_is_not_started_for_the_sake_of_others(store: Store, connect: Connect, down: int) -> None:
    """Its owner stops it after a return that others, more than a note holds, did not survive."""
    network = store.site.api.ok("listNetworks", listall="true")["network"][0]["id"]
    for _more in range(down - 1):
        store.site.deploy(network)
    store.perform(MODULE, pool="ps1", consent=["all"])
    store.change(lambda world: pool_row(world, "ps1").stuck.update({vm.id for vm in world.vms if vm.kind == USER}))
    store.server.faults.add("startVirtualMachine", "job_failed", times=down, text="no disk")
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", state="enabled")
    names = {str(reason.facts["vm"]) for reason in caught.value.reasons}
    assert len(names) == down
    stopped = next(name for name, state in store.states().items() if state == "Running")
    store.server.run(lambda world: life.stop(world, row(world, stopped)))
    store.cloud = Gateway(connect(store.server))
    back: Any = store.perform(MODULE, pool="ps1", state="enabled").result
    assert set(back["started"]) == names
    assert {name for name, state in store.states().items() if state != "Running"} == {stopped}
    assert store.notes() == []


def test_a_killed_run_is_continued(store: Store, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    act = store.cloud.act

    def killed(action: str, id: str) -> None:
        act(action, id)
        raise KeyboardInterrupt

    for state, consent in (("maintenance", ["all"]), ("enabled", [])):
        with monkeypatch.context() as patch:
            patch.setattr(store.cloud, "act", killed)
            with pytest.raises(KeyboardInterrupt):
                store.perform(MODULE, pool="ps1", state=state, consent=consent)
        store.cloud = Gateway(connect(store.server))
        store.perform(MODULE, pool="ps1", state=state, consent=consent)
    assert store.pool("ps1")["state"] == "Up"
    assert set(store.states().values()) == {"Running"}
    assert store.notes() == []


def test_killed_before_the_server_was_asked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(action: str, id: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store.cloud, "act", killed)
        with pytest.raises(KeyboardInterrupt):
            store.perform(MODULE, pool="ps1", consent=["all"])
    assert store.notes()
    assert store.perform(MODULE, pool="ps1", state="enabled").result["state"] == "Up"
    assert store.notes() == []


def test_one_that_somebody_else_ended_is_over(store: Store, connect: Connect) -> None:
    """The server started the VMs, and the owner of one has stopped it since."""
    store.perform(MODULE, pool="ps1", consent=["all"])
    store.site.api.done("cancelStorageMaintenance", id=store.site.pool)
    store.server.run(lambda world: life.stop(world, row(world, store.vms[0])))
    store.cloud = Gateway(connect(store.server))
    assert store.perform("cs_storage_maintenance_info", pool="ps1").result["not_back"] == []
    assert not store.perform(MODULE, True, pool="ps1", state="enabled").changed
    store.perform(MODULE, pool="ps1", consent=["all"])
    store.perform(MODULE, pool="ps1", state="enabled")
    assert store.states() == {store.vms[0]: "Stopped", store.vms[1]: "Running", store.vms[2]: "Running"}
    assert store.notes() == []


@pytest.mark.parametrize("action", ["prepare_storage_maintenance", "cancel_storage_maintenance"])
def test_a_disabled_pool_is_disabled_again_after_a_killed_run(
    store: Store, connect: Connect, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    """It is Up in the moment in which the run is killed."""
    store.site.api.ok("updateStoragePool", id=store.site.pool, enabled="false")
    act = store.cloud.act

    def killed(asked: str, id: str) -> None:
        if asked != action or action.startswith("cancel"):
            act(asked, id)
        if asked == action:
            raise KeyboardInterrupt

    def there_and_back() -> None:
        store.perform(MODULE, pool="ps1", consent=["all"])
        store.perform(MODULE, pool="ps1", state="enabled")

    with monkeypatch.context() as patch:
        patch.setattr(store.cloud, "act", killed)
        with pytest.raises(KeyboardInterrupt):
            there_and_back()
    store.cloud = Gateway(connect(store.server))
    assert store.pool("ps1")["state"] == "Up"
    for state in ("maintenance", "enabled") if action.startswith("prepare") else ("enabled",):
        store.perform(MODULE, pool="ps1", state=state, consent=["all"])
    assert store.pool("ps1")["state"] == "Disabled"
    assert set(store.states().values()) == {"Running"}
    assert store.notes() == []


def test_a_mark_that_a_killed_run_left_open_is_closed_by_the_next(
    store: Store, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later somebody ends the maintenance in CloudStack, and stops a VM."""

    def killed(_cloud: Gateway, _pool: object) -> None:
        raise KeyboardInterrupt

    store.site.api.ok("updateStoragePool", id=store.site.pool, enabled="false")
    with monkeypatch.context() as patch:
        patch.setattr(marks, "closed", killed)
        with pytest.raises(KeyboardInterrupt):
            store.perform(MODULE, pool="ps1", consent=["all"])
    store.cloud = Gateway(connect(store.server))
    assert store.pool("ps1")["state"] == "Maintenance"
    store.perform(MODULE, True, pool="ps1")
    assert marks.OPEN in store.notes()
    assert not store.perform(MODULE, pool="ps1").changed
    assert marks.OPEN not in store.notes()
    store.site.api.done("cancelStorageMaintenance", id=store.site.pool)
    store.server.run(lambda world: life.stop(world, row(world, store.vms[0])))
    store.cloud = Gateway(connect(store.server))
    assert not store.perform(MODULE, pool="ps1", state="enabled").changed
    assert (store.pool("ps1")["state"], store.states()[store.vms[0]]) == ("Up", "Stopped")
    assert store.notes() == []


def test_one_under_way_is_joined(store: Store) -> None:
    store.server.run(lambda world: world.durations.update({"enableStorageMaintenance": 1.0}))
    store.site.api.ok("enableStorageMaintenance", id=store.site.pool)
    assert store.pool("ps1")["state"] == "PrepareForMaintenance"
    store.clock.on_sleep = lambda _now: store.server.run(finish)
    done = store.perform(MODULE, pool="ps1")
    assert done.changed
    assert done.result["state"] == "Maintenance"


def finish(world: World) -> None:
    """What the server does in the end."""
    for job in world.jobs:
        if job.status == 0:
            for vm in [vm for vm in world.vms if vm.kind == USER]:
                life.stop(world, vm)
            pool_row(world, "ps1").state = "Maintenance"
            for vm in [vm for vm in world.vms if vm.kind != USER]:
                vm.pool_id = pool_row(world, "ps2").id
            job.status = 1


def test_the_wait_for_the_pool_has_a_limit(store: Store) -> None:
    store.change(lambda world: setattr(pool_row(world, "ps1"), "state", "PrepareForMaintenance") or True)
    with pytest.raises(WaitTimeout) as caught:
        store.perform(MODULE, pool="ps1", timeout=20.0)
    assert "PrepareForMaintenance" in caught.value.message


@pytest.mark.parametrize("fault", ["drop_after", "restart"])
def test_lost_answers_are_read_from_the_effect(store: Store, fault: str) -> None:
    store.server.faults.add("enableStorageMaintenance", fault)
    try:
        store.perform(MODULE, pool="ps1", consent=["all"])
    except (ApiError, TransportError):
        # A restart before the job did anything is an error, and the second run does it.
        store.perform(MODULE, pool="ps1", consent=["all"])
    assert store.pool("ps1")["state"] == "Maintenance"
    store.perform(MODULE, pool="ps1", state="enabled")
    assert set(store.states().values()) == {"Running"}


@pytest.mark.since("4.18", raises=pytest.fail.Exception)
def test_without_another_pool_system_vms_need_consent_too(store: Store) -> None:
    store.site.api.ok("updateStoragePool", id=store.other, enabled="false")
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", consent=store.vms)
    assert set(codes(caught)) == {"no_other_pool"}
    assert "would be stopped" in caught.value.message


def test_a_maintenance_of_somebody_else_is_ended_with_a_warning(store: Store) -> None:
    store.site.api.done("enableStorageMaintenance", id=store.site.pool)
    store.server.run(lambda world: pool_row(world, "ps1").stopped.discard(row(world, store.vms[1]).id))
    done = store.perform(MODULE, pool="ps1", state="enabled")
    assert any(store.vms[1] in warning and "not begun by this module" in warning for warning in done.warnings)


def test_unknown_pools_are_named(store: Store) -> None:
    with pytest.raises(NotFound, match="did you mean ps1 or ps2"):
        store.perform(MODULE, pool="ps3")


def test_a_maintenance_whose_end_fails_is_still_one(store: Store, connect: Connect) -> None:
    """Somebody ends it in CloudStack then, and the owner of a VM stops it."""
    store.perform(MODULE, pool="ps1", consent=["all"])
    store.server.faults.add("cancelStorageMaintenance", "job_failed", nth=1, text="no hosts")
    with pytest.raises(ApiError, match="no hosts"):
        store.perform(MODULE, pool="ps1", state="enabled")
    store.server.faults.clear()
    assert store.pool("ps1")["state"] != "Up"
    assert marks.OPEN not in store.notes()
    store.site.api.done("cancelStorageMaintenance", id=store.site.pool)
    store.server.run(lambda world: life.stop(world, row(world, store.vms[0])))
    store.cloud = Gateway(connect(store.server))
    assert not store.perform(MODULE, pool="ps1", state="enabled").changed
    assert store.states()[store.vms[0]] == "Stopped"


def test_the_age_of_a_maintenance_is_told(store: Store) -> None:
    store.perform(MODULE, pool="ps1", consent=["all"])
    assert store.perform(MODULE, True, pool="ps1", state="enabled").warnings == ()
    written = store.cloud.notes.all("PRIMARY_STORAGE", store.site.pool)[0].at
    assert written is not None
    store.clock.epoch = written + 30 * 86400
    foretold = store.perform(MODULE, True, pool="ps1", state="enabled")
    done = store.perform(MODULE, pool="ps1", state="enabled")
    assert foretold.result["maintenance_since"] == done.result["maintenance_since"]
    assert foretold.warnings == done.warnings
    assert "days ago" in done.warnings[0]
