# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone whose system VMs listen on real TLS ports of the loopback, and a chain to upload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contract.clock import SharedClock
from contract.conftest import Connect
from contract.tasks import perform
from counterparts.console_pki import Chain
from counterparts.pki import Made
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from sandbox.server import Sandbox
from sandbox.tls_ports import TlsPorts
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site

MODULE = "cs_console_certificate"
SUFFIX = "consoles.example.test"
SETTINGS = {
    "consoleproxy.sslEnabled": "true",
    "consoleproxy.url.domain": f"*.{SUFFIX}",
    "secstorage.encrypt.copy": "true",
    "secstorage.ssl.cert.domain": f"*.{SUFFIX}",
}


@dataclass
class Consoles:
    """ports: of the system VMs. chain: what a test uploads unless it says otherwise."""

    server: Sandbox
    site: Site
    cloud: Gateway
    clock: FakeClock
    ports: TlsPorts
    chain: Chain = field(default_factory=lambda: Chain(f"*.{SUFFIX}"))

    def arguments(self, leaf: Made | None = None, **changes: Any) -> dict[str, Any]:
        """A task's, right in everything."""
        made = leaf or self.chain.leaf
        given = {
            "certificate": made.pem,
            "intermediates": [self.chain.upper.pem, self.chain.middle.pem],
            "root": self.chain.root.pem,
            "private_key": made.key_pem(),
            "console_domain": f"*.{SUFFIX}",
            "storage_domain": f"*.{SUFFIX}",
            "console_port": self.ports.console,
            "storage_port": self.ports.storage,
            "timeout": 60.0,
            "consent": True,
            **changes,
        }
        return {name: value for name, value in given.items() if value is not None}

    def ensure(self, check_mode: bool = False, leaf: Made | None = None, **changes: Any) -> Outcome:
        return perform(self.cloud, MODULE, check_mode, **self.arguments(leaf, **changes))

    def turn_on(self) -> None:
        """As after an earlier certificate: the settings are there, and the server has read them."""

        turn_on(self.server)
        self.server.calls.clear()

    def restart_server(self) -> None:
        self.server.run(lambda world: world.settings.start())

    def rows(self) -> dict[str, tuple[int, str, bool]]:
        """The keystore: index, domain and whether there is a key, by name."""
        held = self.server.run(lambda world: list(world.keystore.values()))
        return {row.name: (row.index, row.domain_suffix, row.key is not None) for row in held}

    def uploads(self) -> list[str]:
        """Names of the links in the order in which they came, "" for the server's own."""
        return [call.params.get("name", "") for call in self.server.calls.of("uploadCustomCertificate")]


def turn_on(server: Sandbox) -> None:
    def set_all(world: World) -> None:
        for name, value in SETTINGS.items():
            world.settings[name.lower()].value = value
        world.settings.start()

    server.run(set_all)


def arrange(server: Sandbox, net: str) -> tuple[Site, TlsPorts]:
    """A zone with both system VMs; net: three bytes of the loopback for their public addresses."""
    ports = TlsPorts.free()

    def quick(world: World) -> None:
        world.tls_ports = ports
        world.durations.update({"system VMs": 0.01, "replacement": 0.05, "console reset": 0.05})

    server.run(quick)
    site = Site(Api(server), public=net)
    site.api.becomes(lambda: len(site.api.ok("listSystemVms").get("systemvm", [])), 2)
    server.calls.clear()
    return site, ports


def consoles(server: Sandbox, connect: Connect, net: str) -> Iterator[Consoles]:
    site, ports = arrange(server, net)
    clock = SharedClock(server)
    clock.time = time.time() - (clock.wall() - clock.time)
    yield Consoles(server, site, Gateway(connect(server, clock=clock)), clock, ports)
