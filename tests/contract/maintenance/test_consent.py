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
from sandbox.rules import life

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


def test_a_vm_that_is_stopped_is_no_stranger(scene: Scene) -> None:
    """By its name and its id; nor is a router, which is of another kind than users' VMs."""
    name = vm_name(scene)
    router = str(scene.site.api.ok("listRouters", listall="true")["router"][0]["name"])
    vm_id = str(scene.site.api.ok("listVirtualMachines", listall="true")["virtualmachine"][0]["id"])
    scene.server.run(lambda world: life.stop(world, scene._vm(world)))
    for known in (name, vm_id, router):
        plan: Any = perform(scene.cloud, "cs_maintenance_plan", cluster="c1", zone="z1", consent=[known])
        assert [each for each in plan.warnings if "consent names" in each] == []
    told = scene("cs_maintenance", True, consent=[name, "gone"]).warnings
    assert [each for each in told if "consent names" in each] == [
        "consent names gone, but no VM on cluster c1 has such a name or id"
    ]


def test_a_vm_of_another_cluster_is_no_stranger(scene: Scene) -> None:
    """The role gives one list to every cluster that it rolls."""
    zone = str(scene.site.api.ok("listZones")["zone"][0]["id"])
    pod = str(scene.site.api.ok("listPods")["pod"][0]["id"])
    asked = {"zoneid": zone, "podid": pod, "clustername": "c2", "clustertype": "CloudManaged"}
    scene.site.api.ok("addCluster", **asked, hypervisor="Simulator")
    plan: Any = perform(scene.cloud, "cs_maintenance_plan", cluster="c2", zone="z1", consent=[vm_name(scene), "gone"])
    assert [each for each in plan.warnings if "consent names" in each] == [
        "consent names gone, but no VM on cluster c2 has such a name or id"
    ]


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
