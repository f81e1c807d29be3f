# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image stores browsed and emptied."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.storage.conftest import Store, store_of
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    NotFound,
    Refused,
    TransportError,
    Unsupported,
    WaitTimeout,
)
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.storage import ImageStore

MODULE = "cs_image_store_migration"


def image(world: World, name: str) -> ImageStore:
    return next(store for store in world.image_stores if store.name == name)


def with_two(store: Store) -> Store:
    """Two image stores, with two templates on the first."""
    store.site.api.ok("addImageStore", name="sec2", provider="NFS", url="nfs://10.0.0.9/sec2", zoneid=store.site.zone)
    store.change(lambda world: image(world, "sec1").templates.update([each.id for each in world.templates][:2]))
    store.server.calls.clear()
    return store


@pytest.fixture
def stores(store: Store) -> Store:
    return with_two(store)


def held(store: Store, name: str) -> int:
    return store.server.run(lambda world: len(image(world, name).templates))


@pytest.mark.since("4.19", raises=(Unsupported, AssertionError))
def test_a_store_is_emptied_and_stays_read_only(stores: Store) -> None:
    done: Any = twice(stores.cloud, MODULE, zone="z1", source="sec1", destinations=["sec2"])
    assert len(done.result["items"]) == 2
    assert (held(stores, "sec1"), held(stores, "sec2")) == (0, 2)
    assert stores.server.run(lambda world: image(world, "sec1").readonly)


@pytest.mark.since("4.15")
@pytest.mark.parametrize("listed", [True, False])
def test_uploaded_volumes_move_after_a_run_that_was_stopped(stores: Store, listed: bool) -> None:
    """The store is read-only by then. A further run asks the server again and is no change."""

    def stopped(world: World) -> None:
        image(world, "sec1").readonly = True
        image(world, "sec1").uploaded.add("volume")
        if not listed:
            image(world, "sec1").templates.clear()

    stores.change(stopped)
    sent = {"source": "sec1", "destinations": ["sec2"]}
    assert stores.perform(MODULE, **sent).changed
    assert not stores.perform(MODULE, **sent).changed
    assert stores.server.run(lambda world: (image(world, "sec1").uploaded, image(world, "sec2").uploaded)) == (
        set(),
        {"volume"},
    )
    assert writes(stores.server) == ["migrateSecondaryStorageData"] * 2


@pytest.mark.since("4.15")
def test_a_lost_answer_is_an_error_where_nothing_is_listed(stores: Store) -> None:
    stores.change(lambda world: image(world, "sec1").templates.clear())
    stores.server.faults.add("migrateSecondaryStorageData", "drop_after")
    with pytest.raises(TransportError, match=UNKNOWN):
        stores.perform(MODULE, source="sec1", destinations=["sec2"])


@pytest.mark.since("4.19")
def test_one_template_moves_and_the_store_stays_open(stores: Store) -> None:
    name = stores.server.run(lambda world: next(iter(world.templates)).name)
    sent = {"source": "sec1", "destinations": ["sec2"], "items": [name]}
    twice(stores.cloud, MODULE, zone="z1", **sent)
    assert (held(stores, "sec1"), held(stores, "sec2")) == (1, 1)
    with pytest.raises(NotFound):
        stores.perform(MODULE, **{**sent, "items": ["nothing"]})
    assert not stores.server.run(lambda world: image(world, "sec1").readonly)


@pytest.mark.since("4.15")
def test_what_the_server_would_take_and_not_do_is_refused(stores: Store) -> None:
    stores.change(lambda world: setattr(image(world, "sec2"), "readonly", True) or True)
    with pytest.raises(Refused) as caught:
        stores.perform(MODULE, source="sec1", destinations=["sec2", "sec1"])
    assert {reason.code for reason in caught.value.reasons} == {"read_only", "same_store"}
    assert writes(stores.server) == []

    def small(world: World) -> None:
        image(world, "sec2").readonly, image(world, "sec2").capacity, image(world, "sec2").used = False, 10, 5
        # Before 4.19, no more is known than what the source holds.
        image(world, "sec1").capacity, image(world, "sec1").used = 100, 50

    stores.change(small)
    stores.cloud.image_stores.forget()
    with pytest.raises(Refused) as caught:
        stores.perform(MODULE, source="sec1", destinations=["sec2"])
    assert [reason.code for reason in caught.value.reasons] == ["no_space"]


def fails_and_finishes(stores: Store, error: type[Exception], said: str | None = None) -> None:
    with pytest.raises(error, match=said):
        stores.perform(MODULE, source="sec1", destinations=["sec2"])
    assert held(stores, "sec1") == 2
    stores.perform(MODULE, source="sec1", destinations=["sec2"])
    assert (held(stores, "sec1"), held(stores, "sec2")) == (0, 2)


@pytest.mark.since("4.15")
def test_a_migration_that_fails_is_an_error_and_a_second_run_finishes(stores: Store) -> None:
    stores.server.faults.add("migrateSecondaryStorageData", "job_failed")
    fails_and_finishes(stores, ApiError)


@pytest.mark.since("4.19", raises=(Unsupported, TransportError))
def test_what_is_left_is_an_error_and_a_second_run_finishes(stores: Store) -> None:
    stores.server.faults.add("migrateSecondaryStorageData", "drop")
    fails_and_finishes(stores, Refused)


UNKNOWN = "does not show whether the contents were moved"


@pytest.mark.since("4.15")
def test_a_lost_answer_is_an_error_where_nothing_tells_what_was_moved(stores: Store) -> None:
    stores.server.faults.add("migrateSecondaryStorageData", "drop_after")
    with pytest.raises(TransportError, match=UNKNOWN):
        stores.perform(MODULE, source="sec1", destinations=["sec2"], policy="balance")


def test_before_4_19_a_lost_answer_is_an_error(connect: Connect) -> None:
    """The server does not list what is on a store."""
    with Sandbox(seed=1, speed=10.0, version="4.18") as server:
        older = with_two(store_of(server, connect))
        server.faults.add("migrateSecondaryStorageData", "drop")
        fails_and_finishes(older, TransportError, UNKNOWN)


@pytest.mark.parametrize("items", [None, ["anything"]])
def test_before_4_15_check_mode_foretells_no_migration(connect: Connect, items: list[str] | None) -> None:
    with Sandbox(seed=1, speed=10.0, version="4.11") as server:
        older = with_two(store_of(server, connect))
        with pytest.raises(Unsupported, match="migrate"):
            older.perform(MODULE, True, source="sec1", destinations=["sec2"], items=items)


@pytest.mark.since("4.19", raises=(Unsupported, TransportError))
def test_a_migration_whose_answer_was_lost_is_waited_for(stores: Store) -> None:
    stores.server.run(lambda world: world.durations.update(migrateSecondaryStorageData=5))
    stores.server.faults.add("migrateSecondaryStorageData", "drop_after")
    assert stores.perform(MODULE, source="sec1", destinations=["sec2"]).changed
    assert (held(stores, "sec1"), held(stores, "sec2")) == (0, 2)
    assert writes(stores.server).count("migrateSecondaryStorageData") == 1


@pytest.mark.since("4.15")
def test_a_migration_that_outlives_its_limit_is_told(stores: Store, connect: Connect) -> None:
    cloud = Gateway(connect(stores.server, job_timeout=100))
    stores.server.run(lambda world: world.durations.update(migrateSecondaryStorageData=10**6))
    stores.server.faults.add("migrateSecondaryStorageData", "drop_after")
    with pytest.raises(WaitTimeout, match="migration off image store sec1 to end; last seen: under way"):
        perform(cloud, MODULE, source="sec1", destinations=["sec2"], zone="z1")


@pytest.mark.since("4.19")
def test_a_store_is_browsed(stores: Store) -> None:
    files = {"template/tmpl/1/template.properties": 5, "template/tmpl/1/a.qcow2": 70, "volumes": 3}
    stores.change(lambda world: image(world, "sec1").files.update(files) or True)
    top: Any = stores.perform("cs_storage_objects_info", image_store="sec1").result["objects"]
    assert {each["name"]: each["directory"] for each in top} == {"template": True, "volumes": False}
    inner: Any = stores.perform("cs_storage_objects_info", image_store="sec1", path="template/tmpl/1").result["objects"]
    assert {each["name"]: each["size"] for each in inner} == {"template.properties": 5, "a.qcow2": 70}


@pytest.mark.since("4.15", raises=AssertionError)
def test_free_space_is_told(stores: Store) -> None:
    stores.change(lambda world: setattr(image(world, "sec1"), "capacity", 100) or True)
    found: Any = stores.perform("cs_image_store_info", name="sec1").result["image_stores"]
    assert (found[0]["disk_size_total"], found[0]["disk_size_used"]) == (100, 0)
