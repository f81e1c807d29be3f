# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out-of-band management and host HA of a CloudStack, and a host's controller itself."""

from __future__ import annotations

import typing as t

from ..core.bmc.controller import Access, Account, Controller, Failure
from ..core.bmc.host_ha import Ha
from ..core.bmc.oobm import Oobm, OobmWish, Switches
from ..core.bmc.outage import Stopped


class Oobms(t.Protocol):
    """Out-of-band management as the server holds it."""

    def of_host(self, host_id: str) -> Oobm:
        """Read anew. Raises NotFound."""

    def all(self, zone_id: str = "", cluster_id: str = "") -> t.Sequence[Oobm]:
        """Of the hypervisor hosts of a scope, those without a configuration included."""

    def switches(self, zone_id: str, cluster_id: str, name: str) -> Switches:
        """Whether zone and cluster leave a feature on. name: the detail in which the server keeps it."""

    def configure(self, host_id: str, wish: OobmWish) -> None:
        """All five fields. Raises ApiError."""

    def switch(self, scope: str, id: str, enabled: bool) -> None:
        """scope: host, cluster or zone."""

    def act(self, host_id: str, word: str, timeout: t.Optional[int] = None) -> str:
        """A power action; the power state that the answer shows, which is the one from before the action (T5:6)."""

    def change_password(self, host_id: str, password: str) -> None:
        """On the controller and in the server's record; with the driver redfish in the record alone."""


class HostHas(t.Protocol):
    """Host HA as the server holds it."""

    def of_host(self, host_id: str) -> Ha:
        """Read anew; an empty one where nothing was configured."""

    def all(self) -> t.Sequence[Ha]: ...

    def providers(self, hypervisor: str) -> t.Sequence[str]:
        """In the server's spelling; empty for a hypervisor without any."""

    def configure(self, host_id: str, provider: str) -> None: ...

    def switch(self, scope: str, id: str, enabled: bool) -> None:
        """scope: host, cluster or zone."""

    def declare_degraded(self, host_id: str) -> None: ...

    def cancel_degraded(self, host_id: str) -> None: ...


class Outages(t.Protocol):
    """What an outage has left down."""

    def stopped(self, zone_id: str) -> t.Sequence[Stopped]:
        """Users' VMs of a zone with HA that do not run."""


class Bmc(t.Protocol):
    """One controller, asked by its own protocol. A refused login is never repeated."""

    def look(self) -> t.Union[Controller, Failure]:
        """One login, everything that it tells."""

    def power(self) -> str:
        """On, Off or Unknown. Raises TransportError, AccessDenied."""

    def act(self, word: str) -> None:
        """ON, OFF, SOFT, RESET or CYCLE. Raises TransportError, AccessDenied, HypervisorError."""

    def accounts(self) -> t.Sequence[Account]: ...

    def set_password(self, username: str, password: str) -> None: ...

    def close(self) -> None:
        """Safe to call twice."""


Reach = t.Callable[[Access], Bmc]
