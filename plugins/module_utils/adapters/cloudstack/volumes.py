# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``listVolumes``, with what the offerings of a volume want of a pool."""

from __future__ import annotations

import typing as t

from ...core.errors import ApiError
from ...core.storage.volumes import ROOT, Volume
from .bonds import EVEN_DELETED
from .client import Client
from .everyones import everybodys
from .records import Record, Tell, Wire, unheard
from .service_offerings import storage_tags
from .transport import Json

# ``vmtype`` → kind; what is not here is a user's.
KINDS: t.Mapping[str, str] = {
    "DomainRouter": "Router",
    "ConsoleProxy": "ConsoleProxy",
    "SecondaryStorageVm": "SecondaryStorageVm",
    "InternalLoadBalancerVm": "InternalLb",
}
Tags = t.Mapping[str, frozenset[str]]


class Volumes:
    """The port ``Volumes``."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._wanted: t.Optional[Tags] = None

    def on(self, pool_id: str) -> t.Sequence[Volume]:
        return self._listed({"storageid": pool_id})

    def of_vm(self, vm_id: str) -> t.Sequence[Volume]:
        return self._listed({"virtualmachineid": vm_id})

    def one(self, volume_id: str) -> t.Optional[Volume]:
        try:
            found = self._listed({"id": volume_id})
        except ApiError as error:
            # An unknown id is an error, never an empty list (T7:185).
            if error.errorcode != 431:
                raise
            return None
        return found[0] if found else None

    def moves_live(self, hypervisor: str) -> bool:
        rows = self._client.listing("listHypervisorCapabilities", "hypervisorCapabilities", {"hypervisor": hypervisor})
        return any(
            Record(row, "hypervisor capabilities", self._client.tell).flag("storagemotionenabled") for row in rows
        )

    def with_snapshots(self) -> frozenset[str]:
        found = [
            Record(item, "VM snapshot", self._client.tell).text("virtualmachineid")
            for item in everybodys(self._client, "listVMSnapshot", "vmSnapshot", {})
        ]
        return frozenset(each for each in found if each)

    def _listed(self, params: Json) -> list[Volume]:
        """Of accounts, of projects, and of the system itself (since 4.18; before, these are not told)."""
        found = everybodys(self._client, "listVolumes", "volume", {"listsystemvms": True, **params})
        tags = self._tags() if found else {}
        for each in found:
            self._tell_unlisted(each, tags)
        return [volume(item, tags, self._client.tell) for item in found]

    def _tell_unlisted(self, wire: Wire, tags: Tags) -> None:
        """A server before 4.19 does not list an offering that was deleted."""
        for its in _offerings(Record(wire, "volume", self._client.tell)):
            if its and not any(each in tags for each in its):
                self._client.tell(
                    f"{its[-1]} is not listed, because it was deleted: storage tags that it asks for are not known, "
                    "and its volumes may be moved to pools without them"
                )

    def _tags(self) -> Tags:
        """Storage tags by id and by name of an offering, deleted or not: some answers hold another id (T7:183)."""
        if self._wanted is None:
            wanted: dict[str, frozenset[str]] = {}
            for command, key, tags_of, also in (
                ("listDiskOfferings", "diskoffering", _disk_tags, {}),
                ("listServiceOfferings", "serviceoffering", storage_tags, {}),
                ("listServiceOfferings", "serviceoffering", storage_tags, {"issystem": True}),
            ):
                for item in self._client.listing(command, key, {"listall": True, **EVEN_DELETED, **also}):
                    read = Record(item, key, self._client.tell)
                    tags = frozenset(tags_of(read))
                    for each in (read.text("id"), f"{key} {read.text('name')}"):
                        wanted[each] = wanted.get(each, frozenset()) | tags
            self._wanted = wanted
        return self._wanted


def _disk_tags(read: Record) -> tuple[str, ...]:
    return read.names("tags") or ()


def _offerings(read: Record) -> t.Iterator[tuple[str, ...]]:
    """The offerings of a volume, each by its id, if it has one, and by its name."""
    for key in ("diskoffering", "serviceoffering"):
        words = (read.text(f"{key}id"), read.text(f"{key}name"))
        if words[1]:
            yield (words[0], f"{key} {words[1]}")
        elif words[0]:
            yield (words[0],)


def _wanted(its: tuple[str, ...], tags: Tags) -> frozenset[str]:
    """Of the very offering where its id is known; else of all of its name."""
    return next((tags[each] for each in its if each in tags), frozenset())


def volume(wire: Wire, tags: Tags, tell: Tell = unheard) -> Volume:
    read = Record(wire, "volume", tell)
    return Volume(
        id=read.id(),
        name=read.text("name"),
        type=read.text("type") or ROOT,
        state=read.text("state"),
        size=read.needed("size", "B"),
        physical=read.whole("physicalsize", "B"),
        pool_id=read.text("storageid"),
        cluster_id=read.text("clusterid"),
        vm_id=read.text("virtualmachineid"),
        vm=read.text("vmdisplayname", "vmname"),
        vm_state=read.text("vmstate"),
        vm_kind=KINDS.get(read.text("vmtype"), "User"),
        hypervisor=read.text("hypervisor"),
        tags=frozenset().union(*(_wanted(its, tags) for its in _offerings(read))),
        local=read.text("storagetype").casefold() == "local",
    )
