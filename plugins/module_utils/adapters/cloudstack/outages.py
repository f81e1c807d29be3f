# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs with HA that do not run, who has stopped them, and the state of their storage."""

from __future__ import annotations

import typing as t

from ...core.bmc.outage import RUNNING, Stopped
from .client import Client
from .everyones import everybodys
from .records import Record
from .transport import Json

STOP, START = "VM.STOP", "VM.START"


class Outages:
    """The port ``Outages``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def stopped(self, zone_id: str) -> t.Sequence[Stopped]:
        found: dict[str, Record] = {}
        for item in everybodys(self._client, "listVirtualMachines", "virtualmachine", {"zoneid": zone_id}):
            read = Record(item, "VM", self._client.tell)
            if read.text("state") != RUNNING and read.flag("haenable"):
                found.setdefault(read.id(), read)
        if not found:
            return ()
        pools = self._pools(zone_id)
        return [self._vm(read, pools) for read in found.values()]

    def _vm(self, read: Record, pools: t.Mapping[str, tuple[str, str]]) -> Stopped:
        id = read.id()
        volumes = everybodys(self._client, "listVolumes", "volume", {"virtualmachineid": id})
        its = {Record(each, "volume", self._client.tell).text("storageid") for each in volumes}
        return Stopped(
            id=id,
            name=read.text("displayname", "name"),
            kind="User",
            state=read.text("state"),
            since=read.moment("lastupdated"),
            by=self._by(id),
            pools=tuple(sorted(pools[each] for each in its if each in pools)),
        )

    def _by(self, vm_id: str) -> t.Optional[str]:
        """Who has stopped it by a call of the API since its last start; HA and maintenance stop VMs without one.

        Before 4.17 events do not name their VM, so that it is not known.
        """
        if not self._client.has("listEvents", "resourceid"):
            return None
        asked: Json = {"resourceid": vm_id, "resourcetype": "VirtualMachine"}
        listed = everybodys(self._client, "listEvents", "event", asked)
        events = [Record(each, "event", self._client.tell) for each in listed]
        stops, starts = ([e for e in events if e.text("type") == kind] for kind in (STOP, START))
        if not stops:
            return ""
        newest = max(stops, key=_written)
        return newest.text("username") if all(_written(newest) > _written(each) for each in starts) else ""

    def _pools(self, zone_id: str) -> dict[str, tuple[str, str]]:
        found = {}
        for item in self._client.listing("listStoragePools", "storagepool", {"zoneid": zone_id}):
            read = Record(item, "storage pool", self._client.tell)
            found[read.id()] = (read.text("name"), read.text("state"))
        return found


def _written(event: Record) -> str:
    """Comparable as a text: all are of one server."""
    return event.moment("created") or ""
