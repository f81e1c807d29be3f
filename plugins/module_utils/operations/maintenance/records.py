# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll's record: which hosts it visits and which are done, kept on the cluster so that a killed run is resumed.

Annotations of the cluster, which administrators see; one holds 255 characters, so each host has its own. One roll a
cluster.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ...ports.notes import Note
from ..surely import add_note, remove_notes

PREFIX = "hostcraft.roll "
Fate = t.Literal["done", "skipped", "worked"]


@dataclass(frozen=True)
class Record:
    """hosts, done, skipped, worked: ids. placement: the fingerprint that the last plan expects to find.

    worked: those whose work is done, so that all that is left is their way back and what comes after it.
    """

    run: str
    hosts: tuple[str, ...]
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    placement: str = ""
    worked: tuple[str, ...] = ()

    @property
    def pending(self) -> tuple[str, ...]:
        return tuple(each for each in self.hosts if each not in self.done and each not in self.skipped)


def read(cloud: Cloud, cluster: Cluster, all_hosts: t.Sequence[str]) -> t.Optional[Record]:
    """The cluster's record, or None. ``all_hosts``: ids that a roll without a narrower scope visits."""
    run = ""
    said: dict[str, list[str]] = {}
    for _note, words in _notes(cloud, cluster):
        said.setdefault(words[1], []).append(words[2] if len(words) > 2 else "")
        run = words[0]
    if "start" not in said:
        return None
    done, skipped, worked = (tuple(dict.fromkeys(said.get(fate, ()))) for fate in ("done", "skipped", "worked"))
    hosts = tuple(dict.fromkeys(said.get("scope", ()))) or tuple(all_hosts)
    return Record(run, hosts, done, skipped, said["start"][-1], worked)


def begin(cloud: Cloud, cluster: Cluster, run: str, scope: t.Sequence[str]) -> None:
    """Start one. ``scope``: ids of the hosts to visit, none for all. The note that makes it a record comes last."""
    clear(cloud, cluster)
    for host in scope:
        _say(cloud, cluster, run, "scope", host)
    _say(cloud, cluster, run, "start", "")


def expect(cloud: Cloud, cluster: Cluster, record: Record, placement: str) -> None:
    """Remember the placement that the next wave is to find; the new note first, so that a kill loses nothing."""
    if placement == record.placement:
        return
    old = [note for note, words in _notes(cloud, cluster) if words[1] == "start"]
    _say(cloud, cluster, record.run, "start", placement)
    remove_notes(cloud, "CLUSTER", cluster.id, old)


def settle(cloud: Cloud, cluster: Cluster, record: Record, host: str, fate: Fate) -> None:
    """What became of a host."""
    _say(cloud, cluster, record.run, fate, host)


def clear(cloud: Cloud, cluster: Cluster) -> None:
    """Forget it; what makes it a record goes first."""
    notes = sorted(_notes(cloud, cluster), key=lambda pair: pair[1][1] != "start")
    remove_notes(cloud, "CLUSTER", cluster.id, [note for note, _words in notes])


def _say(cloud: Cloud, cluster: Cluster, run: str, what: str, about: str) -> None:
    add_note(cloud, "CLUSTER", cluster.id, f"{PREFIX}{run} {what} {about}".rstrip())


def _notes(cloud: Cloud, cluster: Cluster) -> list[tuple[Note, list[str]]]:
    found = [(note, note.text[len(PREFIX) :].split()) for note in _all(cloud, cluster)]
    return [pair for pair in found if len(pair[1]) > 1]


def _all(cloud: Cloud, cluster: Cluster) -> list[Note]:
    return [note for note in cloud.notes.all("CLUSTER", cluster.id) if note.text.startswith(PREFIX)]
