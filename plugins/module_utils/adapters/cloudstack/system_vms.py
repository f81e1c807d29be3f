# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System VMs and the certificates that they serve, on the wire (T4:34-59, T4:94-96, T5:42-48, T6:25-111)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.errors import InvalidValue
from ...core.system_vms.vm import SystemVm
from ...core.zone.system_offerings import SystemOffering
from .client import Client
from .records import Record, Tell, Wire, unheard
from .resources import Resource
from .service_offerings import storage_tags
from .transport import Json


def system_vm(wire: Wire, tell: Tell = unheard) -> SystemVm:
    """A stopped one keeps its public address (T6:86)."""
    read = Record(wire, "system VM", tell)
    return SystemVm(
        id=read.id(),
        name=read.text("name"),
        kind=read.text("systemvmtype").casefold(),
        state=read.text("state"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        address=read.address("publicip") or "",
        viewers=read.whole("activeviewersessions"),
        agent=read.text("agentstate"),
        version=read.text("version"),
        pod=read.text("podname"),
        host_id=read.text("hostid"),
        host=read.text("hostname"),
        hypervisor=read.text("hypervisor"),
        template_id=read.text("templateid"),
        template=read.text("templatename"),
        offering_id=read.text("serviceofferingid"),
        offering=read.text("serviceofferingname"),
        private_address=read.address("privateip") or "",
        link_local_address=read.address("linklocalip") or "",
        arch=read.text("arch"),
        created=read.moment("created") or "",
    )


def offering(wire: Wire, tell: Tell = unheard) -> SystemOffering:
    read = Record(wire, "service offering", tell)
    return SystemOffering(
        id=read.id(),
        name=read.text("name"),
        kind=read.text("systemvmtype").casefold(),
        memory=read.whole("memory"),
        display_text=read.word("displaytext"),
        cpu_number=read.whole("cpunumber"),
        cpu_speed=read.whole("cpuspeed"),
        storage_type=read.text("storagetype"),
        offer_ha=read.flag("offerha"),
        limit_cpu_use=read.flag("limitcpuuse"),
        network_rate=read.whole("networkrate"),
        host_tags=read.names("hosttags") or (),
        storage_tags=storage_tags(read),
        is_default=bool(read.flag("defaultuse")),
        created=read.moment("created"),
    )


SYSTEM_OFFERINGS: Resource[SystemOffering] = Resource(
    kind="system offering",
    read=offering,
    list="listServiceOfferings",
    list_key="serviceoffering",
    create="createServiceOffering",
    update="updateServiceOffering",
    delete="deleteServiceOffering",
    keys=("serviceoffering",),
    names={"kind": "systemvmtype"},
    always={"issystem": "true"},
    late=frozenset(("storage_tags",)),
    often=frozenset(("storage_tags",)),
)


class SystemVms:
    """The port ``SystemVms``; nothing is remembered, because the server makes and restarts them by itself."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._templates: dict[str, str] = {}

    def all(self, zone_id: str = "") -> t.Sequence[SystemVm]:
        asked: Json = {"zoneid": zone_id or None}
        listed = self._client.listing("listSystemVms", "systemvm", asked)
        return [self._named(system_vm(item, self._client.tell)) for item in listed]

    def _named(self, vm: SystemVm) -> SystemVm:
        """With the name of its template, which servers tell here since 4.15."""
        id = vm.template_id
        if vm.template or not id:
            return vm
        if id not in self._templates:
            found = self._client.listing("listTemplates", "template", {"templatefilter": "all", "id": id})
            read = [Record(item, "template", self._client.tell) for item in found]
            self._templates[id] = next((each.text("name") for each in read if each.text("id") == id), "")
        return replace(vm, template=self._templates[id])

    def start(self, id: str) -> None:
        self._client.run("startSystemVm", {"id": id})

    def stop(self, id: str, forced: bool = False) -> None:
        self._client.run("stopSystemVm", {"id": id, "forced": forced or None})

    def reboot(self, id: str) -> None:
        self._client.run("rebootSystemVm", {"id": id})

    def patch(self, id: str, forced: bool = False) -> None:
        self._client.run("patchSystemVm", {"id": id, "forced": forced or None})

    def needs_patch(self) -> None:
        self._client.needs("patchSystemVm")

    def migrate(self, id: str, host_id: str) -> None:
        self._client.run("migrateSystemVm", {"virtualmachineid": id, "hostid": host_id})

    def scale(self, id: str, offering_id: str, running: bool) -> None:
        command = "scaleSystemVm" if running else "changeServiceForSystemVm"
        self._client.run(command, {"id": id, "serviceofferingid": offering_id})

    def suitable(self, id: str) -> t.Sequence[str]:
        listed = self._client.listing("findHostsForMigration", "host", {"virtualmachineid": id})
        read = [Record(item, "host", self._client.tell) for item in listed]
        fit = [each for each in read if each.flag("suitableformigration") and _in_place(each)]
        return [each.id() for each in sorted(fit, key=_free, reverse=True) if each.text("id")]

    def destroy(self, id: str) -> None:
        self._client.run("destroySystemVm", {"id": id})


def _in_place(host: Record) -> bool:
    """Whether the disks stay where they are; false as well where the answer cannot be read."""
    return host.flag("requiresStorageMotion") is False or not host.has("requiresStorageMotion")


def _free(host: Record) -> int:
    """Bytes of memory that no VM has."""
    return (host.whole("memorytotal") or 0) - (host.whole("memoryallocated") or 0)


class ConsoleCertificates:
    """The port ``ConsoleCertificates``: one command, whose parameters tell the server's certificate from a link."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def put_link(self, index: int, name: str, pem: str, suffix: str) -> None:
        self._put({"id": index, "name": name}, pem, suffix)

    def put_server(self, pem: str, key: str, suffix: str) -> None:
        if self._client.http.endpoint.method == "get":
            raise InvalidValue(
                "api_http_method", "get", "post: with get the private key is in a URL, and URLs are logged"
            )
        self._put({"privatekey": key}, pem, suffix)

    def _put(self, more: Json, pem: str, suffix: str) -> None:
        """Without blanks around: 4.11 to 4.16 refuse a certificate that does not begin and end with its markers."""
        self._client.run("uploadCustomCertificate", {**more, "certificate": pem.strip(), "domainsuffix": suffix})
