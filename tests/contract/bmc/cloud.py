# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of two KVM hosts, each with a controller in the server's memory whose switch takes its agent along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contract.conftest import Connect
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.rules import host_states
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.hosts import Host
from sandbox.world.security import Bmc
from unit.sandbox.client import Api
from unit.sandbox.site import Site

USER, PASSWORD = "admin", "sesame1"
ADDRESSES = {"kvm1": "192.0.2.201", "kvm2": "192.0.2.202"}


@dataclass
class Lab:
    """What the tests about controllers work on. bmcs: by the name of their host."""

    server: Sandbox
    site: Site
    cloud: Gateway
    clock: FakeClock
    cluster: str
    hosts: dict[str, str]
    bmcs: dict[str, Bmc]

    def row(self, world: World, name: str) -> Host:
        found = world.hosts.by_uuid(self.hosts[name])
        assert found is not None
        return found

    def configured(self, name: str, password: str = PASSWORD, **changes: str) -> None:
        """Configured and enabled behind the modules' back."""
        sent = {"driver": "ipmitool", "address": ADDRESSES[name], "port": "623", "username": USER, "password": password}
        self.site.api.ok("configureOutOfBandManagement", hostid=self.hosts[name], **{**sent, **changes})
        self.site.api.done("enableOutOfBandManagementForHost", hostid=self.hosts[name])
        self.server.calls.clear()

    def maintenance(self, name: str) -> None:
        self.server.run(lambda world: setattr(self.row(world, name), "resource_state", "Maintenance"))

    def held(self, name: str) -> tuple[str, str, str, bool]:
        """Address, user, password and switch as the server keeps them."""

        def look(world: World) -> tuple[str, str, str, bool]:
            its = world.out_of_band[self.row(world, name).id]
            return its.address, its.username, its.password, its.enabled

        return self.server.run(look)


def lab(server: Sandbox, connect: Connect) -> Iterator[Lab]:
    """With a server whose own waits take a moment."""
    site = Site(Api(server))
    cluster, hosts = site.hypervisors("kvm-a", "KVM", ADDRESSES)
    place = {"zoneid": site.zone, "podid": site.pod, "clusterid": cluster}
    pool = {"name": "nfs1", "url": "nfs://10.0.0.8/nfs1", **place}
    site.api.ok("createStoragePool", **pool)
    bmcs = {name: Bmc(USER, PASSWORD) for name in ADDRESSES}
    clock = FakeClock()
    made_lab = Lab(server, site, Gateway(connect(server, clock=clock)), clock, cluster, hosts, bmcs)

    def arrange(world: World) -> None:
        world.durations.update({"reconnection": 0.01, "host HA": 0.01})
        for name, bmc in bmcs.items():
            host = made_lab.row(world, name)

            def switched(action: str, host: Host = host, bmc: Bmc = bmc) -> None:
                if action in ("RESET", "CYCLE") or bmc.power == "Off":
                    host_states.lose(world, host)
                if bmc.power == "On" and host.lost:
                    host_states.found(world, host)

            bmc.switched = switched
            world.bmcs[ADDRESSES[name], "623"] = bmc
            world.bmcs[ADDRESSES[name], "443"] = bmc

    server.run(arrange)
    server.calls.clear()
    yield made_lab
