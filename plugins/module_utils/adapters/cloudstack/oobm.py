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
from .records import Record, Tell, Wire, unheard
from .transport import Json


class Oobms:
    """The port ``Oobms``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of_host(self, host_id: str) -> Oobm:
        for item in self._client.listing("listHosts", "host", {"id": host_id, "details": "min"}):
            return oobm(item, self._client.tell)
        raise NotFound("host", host_id)

    def all(self, zone_id: str = "", cluster_id: str = "") -> t.Sequence[Oobm]:
        asked: Json = {"type": "Routing", "details": "min", "zoneid": zone_id or None, "clusterid": cluster_id or None}
        return [oobm(item, self._client.tell) for item in self._client.listing("listHosts", "host", asked)]

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
        read = Record(answer, "answer", self._client.tell)
        return read.record("outofbandmanagement", "out-of-band management").text("powerstate")

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
        read = (ha(item, self._client.tell) for item in found)
        return next((each for each in read if each.host_id == host_id), Ha(host_id))

    def all(self) -> t.Sequence[Ha]:
        return [ha(item, self._client.tell) for item in self._client.listing("listHostHAResources", "hostha")]

    def providers(self, hypervisor: str) -> t.Sequence[str]:
        answer = Record(
            self._client.call("listHostHAProviders", {"hypervisor": hypervisor}), "answer", self._client.tell
        )
        found = (each.text("haprovider") for each in answer.records("haprovider", "HA provider"))
        return [name for name in found if name]

    def configure(self, host_id: str, provider: str) -> None:
        self._client.run("configureHAForHost", {"hostid": host_id, "provider": provider})

    def switch(self, scope: str, id: str, enabled: bool) -> None:
        verb = "enable" if enabled else "disable"
        self._client.run(f"{verb}HAFor{scope.capitalize()}", {f"{scope}id": id})

    def declare_degraded(self, host_id: str) -> None:
        self._client.run("declareHostAsDegraded", {"id": host_id})

    def cancel_degraded(self, host_id: str) -> None:
        self._client.run("cancelHostAsDegraded", {"id": host_id})


def oobm(wire: Wire, tell: Tell = unheard) -> Oobm:
    """Of a host in ``listHosts``; a host without a configuration has only a power state (T5:14)."""
    host = Record(wire, "host", tell)
    held = host.record("outofbandmanagement", "out-of-band management")
    return Oobm(
        host_id=host.id(),
        enabled=bool(held.flag("enabled")),
        driver=held.text("driver").casefold(),
        address=held.text("address"),
        port=held.text("port"),
        username=held.text("username"),
        password_hint=held.text("password"),
        power_state=held.text("powerstate"),
    )


def ha(wire: Wire, tell: Tell = unheard) -> Ha:
    read = Record(wire, "host HA", tell)
    return Ha(
        host_id=read.id("hostid"),
        enabled=bool(read.flag("haenable")),
        state=read.text("hastate"),
        provider=read.text("haprovider"),
    )
