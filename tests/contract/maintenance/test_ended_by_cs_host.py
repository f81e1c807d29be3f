# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance of cs_maintenance that cs_host ends, one whose end fails, and one that began long ago."""

from __future__ import annotations

from typing import Any

import pytest
from contract.clock import SharedClock
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance import marks
from sandbox.rules import life
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.vms import USER, Vm
from unit.sandbox.client import Api
from unit.sandbox.site import Site

from ..conftest import Connect


class Scene:
    """A host with a VM that cannot be moved, which a maintenance stops."""

    def __init__(self, server: Sandbox, connect: Connect) -> None:
        self.server, self.connect = server, connect
        self.site = Site(Api(server))
        self.site.deploy(str(self.site.network()["id"]))
        server.run(lambda world: world.durations.update(migration=0) or self._pin(world))
        vm: dict[str, Any] = self.site.api.ok("listVirtualMachines", listall="true")["virtualmachine"][0]
        self.host, self.host_id = str(vm["hostname"]), str(vm["hostid"])
        self.clock = SharedClock(server)
        self.cloud = Gateway(connect(server, clock=self.clock))

    @staticmethod
    def _vm(world: World) -> Vm:
        return next(vm for vm in world.vms if vm.kind == USER)

    def _pin(self, world: World) -> None:
        world.volume_marks[self._vm(world).id] = "local"

    def __call__(self, module: str, check: bool = False, **arguments: Any) -> Outcome:
        self.cloud = Gateway(self.connect(self.server, clock=self.clock))
        return perform(self.cloud, module, check, zone="z1", name=self.host, **arguments)

    def maintenance(self) -> None:
        self("cs_maintenance", consent=["all"])
        assert self.vm() == "Stopped"

    def vm(self) -> str:
        return self.server.run(lambda world: self._vm(world).state)

    def host_state(self) -> str:
        return str(self.site.api.ok("listHosts", id=self.host_id)["host"][0]["resourcestate"])

    def notes(self) -> list[str]:
        return [note.text for note in self.cloud.notes.all("HOST", self.host_id)]


@pytest.fixture
def scene(sandbox: Sandbox, connect: Connect) -> Scene:
    return Scene(sandbox, connect)


@pytest.mark.parametrize("state", ["enabled", "disabled"])
def test_what_it_stopped_is_told_and_not_started_at_another_end(scene: Scene, state: str) -> None:
    """Its owner starts the VM, stops it for good, and weeks later there is another maintenance of the host."""
    scene.maintenance()
    foretold = scene("cs_host", True, allocation_state=state)
    assert marks.BEFORE + "Enabled" in scene.notes()
    done = scene("cs_host", allocation_state=state)
    assert foretold.warnings == done.warnings
    assert "its maintenance stopped VMs that are not started" in done.warnings[0]
    assert scene.notes() == []
    scene.site.api.done("startVirtualMachine", id=scene.server.run(lambda world: scene._vm(world).uuid))
    scene.server.run(lambda world: life.stop(world, scene._vm(world)))
    scene("cs_host", allocation_state="maintenance")
    assert not scene("cs_maintenance", state="enabled").result["started"]
    assert (scene.vm(), scene.host_state()) == ("Stopped", "Enabled")


def test_a_mark_of_one_that_was_ended_in_cloudstack_does_not_outlive_the_next(scene: Scene) -> None:
    scene("cs_host", allocation_state="disabled")
    scene.maintenance()
    scene.site.api.done("cancelHostMaintenance", id=scene.host_id)
    assert scene("cs_host", allocation_state="maintenance").warnings == ()
    scene("cs_maintenance", state="enabled")
    assert (scene.vm(), scene.host_state()) == ("Stopped", "Enabled")


def test_a_run_at_work_keeps_its_mark(scene: Scene) -> None:
    scene.maintenance()
    lock = 'hostcraft.lock {"token":"t1","who":"ann","job":"42","place":"","lease":900,"since":0}'
    scene.cloud.notes.add("CLUSTER", scene.site.cluster, lock)
    told = scene("cs_host", allocation_state="enabled").warnings
    assert "was not removed: ann has held its lock" in told[0]
    assert marks.BEFORE + "Enabled" in scene.notes()


def test_one_whose_end_fails_is_in_its_maintenance_still(scene: Scene) -> None:
    """Somebody ends it in CloudStack then."""
    scene.maintenance()
    scene.server.faults.add("cancelHostMaintenance", "job_failed", text="no agent", times=9)
    with pytest.raises(ApiError, match="no agent"):
        scene("cs_maintenance", state="enabled")
    scene.server.faults.clear()
    assert marks.OPEN not in scene.notes()
    assert marks.BEFORE + "Enabled" in scene.notes()


@pytest.mark.parametrize("days", [1, 30])
def test_the_age_of_a_maintenance_is_told(scene: Scene, days: int) -> None:
    scene.maintenance()
    written = scene.cloud.notes.all("HOST", scene.host_id)[0].at
    assert written is not None
    scene.clock.epoch = written + days * 86400
    foretold = scene("cs_maintenance", True, state="enabled")
    done = scene("cs_maintenance", state="enabled")
    assert foretold.result["maintenance_since"] == done.result["maintenance_since"]
    assert str(done.result["maintenance_since"]).endswith("Z")
    aged = [each for each in done.warnings if "its end starts" in each]
    assert aged == [each for each in foretold.warnings if "its end starts" in each]
    assert len(aged) == (1 if days > 7 else 0)
    assert scene.vm() == "Running"
