# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of two KVM hosts of the loopback, each with a real TLS port, whose certificates the CA signs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from contract.clock import SharedClock
from contract.conftest import Connect
from counterparts.loopback import free_loopback
from counterparts.pki import Made, make
from counterparts.tls_port import tls_port
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.hosts import Host
from sandbox.world.security import Issued
from unit.sandbox.client import Api
from unit.sandbox.site import Site

LIBVIRT = 16514
NET = free_loopback()
ADDRESSES = {"kvm1": f"{NET}.1", "kvm2": f"{NET}.2"}


@dataclass
class Lab:
    """What the tests about certificates work on. ports: of hosts that have TLS, by name."""

    server: Sandbox
    site: Site
    cloud: Gateway
    clock: FakeClock
    cluster: str
    hosts: dict[str, str]
    ports: dict[str, contextlib.ExitStack] = field(default_factory=dict)

    def row(self, world: World, name: str) -> Host:
        found = world.hosts.by_uuid(self.hosts[name])
        assert found is not None
        return found

    def serves(self, name: str, chain: str, key: str) -> None:
        """What the host shows on libvirt's port from here on."""
        self.closes(name)
        self.ports[name] = contextlib.ExitStack()
        self.ports[name].enter_context(tls_port(chain, key, ADDRESSES[name], LIBVIRT))

    def closes(self, name: str) -> None:
        if name in self.ports:
            self.ports.pop(name).close()

    def provisioned(self, name: str, days: int = 365) -> None:
        """Secured behind the modules' back."""

        def issue(world: World) -> Issued:
            self.row(world, name).details["secured"] = "true"
            return world.authority.issue([name], [ADDRESSES[name]], days)

        issued = self.server.run(issue)
        self.serves(name, issued.certificate, issued.key)

    def foreign(self, name: str) -> Made:
        """A certificate of another CA, with the same name."""
        other = make("ca.cloudstack.apache.org", ca=True).issue(name, ADDRESSES[name])
        self.serves(name, other.pem, other.key_pem())
        return other

    def calls(self, command: str) -> list[dict[str, str]]:
        return [dict(call.params) for call in self.server.calls.of(command)]


def lab(server: Sandbox, connect: Connect) -> Iterator[Lab]:
    site = Site(Api(server))
    cluster, hosts = site.hypervisors("kvm-a", "KVM", ADDRESSES)
    clock = SharedClock(server)
    # Certificates are an hour old.
    clock.epoch = time.time() + 3600 - clock.time
    made_lab = Lab(server, site, Gateway(connect(server, clock=clock)), clock, cluster, hosts)

    def arrange(world: World) -> None:
        world.durations.update({"disconnection": 0.01, "reconnection": 0.01})
        world.authority.deploy = lambda name, issued: made_lab.serves(name, issued.certificate, issued.key)
        for name, address in ADDRESSES.items():
            made_lab.row(world, name).ip_address = address

    server.run(arrange)
    server.calls.clear()
    try:
        yield made_lab
    finally:
        for name in list(made_lab.ports):
            made_lab.closes(name)
