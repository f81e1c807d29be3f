# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudStack's certificate authority on the wire (T4:81-89, T5:49)."""

from __future__ import annotations

import typing as t

from ...core.errors import Unreadable
from ...ports.certificates import Issued
from .client import Client
from .parameters import Params
from .records import Record


class Authorities:
    """The port ``Authorities``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def providers(self) -> t.Sequence[tuple[str, str]]:
        found = self._client.listing("listCAProviders", "caprovider")
        read = [Record(item, "CA provider", self._client.tell) for item in found]
        return [(each.text("name"), each.text("description")) for each in read]

    def authority(self, provider: str = "") -> str:
        answer = self._client.call("listCaCertificate", {"provider": provider or None})
        return _texts(answer, "cacertificates", "listCaCertificate").certificate

    def secured(self, zone_id: str) -> t.Mapping[str, t.Optional[bool]]:
        params: Params = {"zoneid": zone_id, "type": "Routing", "details": "all"}
        found: dict[str, t.Optional[bool]] = {}
        for item in self._client.listing("listHosts", "host", params):
            read = Record(item, "host", self._client.tell)
            found[read.id()] = read.record("details", "details").flag("secured") if read.has("details") else None
        return found

    def provision(self, host_id: str, reconnect: t.Optional[bool], forced: bool, provider: str = "") -> None:
        params: Params = {
            "hostid": host_id,
            "reconnect": reconnect,
            "forced": forced or None,
            "provider": provider or None,
        }
        self._client.run("provisionCertificate", params)

    def issue(
        self,
        csr: str,
        names: t.Sequence[str],
        addresses: t.Sequence[str],
        days: t.Optional[int],
        provider: str = "",
    ) -> Issued:
        params: Params = {
            "csr": csr,
            "domain": ",".join(names) or None,
            "ipaddress": ",".join(addresses) or None,
            "duration": days,
            "provider": provider or None,
        }
        return _texts(self._client.run("issueCertificate", params), "certificates", "issueCertificate")

    def revoke(self, serial: str, common_name: str, provider: str = "") -> None:
        params: Params = {"serial": serial, "cn": common_name or None, "provider": provider or None}
        self._client.run("revokeCertificate", params)


def _texts(answer: t.Mapping[str, t.Any], key: str, command: str) -> Issued:
    """Raises Unreadable for an answer without a certificate."""
    read = Record(answer, "answer")
    held = read.record(key, "certificates")
    if not held.text("certificate"):
        raise Unreadable(f"{command}: the answer contains no certificate", command=command, keys=sorted(answer))
    return Issued(held.text("certificate"), held.text("cacertificates"), held.text("privatekey"))
