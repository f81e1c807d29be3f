# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools brought into and out of maintenance; what a pool needs; image stores made anew."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from fakes.cloud import FakeCloud, Memory

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Reason, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage import ImageStore, StoragePool
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster, Pod, Zone
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.storage import (
    Care,
    ensure_image_store,
    ensure_pool,
)

ENTER, LEAVE = "prepare_storage_maintenance", "cancel_storage_maintenance"


class Pools(Memory[StoragePool]):
    """Knows ``enabled`` as a state."""

    def update(self, id: str, **fields: object) -> StoragePool:
        enabled = fields.pop("enabled", None)
        return super().update(
            id, **fields, **({"state": "Up" if enabled else "Disabled"} if enabled is not None else {})
        )


class Shelf(FakeCloud):
    """A zone with the given pool. ends: the state that entering maintenance leads to, after a sleep of the clock."""

    def __init__(self, *held: StoragePool, ends: str = "Maintenance", stores: tuple[ImageStore, ...] = ()) -> None:
        super().__init__()
        self.zones = Memory(Zone, Zone("z", "z1"))
        self.pods = Memory(Pod, Pod("p", "p1", "z"))
        self.clusters = Memory(Cluster, Cluster("c", "c1", "z", "p"))
        self.storage_pools = Pools(StoragePool, *held)
        self.image_stores = Memory(ImageStore, *stores)
        self.ends = ends
        self.done: list[str] = []
        self.asked: list[tuple[str, bool]] = []
        self.refuse = False
        self.clock.on_sleep = lambda now: self.settle()

    def settle(self) -> None:
        for pool in list(self.storage_pools.rows.values()):
            if pool.state == "PrepareForMaintenance":
                self.storage_pools.rows[pool.id] = dataclasses.replace(pool, state=self.ends)

    def act(self, action: str, id: str) -> None:
        self.done.append(action)
        state = "PrepareForMaintenance" if action == ENTER else "Up"
        self.storage_pools.rows[id] = dataclasses.replace(self.storage_pools.rows[id], state=state)

    def pool(self, wanted: Any = None, state: Any = "present", check: bool = False, **more: Any) -> Outcome:
        fields = {"name": "ps1", **more}
        return ensure_pool(self.port, "z1", {}, fields, state, check, wanted, care=self.care)

    @property
    def care(self) -> Care:
        return Care(self.guard, self.prepare)

    def prepare(self, _cloud: object, pool: StoragePool) -> StoragePool:
        if pool.state == "Disabled":
            self.storage_pools.update(pool.id, enabled=True)
        self.act(ENTER, pool.id)
        return self.storage_pools.rows[pool.id]

    def guard(self, _cloud: object, pool: StoragePool, removed: bool) -> None:
        self.asked.append((pool.state, removed))
        if self.refuse:
            raise Refused("storage pool ps1", [Reason("vm_stops", "web1 would stop", "ask")])


def held(state: str = "Up") -> StoragePool:
    return StoragePool("1", "ps1", "z", state=state, storage_tags=("ssd", "perf"), scope="CLUSTER")


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("state", "wanted", "goal", "actions", "updates"),
    [
        ("Up", "maintenance", "Maintenance", [ENTER], 0),
        ("Disabled", "maintenance", "Maintenance", [ENTER], 1),
        ("PrepareForMaintenance", "maintenance", "Maintenance", [], 0),
        ("ErrorInMaintenance", "maintenance", "Maintenance", [ENTER], 0),
        ("Maintenance", "enabled", "Up", [LEAVE], 0),
        ("ErrorInMaintenance", "enabled", "Up", [LEAVE], 0),
        ("Maintenance", "disabled", "Disabled", [LEAVE], 1),
    ],
)
def test_each_way_and_its_prediction(
    state: str, wanted: str, goal: str, actions: list[str], updates: int, check: bool
) -> None:
    shelf = Shelf(held(state))
    outcome = shelf.pool(wanted, check=check)
    assert (outcome.before, outcome.after) == ({"state": state}, {"state": goal})
    assert outcome.result["state"] == (state if check else goal)
    assert (shelf.done, len(shelf.storage_pools.writes)) == (([], 0) if check else (actions, updates))
    assert shelf.pool(wanted, check=check).changed is check


def test_a_pool_that_fails_to_enter_maintenance_is_refused_and_not_removed() -> None:
    for state in ("present", "absent"):
        shelf = Shelf(held(), ends="ErrorInMaintenance")
        with pytest.raises(Refused, match="ErrorInMaintenance instead of Maintenance"):
            shelf.pool("maintenance", state=state)
        assert shelf.storage_pools.writes == []


@pytest.mark.parametrize(("state", "actions"), [("Up", [ENTER]), ("Maintenance", [])])
def test_a_pool_is_removed_from_maintenance(state: str, actions: list[str]) -> None:
    shelf = Shelf(held(state))
    assert shelf.pool(state="absent", check=True).changed
    assert (shelf.done, shelf.storage_pools.writes) == ([], [])
    assert shelf.pool(state="absent").changed
    assert (shelf.done, shelf.storage_pools.writes) == (actions, [("delete", "1", {})])
    assert not shelf.pool(state="absent").changed


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("state", "wanted"), [("present", "maintenance"), ("absent", None)])
def test_the_guard_is_asked_before_anything_is_written(state: str, wanted: str | None, check: bool) -> None:
    shelf = Shelf(held())
    shelf.refuse = True
    with pytest.raises(Refused, match="web1 would stop"):
        shelf.pool(wanted, state=state, check=check, storage_tags=["new"])
    assert (shelf.asked, shelf.done, shelf.storage_pools.writes) == ([("Up", state == "absent")], [], [])


def test_the_guard_is_not_asked_where_no_vm_can_stop() -> None:
    shelf = Shelf(held("Maintenance"))
    assert shelf.pool("enabled").changed
    assert shelf.pool("disabled").changed
    assert shelf.asked == []


def test_tags_are_a_set() -> None:
    shelf = Shelf(held())
    assert not shelf.pool(storage_tags=["perf", "ssd"]).changed
    assert shelf.pool(storage_tags=["perf"]).after == {"storage_tags": ["perf"]}


@pytest.mark.parametrize("scope", ["zone", None])
def test_a_pool_of_a_zone_needs_a_hypervisor_and_one_of_a_cluster_the_cluster(scope: str | None) -> None:
    shelf = Shelf()
    with pytest.raises(InvalidValue, match="hypervisor"):
        shelf.pool(storage_url="nfs://192.0.2.9/a", scope=scope)
    with pytest.raises(InvalidValue, match="scope"):
        shelf.pool(storage_url="nfs://192.0.2.9/a", scope="cluster")
    assert shelf.storage_pools.writes == []


def test_a_pool_of_another_address_is_refused() -> None:
    shelf = Shelf(dataclasses.replace(held(), ip_address="192.0.2.9", path="/a"))
    assert not shelf.pool(storage_url="nfs://192.0.2.9/a").changed
    with pytest.raises(Refused, match="path is '/a'"):
        shelf.pool(storage_url="nfs://192.0.2.9/b")


def test_a_missing_zone_predicts_no_secret_of_a_url() -> None:
    shelf = Shelf()
    fields = {"name": "ps1", "storage_url": "rbd://user:S3cret@192.0.2.9/pool"}
    outcome = ensure_pool(shelf.port, "z9", {}, fields, "present", True, care=shelf.care)
    assert outcome.changed
    assert "S3cret" not in f"{outcome}"


@pytest.mark.parametrize("check", [False, True])
def test_an_image_store_is_made_anew_only_where_that_is_asked_for(check: bool) -> None:
    store = ImageStore("1", "sec", "z", url="nfs://192.0.2.9/a", provider="NFS")
    shelf = Shelf(stores=(store,))
    wanted = {"name": "sec", "url": "nfs://192.0.2.9/b", "provider": "NFS"}
    with pytest.raises(Refused, match="url"):
        ensure_image_store(shelf.port, "z1", wanted, "present", check)
    outcome = ensure_image_store(shelf.port, "z1", wanted, "present", check, recreate=True)
    assert (outcome.before["url"], outcome.after["url"]) == ("nfs://192.0.2.9/a", "nfs://192.0.2.9/b")
    assert [verb for verb, _id, _fields in shelf.image_stores.writes] == ([] if check else ["delete", "create"])
    assert ensure_image_store(shelf.port, "z1", wanted, "present", check, recreate=True).changed is check
