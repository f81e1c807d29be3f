# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in consent that no VM has: a warning, or a reason beside those of a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from contract.maintenance.test_ended_by_cs_host import Scene, scene
from contract.storage.conftest import Store, store
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused

__all__ = ["scene", "store"]


def vm_name(scene: Scene) -> str:
    return str(scene.site.api.ok("listVirtualMachines", listall="true")["virtualmachine"][0]["name"])


def test_a_misspelled_name_is_told_beside_the_refusal(scene: Scene) -> None:
    name = vm_name(scene)
    with pytest.raises(Refused) as caught:
        scene("cs_maintenance", consent=[f"{name}x"])
    *_others, last = caught.value.reasons
    assert last.code == "consent_unknown"
    assert f"consent names {name}x, but no VM on cluster c1 has such a name or id" in last.message
    assert last.message.endswith(f"VMs that it can permit to stop there: {name}")


def test_a_name_too_many_is_a_warning(scene: Scene) -> None:
    name = vm_name(scene)
    for check in (True, False):
        warning = scene("cs_maintenance", check, consent=[name, "gone"]).warnings[0]
        assert warning.startswith("consent names gone, but no VM on cluster c1 ")
    assert scene.vm() == "Stopped"
    # Nothing is left to do or to consent to.
    assert scene("cs_maintenance", consent=[name, "gone"]).changed is False


@pytest.mark.parametrize("consent", [["all"], [], ["all", "all"]])
def test_consent_to_all_or_nothing_names_no_stranger(scene: Scene, consent: list[str]) -> None:
    plan: Any = perform(scene.cloud, "cs_maintenance_plan", cluster="c1", zone="z1", consent=consent)
    assert [each for each in plan.warnings if "consent names" in each] == []


def test_a_plan_of_the_cluster_tells_it_too(scene: Scene) -> None:
    plan: Any = perform(scene.cloud, "cs_maintenance_plan", cluster="c1", zone="z1", consent=["gone"])
    assert [each for each in plan.warnings if each.startswith("consent names gone, but no VM on cluster c1")]


@pytest.mark.parametrize("module", ["cs_storage_maintenance", "cs_volume_migration"])
def test_storage(store: Store, module: str) -> None:
    first = store.vms[0]
    with pytest.raises(Refused) as caught:
        store.perform(module, pool="ps1", consent=[first, "gone"])
    assert caught.value.reasons[-1].code == "consent_unknown"
    told, _colon, others = str(caught.value.reasons[-1].message).partition("VMs that it can permit to stop there: ")
    assert told.endswith("no VM on storage pool ps1 has such a name or id; ")
    assert first in others.split(", ")
    (warning,) = store.perform(module, pool="ps1", consent=["all", "gone"]).warnings
    assert warning.startswith("consent names gone, ")
