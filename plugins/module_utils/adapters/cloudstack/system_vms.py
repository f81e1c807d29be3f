# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System VMs and the certificates that they serve, on the wire (T4:34-59, T4:94-96, T5:42-48, T6:25-111)."""

from __future__ import annotations

import typing as t

from ...core.certificates.system_vms import SystemVm
from ...core.errors import InvalidValue
from .client import Client
from .records import Record, Tell, Wire, unheard
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
    )


class SystemVms:
    """The port ``SystemVms``; nothing is remembered, because the server makes and restarts them by itself."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self, zone_id: str = "") -> t.Sequence[SystemVm]:
        asked: Json = {"zoneid": zone_id or None}
        listed = self._client.listing("listSystemVms", "systemvm", asked)
        return [system_vm(item, self._client.tell) for item in listed]

    def reboot(self, id: str) -> None:
        self._client.run("rebootSystemVm", {"id": id})

    def destroy(self, id: str) -> None:
        self._client.run("destroySystemVm", {"id": id})


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
