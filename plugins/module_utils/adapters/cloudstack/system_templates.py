# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of system VMs on the wire (T6:278-320)."""

from __future__ import annotations

import typing as t

from ...core.system_vms.templates import Copy, SystemTemplate, Wish
from .client import Client
from .parameters import Params
from .records import Record, Tell, Wire, unheard


def system_template(wire: Wire, tell: Tell = unheard) -> SystemTemplate:
    read = Record(wire, "template", tell)
    return SystemTemplate(
        id=read.id(),
        name=read.text("name"),
        hypervisor=read.text("hypervisor"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        type=read.text("templatetype"),
        format=read.text("format"),
        url=read.text("url"),
        checksum=read.text("checksum"),
        ready=bool(read.flag("isready")),
        status=read.text("status"),
        public=read.flag("ispublic"),
        featured=read.flag("isfeatured"),
        extractable=read.flag("isextractable"),
        password_enabled=read.flag("passwordenabled"),
        copies=tuple(
            Copy(
                each.text("datastore"),
                each.text("datastoreRole").casefold(),
                each.text("downloadState"),
                each.text("downloadPercent"),
                each.text("datastoreId"),
            )
            for each in read.records("downloaddetails", "download")
        ),
    )


class SystemTemplates:
    """The port ``SystemTemplates``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, name: str) -> t.Sequence[SystemTemplate]:
        """The server compares a name without case; the filter by type came with 4.19 (T6:113-114)."""
        return [each for each in self._listed({"name": name}) if each.name.casefold() == name.casefold()]

    def of_system(self) -> t.Sequence[SystemTemplate]:
        return [each for each in self._listed({}) if each.of_system]

    def os_types(self) -> t.Mapping[str, str]:
        read = [Record(item, "OS type", self._client.tell) for item in self._client.listing("listOsTypes", "ostype")]
        return {each.id(): each.text("description") for each in read if each.text("id")}

    def register(self, wish: Wish, zone_id: str, os_type_id: str) -> None:
        params: Params = {
            "name": wish.name,
            "displaytext": wish.name,
            "url": wish.url,
            "format": wish.format,
            "hypervisor": wish.hypervisor.name,
            "zoneid": zone_id,
            "ostypeid": os_type_id or None,
            "checksum": wish.checksum or None,
            "isrouting": wish.routing,
            "isextractable": False,
            "ispublic": False,
            "isfeatured": False,
            "passwordenabled": False,
        }
        self._client.run("registerTemplate", params)

    def copy(self, id: str, zone_id: str, to_zone_id: str) -> None:
        self._client.run("copyTemplate", {"id": id, "sourcezoneid": zone_id, "destzoneids": to_zone_id})

    def prepare(self, id: str, zone_id: str, pool_id: str) -> None:
        self._client.run("prepareTemplate", {"templateid": id, "zoneid": zone_id, "storageid": pool_id})

    def _listed(self, more: Params) -> list[SystemTemplate]:
        asked: Params = {"templatefilter": "all", "listall": True, **more}
        found = self._client.listing("listTemplates", "template", asked)
        return [system_template(item, self._client.tell) for item in found]
