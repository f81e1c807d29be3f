# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``listCapacity`` of a cluster. Of a zone or pod it counts every host with one cluster's factors (T3:100)."""

from __future__ import annotations

import typing as t

from ...core.accounting import Amount, Balance
from ...core.capacity.levels import Level
from .client import Client
from .records import Record
from .transport import Json

RAM, CPU = 0, 1  # types of capacity


class Capacities:
    """The port ``Capacities``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of_cluster(self, cluster_id: str, latest: bool = False) -> t.Optional[Balance]:
        """None where the server has no figures. ``latest``: it looks at every host anew first (T3:99)."""
        params: Json = {"clusterid": cluster_id, "fetchlatest": latest or None}
        found: dict[t.Optional[int], Record] = {}
        for item in self._client.listing("listCapacity", "capacity", params):
            read = Record(item, "capacity", self._client.tell)
            found[read.whole("type")] = read
        if not {CPU, RAM} & found.keys():
            return None
        return Balance(_amount(found, "capacitytotal"), _amount(found, "capacityused"))

    def of_place(self, scope: str, id: str, kinds: t.Collection[int]) -> t.Mapping[int, Level]:
        found: dict[int, Level] = {}
        for item in self._client.listing("listCapacity", "capacity", {f"{scope}id": id}):
            read = Record(item, "capacity", self._client.tell)
            number, used, total = read.whole("type"), read.amount("capacityused"), read.amount("capacitytotal")
            if number is None or number not in kinds or total is None or (used is None and read.has("capacityused")):
                continue
            before, used = found.get(number, Level(0, 0)), used or 0
            found[number] = Level(before.used + used, before.total + total)
        return found


def _amount(found: t.Mapping[t.Optional[int], Record], key: str) -> Amount:
    cpu, ram = (found.get(kind, Record({}, "capacity")) for kind in (CPU, RAM))
    return Amount(cpu.needed(key, "MHz"), ram.needed(key, "B"))
