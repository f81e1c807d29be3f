# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll's record: which hosts it visits and which are done, kept on the cluster so that a killed run is resumed.

An annotation of the cluster that administrators see; one roll a cluster.
"""

from __future__ import annotations

import contextlib
import json
import typing as t
from dataclasses import asdict, dataclass, replace

from ..core.topology import Cluster
from ..ports import Cloud, Note

PREFIX = "hostcraft.roll "


@dataclass(frozen=True)
class Record:
    """hosts, done, skipped: ids. placement: the fingerprint that the last plan expects to find."""

    run: str
    hosts: tuple[str, ...]
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    placement: str = ""

    @property
    def pending(self) -> tuple[str, ...]:
        return tuple(each for each in self.hosts if each not in self.done and each not in self.skipped)


def read(cloud: Cloud, cluster: Cluster) -> t.Optional[Record]:
    """The cluster's record, or None."""
    found = _records(cloud, cluster)
    return found[-1][1] if found else None


def write(cloud: Cloud, cluster: Cluster, record: Record) -> Record:
    """Set it in place of an older one: the new one first, so that a kill between the two loses nothing."""
    old = _records(cloud, cluster)
    if old and old[-1][1] == record:
        return record
    cloud.notes.add("CLUSTER", cluster.id, PREFIX + json.dumps(asdict(record), sort_keys=True))
    for note, _each in old:
        cloud.notes.remove(note.id)
    return record


def clear(cloud: Cloud, cluster: Cluster) -> bool:
    """Forget it; whether there was one."""
    found = _records(cloud, cluster)
    for note, _each in found:
        cloud.notes.remove(note.id)
    return bool(found)


def _records(cloud: Cloud, cluster: Cluster) -> list[tuple[Note, Record]]:
    """In the order of what is done, because two notes of one second have no order of their own."""
    found = []
    for note in cloud.notes.all("CLUSTER", cluster.id):
        if note.text.startswith(PREFIX):
            with contextlib.suppress(ValueError, TypeError):
                found.append((note, _record(json.loads(note.text[len(PREFIX) :]))))
    return sorted(found, key=lambda pair: len(pair[1].done) + len(pair[1].skipped))


def _record(data: t.Mapping[str, t.Any]) -> Record:
    record = Record(**data)
    return replace(record, hosts=tuple(record.hosts), done=tuple(record.done), skipped=tuple(record.skipped))
