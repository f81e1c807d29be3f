# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapter against a running CloudStack API: the sandbox, over real connections, on a clock that does not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from contract.clock import SharedClock
from fakes.clock import FakeClock
from hypothesis import Phase, settings

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Unsupported
from sandbox.api import DEFAULT_VERSION
from sandbox.fixture import sandbox
from sandbox.rules.host_ha import POLL
from sandbox.server import Sandbox
from sandbox.surface import version_key
from sandbox.world import NEWEST
from unit.sandbox.client import Api
from unit.sandbox.site import Site

__all__ = ["sandbox"]

Connect = Callable[..., Client]

if version_key(DEFAULT_VERSION) < version_key(NEWEST):
    # Of what fails there as it must, the smallest example is not looked for: minutes.
    settings.register_profile("older server", settings.default, phases=[Phase.explicit, Phase.generate])
    settings.load_profile("older server")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On an older server (`make versions`) what came with a later release is refused by name, and by nothing else."""
    for item in items:
        mark = max(item.iter_markers("since"), key=lambda each: version_key(each.args[0]), default=None)
        if mark and version_key(DEFAULT_VERSION) < version_key(mark.args[0]):
            raises = mark.kwargs.get("raises", Unsupported)
            item.add_marker(pytest.mark.xfail(reason=f"came with {mark.args[0]}", raises=raises))


@pytest.fixture
def connect() -> Iterator[Connect]:
    """A client of a sandbox or of any URL. Options of Endpoint (key, secret, timeout, verify, method) and of Client."""
    opened: list[Http] = []

    def client(server: Sandbox | str, **options: Any) -> Client:
        url, key, secret = (
            (server, "key", "secret") if isinstance(server, str) else (server.url, server.key, server.secret)
        )
        mine: dict[str, Any] = {
            name: options.pop(name) for name in ("key", "secret", "timeout", "verify", "method") if name in options
        }
        fields: dict[str, Any] = {"url": url, "key": key, "secret": secret, **mine}
        http = Http(Endpoint(**fields))
        opened.append(http)
        clock = FakeClock() if isinstance(server, str) else SharedClock(server)
        return Client(http, clock=options.pop("clock", None) or clock, **options)

    yield client
    for http in opened:
        http.close()


@pytest.fixture
def site(sandbox: Sandbox) -> Site:
    """A small cloud. Tests that need another one have a fixture of this name."""
    # Host HA changes what a test has planted; tests of its steps set their own interval.
    sandbox.run(lambda world: world.durations.update({POLL: 3600.0}))
    site = Site(Api(sandbox), system_vms=False)
    sandbox.calls.clear()
    return site


@pytest.fixture
def cloud(sandbox: Sandbox, site: Site, connect: Connect) -> Gateway:
    return Gateway(connect(sandbox))
