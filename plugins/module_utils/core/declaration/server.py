# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server has already, as the modules ``cs_*_info`` tell it. A list that was not read says nothing."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .problem import Record

Records = tuple[Record, ...]
KINDS = (
    "zones",
    "pods",
    "vlan_ip_ranges",
    "hosts",  # of all zones
    "zone_hosts",  # of the declared zone alone
    "storage_pools",
    "image_stores",
    "staging_stores",
    "management_servers",
    "configurations",
    "resources",  # addresses of the declared zone and its pods, and how many are in use
)


@dataclass(frozen=True)
class Held:
    """Lists of the server by kind; None for one that was not read or that the server refused to tell."""

    lists: t.Mapping[str, t.Optional[Records]]

    @classmethod
    def of(cls, told: object) -> Held:
        """told: lists by kind, or what a task that reads one has registered; anything else is not known."""
        given = told if isinstance(told, t.Mapping) else {}
        return cls({kind: _records(given.get(kind)) for kind in KINDS})

    def known(self, kind: str) -> bool:
        return self.lists.get(kind) is not None

    def all(self, kind: str) -> Records:
        """The list, empty where it is not known."""
        return self.lists.get(kind) or ()

    def of_zone(self, kind: str, zone: str) -> Records:
        return tuple(each for each in self.all(kind) if text(each, "zone") == zone)

    def elsewhere(self, kind: str, zone: str) -> Records:
        """Those of other zones."""
        return tuple(each for each in self.all(kind) if text(each, "zone") not in ("", zone))

    def setting(self, *names: str) -> t.Optional[str]:
        """The value of a setting by one of its names; None where the server was not asked for it."""
        for each in self.all("configurations"):
            if text(each, "name") in names:
                return text(each, "value")
        return None


def _records(told: object) -> t.Optional[Records]:
    if not isinstance(told, (list, tuple)):
        return None
    return tuple(each for each in told if isinstance(each, t.Mapping))


def text(record: Record, key: str) -> str:
    """A value as text; "" for none."""
    value = record.get(key)
    return "" if value is None or isinstance(value, (bool, list, tuple, dict)) else str(value)
