# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contents of secondary storage moved from one image store to others.

Sources: 4.11.1 documentation, "Secondary Storage Outage and Data Loss" (18562-18564): several stores in a zone;
migrateSecondaryStorageData of 4.15 and newer; field facts, "Storage" (T7:306-319): the server takes a read-only
destination, and moves between stores of files only.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason
from ..zone.storage import ImageStore

FILES = frozenset(("nfs", "smb", "cifs"))  # providers whose stores hold files


@dataclass(frozen=True)
class Entry:
    """What lies at a path of a store or pool. of: the template, volume or snapshot that it is of."""

    name: str
    directory: bool = False
    size: int = 0
    updated: t.Optional[str] = None
    of: str = ""


@dataclass(frozen=True)
class Item:
    """A template, ISO or snapshot on a store. size: bytes."""

    kind: str
    id: str
    name: str
    size: int = 0


def refusals(
    source: ImageStore, destinations: t.Sequence[ImageStore], items: t.Optional[t.Sequence[Item]]
) -> t.Iterator[Reason]:
    """items: what is to be moved; None where the server does not tell."""
    for store in (source, *destinations):
        if store.provider.casefold() not in FILES:
            message = f"image store {store.name} has the provider {store.provider}: the server only moves files"
            yield Reason("provider", message, "use stores of provider NFS", {"store": store.name})
    for store in destinations:
        if store.id == source.id:
            message = f"image store {store.name} is source and destination"
            yield Reason("same_store", message, "set destinations to other stores", {"store": store.name})
        elif store.read_only:
            message = f"image store {store.name} is read-only: the server would accept it, but move nothing"
            yield Reason("read_only", message, "set read_only: false first (cs_image_store)", {"store": store.name})
        if store.zone_id != source.zone_id:
            message = f"image store {store.name} is in zone {store.zone or 'none'}, {source.name} in {source.zone}"
            yield Reason(
                "other_zone", message, "set destinations to stores of the zone of the source", {"store": store.name}
            )
    yield from _space(source, destinations, items)


def _space(
    source: ImageStore, destinations: t.Sequence[ImageStore], items: t.Optional[t.Sequence[Item]]
) -> t.Iterator[Reason]:
    """Only where the server tells the sizes of all destinations."""
    told = [each for each in destinations if each.disk_size_total]
    need = sum(item.size for item in items) if items is not None else source.disk_size_used or 0
    free = sum((each.disk_size_total or 0) - (each.disk_size_used or 0) for each in told)
    if destinations and len(told) == len(destinations) and need > free:
        message = f"{need} bytes of image store {source.name} do not fit into {free} free bytes of the destinations"
        yield Reason("no_space", message, "add a destination, or move fewer items", {"need": need, "free": free})
