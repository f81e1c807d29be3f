# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tools and archives of system VMs and routers on the wire (T6:92-102, T6:183-184)."""

from __future__ import annotations

import typing as t

from ...core.errors import Unreadable
from ...core.system_vms.diagnostics import Diagnosis
from .client import Client
from .records import Record


class Diagnostics:
    """The port ``Diagnostics``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def needs_tools(self) -> None:
        self._client.needs("runDiagnostics")

    def needs_archives(self) -> None:
        self._client.needs("getDiagnosticsData")

    def run(self, id: str, kind: str, address: str, arguments: str) -> Diagnosis:
        sent = {"targetid": id, "type": kind, "ipaddress": address, "params": arguments or None}
        answer = Record(self._client.run("runDiagnostics", sent), "answer", self._client.tell)
        told = answer.record("diagnostics", "diagnostics")
        return Diagnosis(told.text("stdout"), told.text("stderr"), told.whole("exitcode"))

    def retrieve(self, id: str, files: t.Sequence[str]) -> str:
        answer = self._client.run("getDiagnosticsData", {"targetid": id, "files": list(files) or None})
        url = Record(answer, "answer", self._client.tell).record("diagnostics", "diagnostics").text("url")
        if not url:
            raise Unreadable("getDiagnosticsData: the answer contains no URL", keys=sorted(answer))
        return url
