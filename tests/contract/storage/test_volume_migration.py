# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools emptied: plans, consent, live and stopped VMs, faults and killed runs."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.storage.conftest import Store, pool_row, row
from contract.tasks import twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    InvalidValue,
    NotFound,
    Refused,
    WaitTimeout,
)
from sandbox.rules import life
from sandbox.world import World
from unit.sandbox.worlds import new_vm

MODULE, PLAN = "cs_volume_migration", "cs_volume_migration_plan"


def codes(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return sorted({reason.code for reason in caught.value.reasons})


def test_running_vms_are_not_stopped_without_consent(store: Store) -> None:
    plan: Any = store.perform(PLAN, pool="ps1").result
    assert not plan["feasible"]
    assert {reason["code"] for reason in plan["reasons"]} == {"needs_stop"}
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", consent=store.vms[:2])
    assert [reason.facts["vm"] for reason in caught.value.reasons] == [store.vms[2]]
    assert writes(store.server) == []


def test_a_pool_is_emptied_and_every_vm_runs_again(store: Store) -> None:
    plan: Any = store.perform(PLAN, pool="ps1", consent=["all"]).result
    assert {(move["target"], move["how"]) for move in plan["moves"]} == {("ps2", "stopped")}
    done = twice(store.cloud, MODULE, zone="z1", pool="ps1", consent=["all"])
    assert sorted(done.result["started"]) == sorted(store.vms)  # type: ignore[call-overload]
    assert store.on(store.site.pool) == []
    assert store.on(store.other) == sorted(store.vms)
    assert set(store.states().values()) == {"Running"}
    assert store.pool("ps1")["state"] == "Disabled"
    assert store.notes() == []


def test_a_stopped_vm_moves_without_consent_and_stays_stopped(store: Store) -> None:
    store.server.run(lambda world: life.stop(world, row(world, store.vms[0])))
    store.perform(MODULE, pool="ps1", consent=store.vms[1:])
    assert store.states()[store.vms[0]] == "Stopped"
    assert store.on(store.other) == sorted(store.vms)


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_so_many_volumes_move_at_once(store: Store, at_once: int) -> None:
    store.server.run(lambda world: [life.stop(world, row(world, name)) for name in store.vms])
    store.server.calls.clear()
    assert store.perform(MODULE, pool="ps1", max_migrations=at_once).changed
    begun = "".join("m" if call.command == "migrateVolume" else "." for call in store.server.calls)
    assert max(map(len, begun.split("."))) == at_once
    assert len(store.on(store.other)) == 3
    with pytest.raises(InvalidValue, match="max_migrations"):
        store.perform(MODULE, pool="ps1", max_migrations=0)


def test_one_volume_moves_and_the_pool_stays_open(store: Store) -> None:
    name = store.server.run(lambda world: f"ROOT-{row(world, store.vms[1]).id}")
    store.perform(MODULE, pool="ps1", volumes=[name], consent=["all"])
    assert store.on(store.other) == [store.vms[1]]
    assert store.pool("ps1")["state"] == "Up"


def test_tags_space_and_snapshots_are_seen_before_anything_is_done(store: Store) -> None:
    def hinder(world: World) -> None:
        world.service_offerings[row(world, store.vms[0]).offering_id].storage_tags = "ssd"
        world.vm_snapshots.add(row(world, store.vms[1]).id)

    store.change(hinder)
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", consent=["all"])
    assert codes(caught) == ["no_target", "vm_snapshots"]
    assert writes(store.server) == []

    def fill(world: World) -> None:
        world.vm_snapshots.clear()
        pool_row(world, "ps2").tags = ["ssd"]
        pool_row(world, "ps2").capacity = 3 << 30

    store.change(fill)
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", consent=["all"])
    assert codes(caught) == ["no_space"]
    assert writes(store.server) == []


def test_a_target_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(NotFound):
        store.perform(PLAN, pool="ps1", targets=["ps9"])
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", targets=["ps1"], consent=["all"])
    assert codes(caught) == ["no_target"]


def test_a_failed_migration_leaves_the_vm_running_and_the_others_moved(store: Store) -> None:
    store.server.faults.add("migrateVolume", "job_failed", text="no route to the storage")
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", consent=["all"])
    assert codes(caught) == ["move_failed"]
    assert "no route to the storage" in caught.value.message
    assert set(store.states().values()) == {"Running"}
    assert len(store.on(store.other)) == 2
    assert store.perform(MODULE, pool="ps1", consent=["all"]).changed
    assert store.on(store.site.pool) == []


@pytest.mark.parametrize("fault", ["drop", "drop_after", "restart"])
def test_lost_answers_are_read_from_the_volume(store: Store, fault: str) -> None:
    store.server.faults.add("migrateVolume", fault)
    for _time in range(2):
        try:
            store.perform(MODULE, pool="ps1", consent=["all"])
        except Refused as error:
            assert {reason.code for reason in error.reasons} <= {"move_failed", "not_empty"}  # noqa: PT017
    assert store.on(store.site.pool) == []
    assert set(store.states().values()) == {"Running"}


@pytest.mark.parametrize("action", ["stop_vm", "migrate_volume", "start_vm"])
def test_a_killed_run_is_continued(
    store: Store, connect: Connect, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    start = store.cloud.jobs.start

    def killed(name: str, **fields: object) -> Any:
        if name == action:
            if action == "stop_vm":
                store.server.run(lambda world: life.stop(world, row(world, store.vms[0])))
            raise KeyboardInterrupt
        return start(name, **fields)

    consent = [store.vms[0]]
    store.server.run(lambda world: [life.stop(world, row(world, name)) for name in store.vms[1:]] and None)
    with monkeypatch.context() as patch:
        patch.setattr(store.cloud.jobs, "start", killed)
        with pytest.raises(KeyboardInterrupt):
            store.perform(MODULE, pool="ps1", consent=consent)
    store.cloud = Gateway(connect(store.server))
    store.perform(MODULE, pool="ps1", consent=consent)
    assert store.states()[store.vms[0]] == "Running"
    assert store.on(store.site.pool) == []
    assert store.notes() == []


def test_migrations_of_another_run_are_waited_for(store: Store) -> None:
    store.change(lambda world: world.volume_marks.update({row(world, store.vms[0]).id: "Migrating"}) or True)
    with pytest.raises(WaitTimeout):
        store.perform(MODULE, pool="ps1", consent=["all"], timeout=30.0)
    store.clock.on_sleep = lambda _now: store.server.run(lambda world: world.volume_marks.clear())
    assert store.perform(MODULE, pool="ps1", consent=["all"]).changed


def test_a_pool_in_maintenance_is_refused(store: Store) -> None:
    store.site.api.done("enableStorageMaintenance", id=store.site.pool)
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1")
    assert codes(caught) == ["pool_state"]


def test_xenserver_moves_a_running_vm_live(store: Store) -> None:
    """Its documents have live storage migration, and the server lists storage motion for it."""
    cluster, _hosts = store.site.hypervisors("xen", "XenServer", ["x1"])
    place = {"zoneid": store.site.zone, "podid": store.site.pod, "clusterid": cluster}
    for name in ("xs1", "xs2"):
        store.site.api.ok("createStoragePool", name=name, url=f"nfs://10.0.0.9/{name}", **place)

    def work(world: World) -> str:
        vm = new_vm(world)
        vm.hypervisor, vm.pool_id = "XenServer", pool_row(world, "xs1").id
        life.place(world, vm, next(host for host in world.hosts if host.hypervisor == "XenServer"))
        return vm.name

    name = store.server.run(work)
    assert store.perform(PLAN, pool="xs1").result["moves"][0]["how"] == "live"  # type: ignore[index]
    store.perform(MODULE, pool="xs1")
    assert store.on(store.pool("xs2")["id"]) == [name]
    assert writes(store.server).count("stopVirtualMachine") == 0


def test_off_a_pool_of_the_zone_into_the_cluster_of_the_vms_host(store: Store) -> None:
    """The server refuses another cluster; which one it is, no pool of the zone tells."""
    cluster, _hosts = store.site.hypervisors("sim2", "Simulator", ["y1"])
    place = {"zoneid": store.site.zone, "podid": store.site.pod, "clusterid": cluster}
    store.site.api.ok("createStoragePool", name="elsewhere", url="nfs://10.0.0.9/elsewhere", **place)

    def widen(world: World) -> None:
        source = pool_row(world, "ps1")
        source.cluster_id, source.pod_id, source.scope = None, None, "ZONE"

    store.change(widen)
    store.site.api.done("stopVirtualMachine", id=store.server.run(lambda world: row(world, store.vms[2]).uuid))
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, pool="ps1", consent=["all"])
    (reason,) = caught.value.reasons
    assert (reason.code, reason.facts["vm"]) == ("no_target", store.vms[2])
    assert "the cluster of VM VM-" in reason.message
    store.site.api.done("startVirtualMachine", id=store.server.run(lambda world: row(world, store.vms[2]).uuid))
    with pytest.raises(Refused, match="elsewhere is in another cluster"):
        store.perform(MODULE, pool="ps1", consent=["all"], targets=["elsewhere"])
    store.perform(MODULE, pool="ps1", consent=["all"])
    assert store.on(store.other) == sorted(store.vms)
    assert set(store.states().values()) == {"Running"}
