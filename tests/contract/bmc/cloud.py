# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of two KVM hosts, each with a controller in the server's memory whose switch takes its agent along.

A machine without power says nothing: the server shows it as Up until its pings have stayed away for `NOTICED` seconds
of the test's clock, and its agent is back `boot` seconds after the power.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

from contract.clock import SharedClock
from contract.conftest import Connect
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.rules import host_ha, host_states
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.hosts import Host
from sandbox.world.security import Bmc
from unit.sandbox.client import Api
from unit.sandbox.site import Site

USER, PASSWORD = "admin", "sesame1"
NOTICED, ROUND = 150.0, 60.0  # ping.interval × ping.timeout, ping.interval
ADDRESSES = {"kvm1": "192.0.2.201", "kvm2": "192.0.2.202"}


@dataclass
class Lab:
    """What the tests about controllers work on. bmcs: by the name of their host. boot: seconds."""

    server: Sandbox
    site: Site
    cloud: Gateway
    clock: FakeClock
    cluster: str
    hosts: dict[str, str]
    bmcs: dict[str, Bmc]
    connect: Connect
    boot: float = 100.0
    due: list[tuple[float, str, str]] = field(default_factory=list)

    def another(self) -> Gateway:
        """The connection of another run."""
        return Gateway(self.connect(self.server, clock=SharedClock(self.server)))

    def switched(self, world: World, name: str, action: str) -> None:
        """What follows a change of the power. Runs in the server."""
        host, on, now = self.row(world, name), self.bmcs[name].power == "On", self.clock.now()
        cut = action in ("RESET", "CYCLE") or not on
        if action == "STATUS" or not (cut or host.lost):
            return
        if cut:
            host_states.silence(host)
            self.due = [event for event in self.due if event[1] != name]
            self.due.append((now + NOTICED, name, "missed"))
        if on:
            self.due.append((now + self.boot, name, "booted"))

    def pass_time(self, now: float) -> None:
        """Everything that is due by the test's clock."""
        for event in sorted(event for event in self.due if event[0] <= now):
            self.due.remove(event)
            self.server.run(lambda world, event=event: self.happens(world, *event))

    def happens(self, world: World, at: float, name: str, what: str) -> None:
        host = self.row(world, name)
        if what == "booted":
            self.due = [event for event in self.due if event[1] != name]
            host.lost, host.state, host.last_pinged = False, "Up", world.now()
            return
        host_ha.miss(host, world.host_ha.get(host.id))
        if host.state == "Up":
            self.due.append((at + ROUND, name, what))

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
    clock = SharedClock(server)
    made_lab = Lab(server, site, Gateway(connect(server, clock=clock)), clock, cluster, hosts, bmcs, connect)

    def arrange(world: World) -> None:
        world.durations.update({"reconnection": 0.01, "host HA": 0.01})
        for name, bmc in bmcs.items():
            bmc.switched = functools.partial(made_lab.switched, world, name)
            world.bmcs[ADDRESSES[name], "623"] = bmc
            world.bmcs[ADDRESSES[name], "443"] = bmc

    server.run(arrange)
    server.calls.clear()
    clock.on_sleep = made_lab.pass_time
    yield made_lab
