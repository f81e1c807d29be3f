# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual routers: their life, and the networks that they serve."""

from __future__ import annotations

import typing as t

from ..core.routers.router import HealthCheck, Router
from ..core.routers.served import Rules, Served


class Routers(t.Protocol):
    """Virtual routers. Each listing is asked anew, because the server makes and restarts them by itself."""

    def all(self, where: t.Mapping[str, str], stored_health: bool = False) -> t.Sequence[Router]:
        """One paged listing, projects included. where: zone_id, pod_id, cluster_id, domain_id, account, project_id,
        network_id, vpc_id, id. stored_health: with the results of the last periodic checks, which may be Unsupported.
        """

    def health(self, id: str, fresh: bool) -> t.Sequence[HealthCheck]:
        """Results of one router; fresh: the checks run now, which takes the router some seconds. Raises ApiError."""

    def patches(self) -> bool:
        """Whether the server can patch the running routers of a network (4.17 and newer)."""

    def upgrade(self, id: str) -> t.Sequence[t.Any]:
        """Restart it from the present template: jobs for ``Cloud.jobs.ask``, none where the server says that it is up
        to date (T6:262-273). Raises ApiError."""

    def under_way(self, ids: t.Collection[str]) -> bool:
        """Whether a job of anybody's changes one of these routers or networks, or may do so."""

    def run(self, action: str, id: str, **more: object) -> None:
        """An action of the adapter's table, waited for. Raises ApiError."""

    def start(self, action: str, id: str, **more: object) -> t.Any:
        """The same, not waited for: a job for ``Cloud.jobs.ask``, a refusal, or None."""


class ServedNetworks(t.Protocol):
    """Guest networks and VPCs, seen from their routers."""

    def all(self, **where: str) -> t.Sequence[Served]:
        """Networks and VPCs that a router may serve; where: zone_id."""

    def find(self, kind: str, id: str) -> t.Optional[Served]: ...

    def rules(self, served: Served) -> Rules:
        """Active rules, counted. Raises ApiError."""
