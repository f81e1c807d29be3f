# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short-lived VM of an acceptance test on the wire (T2:8-13, T6:326-327); the port ``Trials``."""

from __future__ import annotations

import typing as t

from ...core.acceptance.trial import MARK, Console, Offering, Plan, Template, Trial
from ...core.errors import ApiError
from .client import Client
from .records import Record, Tell, Wire, unheard
from .transport import Json


def template(wire: Wire, tell: Tell = unheard) -> Template:
    read = Record(wire, "template", tell)
    return Template(
        id=read.id(),
        name=read.text("name"),
        hypervisor=read.text("hypervisor"),
        type=read.text("templatetype"),
        ready=bool(read.flag("isready")),
        status=read.text("status"),
        arch=read.text("arch"),
        size=read.whole("size") or 0,
    )


def offering(wire: Wire, tell: Tell = unheard) -> Offering:
    """``state`` came with 4.19: one without it is active."""
    read = Record(wire, "service offering", tell)
    return Offering(
        id=read.id(),
        name=read.text("name"),
        cpus=read.whole("cpunumber") or 0,
        memory=read.whole("memory") or 0,
        custom=bool(read.flag("iscustomized")),
        active=(read.text("state") or "Active").casefold() == "active",
        host_tags=read.names("hosttags") or (),
        storage_type=read.text("storagetype"),
        gpu=bool(read.text("gpucardid")) or bool(read.whole("gpucount")),
    )


def trial(wire: Wire, tell: Tell = unheard) -> Trial:
    read = Record(wire, "VM", tell)
    nics = read.records("nic", f"NIC of {read.called}")
    return Trial(
        id=read.id(),
        name=read.text("name"),
        text=read.text("displayname"),
        state=read.text("state"),
        host=read.text("hostname"),
        address=next((each.address("ipaddress") or "" for each in nics), ""),
        networks=tuple(each.text("networkid") for each in nics),
    )


class Trials:
    """Each listing is asked anew."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def templates(self, zone_id: str) -> t.Sequence[Template]:
        listed = self._client.listing(
            "listTemplates", "template", {"templatefilter": "all", "listall": True, "zoneid": zone_id}
        )
        return [template(item, self._client.tell) for item in listed]

    def offerings(self) -> t.Sequence[Offering]:
        listed = self._client.listing("listServiceOfferings", "serviceoffering", {"issystem": False})
        return [offering(item, self._client.tell) for item in listed]

    def all(self, zone_id: str) -> t.Sequence[Trial]:
        """The caller's own: a test's VM is nobody else's."""
        listed = self._client.listing("listVirtualMachines", "virtualmachine", {"zoneid": zone_id})
        return [trial(item, self._client.tell) for item in listed]

    def find(self, id: str) -> t.Optional[Trial]:
        try:
            listed = self._client.listing("listVirtualMachines", "virtualmachine", {"id": id})
        except ApiError as error:
            # An unknown id is an error, never an empty list (T2:20).
            if error.errorcode != 431:
                raise
            return None
        return next((trial(item, self._client.tell) for item in listed), None)

    def deploy(self, plan: Plan, name: str, network_id: str) -> None:
        params: Json = {
            "zoneid": plan.zone.id,
            "templateid": plan.template.id,
            "serviceofferingid": plan.offering.id,
            "networkids": network_id or None,
            "name": name,
            "displayname": MARK,
        }
        self._client.run("deployVirtualMachine", params)

    def destroy(self, id: str) -> None:
        self._client.run("destroyVirtualMachine", {"id": id, "expunge": True})

    def expunge(self, id: str) -> None:
        self._client.run("expungeVirtualMachine", {"id": id})

    def console(self, id: str) -> Console:
        self._client.needs("createConsoleEndpoint")
        answer = self._client.run("createConsoleEndpoint", {"virtualmachineid": id})
        read = Record(answer.get("consoleendpoint") or {}, "console endpoint", self._client.tell)
        return Console(read.text("url") if read.flag("success") is not False else "", read.text("details"))

    def left(self, vm_id: str, network_id: str) -> t.Sequence[str]:
        """What is still there of a VM and of a network that were removed, in words."""
        found: list[str] = []
        if vm_id:
            found += self._named("volume", "listVolumes", "volume", {"virtualmachineid": vm_id})
        if network_id:
            found += self._named("router", "listRouters", "router", {"networkid": network_id})
            found += self._named(
                "address", "listPublicIpAddresses", "publicipaddress", {"associatednetworkid": network_id}
            )
        return found

    def _named(self, kind: str, command: str, key: str, params: Json) -> list[str]:
        try:
            listed = self._client.listing(command, key, {"listall": True, **params})
        except ApiError as error:
            # The server does not know what they would be of any more.
            if error.errorcode != 431:
                raise
            return []
        read = [Record(item, kind, self._client.tell) for item in listed]
        return [f"{kind} {each.text('name', 'ipaddress', 'id')}" for each in read]
