# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server has to offer: providers of network services and of storage (T7:246-248). Asked once."""

from __future__ import annotations

import typing as t

from ...core.errors import Unsupported
from .client import Client
from .records import Record
from .transport import Json


class Offers:
    """The port ``Offers``."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._services: t.Optional[dict[str, tuple[str, ...]]] = None
        self._storage: dict[str, tuple[str, ...]] = {}

    def services(self) -> t.Mapping[str, t.Sequence[str]]:
        if self._services is None:
            found = self._listed("listSupportedNetworkServices", "networkservice", {})
            self._services = {
                each.text("name"): tuple(one.text("name") for one in each.records("provider", "provider"))
                for each in found
            }
        return self._services

    def os_categories(self) -> t.Mapping[str, str]:
        return {each.text("name"): each.text("id") for each in self._listed("listOsCategories", "oscategory", {})}

    def planners(self) -> t.Sequence[str]:
        return [each.text("name") for each in self._listed("listDeploymentPlanners", "deploymentPlanner", {})]

    def storage(self, kind: str) -> t.Sequence[str]:
        if kind not in self._storage:
            found = self._listed("listStorageProviders", "dataStoreProvider", {"type": kind})
            self._storage[kind] = tuple(each.text("name") for each in found)
        return self._storage[kind]

    def _listed(self, command: str, key: str, params: Json) -> list[Record]:
        """Items of a listing; none where the server has no such command."""
        try:
            return [Record(item, key, self._client.tell) for item in self._client.listing(command, key, params)]
        except Unsupported:
            return []
