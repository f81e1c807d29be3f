# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HA VMs that did not come back after an outage."""

from __future__ import annotations

import time
from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.rules import life
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.vms import USER
from unit.sandbox.client import Api
from unit.sandbox.site import Site


def ha_vms(server: Sandbox, site: Site, count: int) -> list[str]:
    network = str(site.network()["id"])
    made = [site.deploy(network) for _number in range(count)]

    def mark(world: World) -> None:
        for vm in world.vms:
            if vm.kind == USER:
                vm.ha, vm.name, vm.display_name = True, f"vm{made.index(vm.uuid)}", f"vm{made.index(vm.uuid)}"

    server.run(mark)
    return made


def later(server: Sandbox, seconds: float) -> None:
    server.run(lambda world: setattr(world, "time", lambda: time.time() + seconds))


def seen(connect: Connect, server: Sandbox) -> dict[str, str]:
    found: Any = perform(Gateway(connect(server)), "cs_ha_info", zone="z1").result["not_back"]
    return {each["vm"]: each["code"] for each in found}


@pytest.mark.since("4.17", raises=AssertionError)
def test_what_an_outage_left_down_is_told_and_what_a_user_stopped_is_not(sandbox: Sandbox, connect: Connect) -> None:
    site = Site(Api(sandbox))
    made = ha_vms(sandbox, site, 3)
    assert seen(connect, sandbox) == {}
    site.api.done("stopVirtualMachine", id=made[0])

    def outage(world: World) -> None:
        for vm in world.vms:
            if vm.uuid == made[1]:
                life.stop(world, vm)

    sandbox.run(outage)
    assert seen(connect, sandbox) == {"vm1": "not_restarted"}
    later(sandbox, 5.0)
    site.api.done("startVirtualMachine", id=made[0])
    assert seen(connect, sandbox) == {"vm1": "not_restarted"}
    # What a user has stopped once and started again is expected back.
    later(sandbox, 10.0)
    sandbox.run(lambda world: life.stop(world, next(vm for vm in world.vms if vm.uuid == made[0])))
    assert seen(connect, sandbox) == {"vm0": "not_restarted", "vm1": "not_restarted"}
    later(sandbox, 15.0)
    site.api.done("startVirtualMachine", id=made[0])
    sandbox.run(lambda world: setattr(next(vm for vm in world.vms if vm.uuid == made[1]), "state", "Error"))
    assert seen(connect, sandbox) == {"vm1": "error_state"}


def test_a_pool_that_is_away_is_the_reason(sandbox: Sandbox, connect: Connect) -> None:
    site = Site(Api(sandbox))
    ha_vms(sandbox, site, 2)
    site.api.done("enableStorageMaintenance", id=site.pool)
    assert seen(connect, sandbox) == {"vm0": "pool_not_up", "vm1": "pool_not_up"}
    site.api.done("cancelStorageMaintenance", id=site.pool)
    assert seen(connect, sandbox) == {}


def test_a_vm_without_ha_is_not_expected_back(sandbox: Sandbox, connect: Connect) -> None:
    site = Site(Api(sandbox))
    ha_vms(sandbox, site, 1)

    def stop(world: World) -> None:
        for vm in [vm for vm in world.vms if vm.kind == USER]:
            vm.ha = False
            life.stop(world, vm)

    sandbox.run(stop)
    assert seen(connect, sandbox) == {}
