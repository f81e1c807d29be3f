# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests about storage work on: a cluster with two pools and VMs on the first one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from contract.clock import SharedClock
from contract.conftest import Connect
from contract.tasks import perform
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.storage import StoragePool
from sandbox.world.vms import USER, Vm
from unit.sandbox.client import Api
from unit.sandbox.site import Site


@dataclass
class Store:
    """vms: names of those on pool ps1, by the order of their start. other: id of ps2 in the same cluster."""

    server: Sandbox
    site: Site
    cloud: Gateway
    clock: FakeClock
    other: str
    vms: list[str]

    def perform(self, module: str, check_mode: bool = False, **arguments: Any) -> Outcome:
        return perform(self.cloud, module, check_mode, zone="z1", **arguments)

    def change(self, act: Callable[[World], object]) -> None:
        """Somebody else changes it, so it is seen by a new connection only."""
        self.server.run(lambda world: act(world) and None)

    def pool(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.site.api.ok("listStoragePools", name=name)["storagepool"][0]
        return found

    def states(self) -> dict[str, str]:
        """Of the users' VMs."""
        found: list[dict[str, Any]] = self.site.api.ok("listVirtualMachines", listall="true")["virtualmachine"]
        return {vm["displayname"]: vm["state"] for vm in found}

    def on(self, pool: str) -> list[str]:
        """Names of the users' volumes on a pool."""
        found = self.site.api.ok("listVolumes", storageid=pool, listall="true").get("volume", [])
        return sorted(volume["vmdisplayname"] for volume in found)

    def notes(self) -> list[str]:
        return [note.text for note in self.cloud.notes.all("PRIMARY_STORAGE", self.site.pool)]


def row(world: World, name: str) -> Vm:
    return next(vm for vm in world.vms if vm.kind == USER and name in (vm.name, vm.display_name))


def pool_row(world: World, name: str) -> StoragePool:
    return next(pool for pool in world.storage_pools if pool.name == name)


@pytest.fixture
def store(sandbox: Sandbox, connect: Connect) -> Store:
    return store_of(sandbox, connect)


def store_of(sandbox: Sandbox, connect: Connect) -> Store:
    site = Site(Api(sandbox))
    network = str(site.network()["id"])
    made = [site.deploy(network) for _number in range(3)]
    place = {"zoneid": site.zone, "podid": site.pod, "clusterid": site.cluster}
    other = str(site.api.ok("createStoragePool", name="ps2", url="nfs://10.0.0.9/ps2", **place)["storagepool"]["id"])
    clock = SharedClock(sandbox)
    names = [
        str(site.api.ok("listVirtualMachines", id=vm, listall="true")["virtualmachine"][0]["displayname"])
        for vm in made
    ]
    sandbox.calls.clear()
    return Store(sandbox, site, Gateway(connect(sandbox, clock=clock)), clock, other, names)
