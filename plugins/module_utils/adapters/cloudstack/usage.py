# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usage server and its records on the wire (T5:53, T7:27-40, T7:372)."""

from __future__ import annotations

import typing as t

from ...core.usage.check import UsageRecord, UsageServer
from .client import Client
from .records import Record, Tell, Wire, unheard


def usage_record(wire: Wire, tell: Tell = unheard) -> UsageRecord:
    read = Record(wire, "usage record", tell)
    return UsageRecord(
        usage_id=read.text("usageid"),
        type=read.whole("usagetype"),
        account=read.text("account", "project"),
        domain=read.text("domain"),
        zone_id=read.text("zoneid"),
        description=read.text("description"),
        usage=read.decimal("rawusage"),
        start=read.moment("startdate") or "",
        end=read.moment("enddate") or "",
        offering_id=read.text("offeringid"),
        network_id=read.text("networkid"),
        size=read.whole("size"),
    )


class Usage:
    """The port ``Usage``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def server(self) -> t.Optional[UsageServer]:
        if not self._client.has("listUsageServerMetrics"):
            return None
        answer = Record(self._client.call("listUsageServerMetrics"), "answer", self._client.tell)
        read = answer.record("usageMetrics", "usage server")
        host = read.text("hostname")
        return UsageServer(
            host="" if host == "N/A" else host,
            service=read.text("state"),
            heartbeat=read.moment("lastheartbeat") or "",
            success=read.moment("lastsuccessfuljob") or "",
            collected=read.moment("collectiontime") or "",
        )

    def types(self) -> t.Mapping[int, str]:
        answer = Record(self._client.call("listUsageTypes"), "answer", self._client.tell)
        # Before 4.20 the number is called usagetypeid, and the name is a description.
        read = [
            (each.whole("id"), each.whole("usagetypeid"), each) for each in answer.records("usagetype", "usage type")
        ]
        found = {new if new is not None else old: each.text("name", "description") for new, old, each in read}
        return {number: name for number, name in found.items() if number is not None}

    def records(
        self, start: str, end: str, type: t.Optional[int], owner: t.Mapping[str, str]
    ) -> t.Sequence[UsageRecord]:
        params: dict[str, t.Any] = {"startdate": start, "enddate": end, "type": type}
        params |= {"account": owner.get("account"), "domainid": owner.get("domain_id")}
        params["projectid"] = owner.get("project_id")
        listed = self._client.listing("listUsageRecords", "usagerecord", params)
        return [usage_record(item, self._client.tell) for item in listed]
