# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_storage_pool stops no VM: its maintenance and removal are refused while VMs of users have volumes on the pool."""

from __future__ import annotations

from typing import Any

import pytest
from contract.storage.conftest import Store, row
from contract.tasks import writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from sandbox.rules import life

MODULE = "cs_storage_pool"


def refused(store: Store, check: bool = False, **given: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        store.perform(MODULE, check, name="ps1", **given)
    assert all(reason.remedy for reason in caught.value.reasons)
    return [(reason.code, str(reason.facts.get("vm", ""))) for reason in caught.value.reasons]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("disabled", [True, False])
def test_a_maintenance_that_stops_vms_is_refused_before_anything_else(
    store: Store, check: bool, disabled: bool
) -> None:
    if disabled:
        store.site.api.ok("updateStoragePool", id=store.site.pool, enabled="false")
        store.server.calls.clear()
    kept = ("state", "tags", "path", "capacitybytes")  # The server measures the rest at any time.
    before = [store.pool("ps1").get(name) for name in kept]
    found = refused(store, check, allocation_state="maintenance", storage_tags=["new"])
    assert found == [("vm_stops", name) for name in sorted(store.vms)]
    assert (writes(store.server), [store.pool("ps1").get(name) for name in kept]) == ([], before)
    assert set(store.states().values()) == {"Running"}


def test_the_remedy_is_the_module_that_requires_consent_and_starts_the_vms_again(store: Store) -> None:
    with pytest.raises(Refused, match="cs_storage_maintenance with consent"):
        store.perform(MODULE, name="ps1", allocation_state="maintenance")
    store.perform("cs_storage_maintenance", pool="ps1", consent=["all"])
    # It is there already: nothing is left to consent to.
    assert not store.perform(MODULE, name="ps1", allocation_state="maintenance").changed


@pytest.mark.parametrize("check", [True, False])
def test_a_removal_is_refused_with_the_vms_and_with_the_volumes(store: Store, check: bool) -> None:
    assert refused(store, check, state="absent") == [
        *(("vm_stops", name) for name in sorted(store.vms)),
        ("volumes", ""),
    ]
    assert writes(store.server) == []
    assert store.pool("ps1")["state"] == "Up"


def test_a_pool_with_volumes_of_stopped_vms_enters_maintenance_and_is_not_removed(store: Store) -> None:
    store.change(lambda world: [life.stop(world, row(world, name)) for name in store.vms])
    assert refused(store, state="absent") == [("volumes", "")]
    assert store.pool("ps1")["state"] == "Up"
    assert store.perform(MODULE, name="ps1", allocation_state="maintenance").result["state"] == "Maintenance"
    assert refused(store, state="absent") == [("volumes", "")]


def test_an_empty_pool_is_removed(store: Store) -> None:
    assert store.perform(MODULE, name="ps2", state="absent").changed
    assert not store.site.api.ok("listStoragePools", name="ps2").get("storagepool")
