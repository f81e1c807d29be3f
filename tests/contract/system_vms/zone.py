# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests about system VMs work on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contract.clock import SharedClock
from contract.conftest import Connect
from contract.tasks import perform
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from sandbox.rules import system_vms
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.vms import CONSOLE_PROXY, STORAGE_VM, Vm
from unit.sandbox.client import Api
from unit.sandbox.site import Site

PROXY, STORAGE = "consoleproxy", "secondarystoragevm"


@dataclass
class Zone:
    """names: of the system VMs at the beginning, by kind."""

    server: Sandbox
    site: Site
    cloud: Gateway
    clock: FakeClock
    names: dict[str, str]

    def ensure(self, check_mode: bool = False, **arguments: Any) -> Outcome:
        return perform(self.cloud, "cs_system_vm", check_mode, **arguments)

    def info(self, **arguments: Any) -> Any:
        return perform(self.cloud, "cs_system_vm_info", **arguments).result

    def listed(self) -> dict[str, dict[str, Any]]:
        found: list[dict[str, Any]] = self.site.api.ok("listSystemVms").get("systemvm", [])
        return {vm["name"]: vm for vm in found}

    def one(self, kind: str) -> dict[str, Any]:
        return next(vm for vm in self.listed().values() if vm["systemvmtype"] == kind)

    def template(self, kind: str) -> str:
        """The name of its template."""

        def named(world: World) -> str:
            return world.templates[self.row(world, kind).template_id].name

        return self.server.run(named)

    def stop(self, kind: str) -> None:
        self.site.api.done("stopSystemVm", id=self.one(kind)["id"])
        self.server.calls.clear()

    def second(self, kind: str) -> str:
        """Another system VM of a kind, as the server makes when many are needed."""
        row = {PROXY: CONSOLE_PROXY, STORAGE: STORAGE_VM}[kind]

        def make(world: World) -> str:
            return system_vms.make(world, next(iter(world.zones)), row).name

        return self.server.run(make)

    def change(self, act: Callable[[World], None]) -> None:
        self.server.run(act)

    def row(self, world: World, kind: str) -> Vm:
        found = world.vms.first(kind={PROXY: CONSOLE_PROXY, STORAGE: STORAGE_VM}[kind])
        assert found is not None
        return found


def open_zone(server: Sandbox, connect: Connect, public: str = "") -> Zone:
    """public: three bytes of another range of public addresses."""
    server.run(lambda world: world.durations.update({"system VMs": 0.01, "replacement": 0.02, "system VM agent": 0.0}))
    site = Site(Api(server), public=public)
    site.api.becomes(lambda: len(site.api.ok("listSystemVms").get("systemvm", [])), 2)
    clock = SharedClock(server)
    clock.time = time.time() - (clock.wall() - clock.time)
    zone = Zone(server, site, Gateway(connect(server, clock=clock)), clock, {})
    zone.names.update({vm["systemvmtype"]: name for name, vm in zone.listed().items()})
    server.calls.clear()
    return zone
