# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out-of-band management and host HA on the wire (T4:97-125, T5:1-41)."""

from __future__ import annotations

import typing as t

from ...core.bmc.host_ha import Ha
from ...core.bmc.oobm import Oobm, OobmWish, Switches, switch
from ...core.errors import NotFound
from .client import Client
from .transport import Json


class Oobms:
    """The port ``Oobms``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of_host(self, host_id: str) -> Oobm:
        for item in self._client.listing("listHosts", "host", {"id": host_id, "details": "min"}):
            return oobm(item)
        raise NotFound("host", host_id)

    def all(self, zone_id: str = "", cluster_id: str = "") -> t.Sequence[Oobm]:
        asked: Json = {"type": "Routing", "details": "min", "zoneid": zone_id or None, "clusterid": cluster_id or None}
        return [oobm(item) for item in self._client.listing("listHosts", "host", asked)]

    def switches(self, zone_id: str, cluster_id: str, name: str) -> Switches:
        """From the details of zone and cluster (source: ClusterResponse, ZoneResponse).

        A zone without any has no such field (T1), a cluster always has some; one that shows none is of an old server.
        """
        zone = self._details("listZones", "zone", zone_id) or {}
        cluster = self._details("listClusters", "cluster", cluster_id) if cluster_id else {}
        return Switches(switch(zone, name), None if cluster is None else switch(cluster, name))

    def configure(self, host_id: str, wish: OobmWish) -> None:
        params: Json = {"hostid": host_id, **wish.shown(), "password": wish.password}
        self._client.run("configureOutOfBandManagement", params)

    def switch(self, scope: str, id: str, enabled: bool) -> None:
        verb = "enable" if enabled else "disable"
        self._client.run(f"{verb}OutOfBandManagementFor{scope.capitalize()}", {f"{scope}id": id})

    def act(self, host_id: str, word: str, timeout: t.Optional[int] = None) -> str:
        params: Json = {"hostid": host_id, "action": word, "timeout": timeout}
        answer = self._client.run("issueOutOfBandManagementPowerAction", params)
        held = answer.get("outofbandmanagement")
        return str(held.get("powerstate") or "") if isinstance(held, dict) else ""

    def change_password(self, host_id: str, password: str) -> None:
        self._client.run("changeOutOfBandManagementPassword", {"hostid": host_id, "password": password})

    def _details(self, command: str, key: str, id: str) -> t.Optional[Json]:
        for item in self._client.listing(command, key, {"id": id}):
            found = item.get("resourcedetails")
            return found if isinstance(found, dict) else None
        return None


class HostHas:
    """The port ``HostHas``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of_host(self, host_id: str) -> Ha:
        found = self._client.listing("listHostHAResources", "hostha", {"hostid": host_id})
        return next((each for each in map(ha, found) if each.host_id == host_id), Ha(host_id))

    def all(self) -> t.Sequence[Ha]:
        return [ha(item) for item in self._client.listing("listHostHAResources", "hostha")]

    def providers(self, hypervisor: str) -> t.Sequence[str]:
        found = self._client.call("listHostHAProviders", {"hypervisor": hypervisor}).get("haprovider") or []
        return [str(item.get("haprovider")) for item in found if isinstance(item, dict)]

    def configure(self, host_id: str, provider: str) -> None:
        self._client.run("configureHAForHost", {"hostid": host_id, "provider": provider})

    def switch(self, scope: str, id: str, enabled: bool) -> None:
        verb = "enable" if enabled else "disable"
        self._client.run(f"{verb}HAFor{scope.capitalize()}", {f"{scope}id": id})

    def declare_degraded(self, host_id: str) -> None:
        self._client.needs("declareHostAsDegraded", since="4.16")
        self._client.run("declareHostAsDegraded", {"id": host_id})

    def cancel_degraded(self, host_id: str) -> None:
        self._client.needs("cancelHostAsDegraded", since="4.16")
        self._client.run("cancelHostAsDegraded", {"id": host_id})


def oobm(item: Json) -> Oobm:
    """Of a host in ``listHosts``; a host without a configuration has only a power state (T5:14)."""
    held = item.get("outofbandmanagement")
    held = held if isinstance(held, dict) else {}

    def text(name: str) -> str:
        value = held.get(name)
        return "" if value is None else str(value)

    return Oobm(
        host_id=str(item["id"]),
        enabled=str(held.get("enabled")).casefold() == "true",
        driver=text("driver").casefold(),
        address=text("address"),
        port=text("port"),
        username=text("username"),
        password_hint=text("password"),
        power_state=text("powerstate"),
    )


def ha(item: Json) -> Ha:
    return Ha(
        host_id=str(item.get("hostid") or ""),
        enabled=str(item.get("haenable")).casefold() == "true",
        state=str(item.get("hastate") or ""),
        provider=str(item.get("haprovider") or ""),
    )
