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
NOWHERE = "-"  # a placement that no plan has foretold
Fate = t.Literal["done", "skipped", "worked"]


@dataclass(frozen=True)
class Record:
    """hosts, done, skipped, worked: ids. placement: the fingerprint that the last plan expects to find.

    worked: those whose work is done, so that all that is left is their way back and what comes after it.
    begun: when, by the server's clock, in seconds since 1970; 0 where that is unknown.
    """

    run: str
    hosts: tuple[str, ...]
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    placement: str = ""
    worked: tuple[str, ...] = ()
    begun: float = 0.0

    @property
    def pending(self) -> tuple[str, ...]:
        return tuple(each for each in self.hosts if each not in self.done and each not in self.skipped)


def read(cloud: Cloud, cluster: Cluster, all_hosts: t.Sequence[str]) -> t.Optional[Record]:
    """The cluster's record, or None. ``all_hosts``: ids that a roll without a narrower scope visits."""
    notes = _notes(cloud, cluster)
    starts = [(note, words) for note, words in notes if words[1] == "start"]
    if not starts:
        return None
    # A note of another name, or that says something else, is somebody's own.
    run = starts[0][1][0]
    said: dict[str, list[str]] = {}
    for _note, words in notes:
        if words[0] == run and len(words) > 2:
            said.setdefault(words[1], []).append(words[2])
    done, skipped, worked = (tuple(dict.fromkeys(said.get(fate, ()))) for fate in ("done", "skipped", "worked"))
    scope = dict.fromkeys(said.get("scope", ()))
    # A host that has left the cluster is not waited for.
    hosts = tuple(each for each in scope if not all_hosts or each in all_hosts) if scope else tuple(all_hosts)
    placement = said.get("start", [NOWHERE])[-1]
    return Record(run, hosts, done, skipped, "" if placement == NOWHERE else placement, worked, _begun(starts))


def age(cloud: Cloud, cluster: Cluster, record: Record) -> float:
    """Seconds since it was begun, as the newest note and this machine's clock have it; 0 where that is unknown."""
    if not record.begun:
        return 0.0
    newest = max((note.at or 0.0 for note in cloud.notes.all("CLUSTER", cluster.id)), default=0.0)
    return max(newest, cloud.clock.wall(), record.begun) - record.begun


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
    old = [(note, words) for note, words in _notes(cloud, cluster) if words[:2] == [record.run, "start"]]
    _say(cloud, cluster, record.run, "start", f"{placement or NOWHERE} {record.begun or _begun(old):.0f}")
    remove_notes(cloud, "CLUSTER", cluster.id, [note for note, _words in old])


def settle(cloud: Cloud, cluster: Cluster, record: Record, host: str, fate: Fate) -> None:
    """What became of a host."""
    _say(cloud, cluster, record.run, fate, host)


def clear(cloud: Cloud, cluster: Cluster) -> None:
    """Forget it; what makes it a record goes first."""
    notes = sorted(_notes(cloud, cluster), key=lambda pair: pair[1][1] != "start")
    remove_notes(cloud, "CLUSTER", cluster.id, [note for note, _words in notes])


def _begun(starts: t.Sequence[tuple[Note, list[str]]]) -> float:
    """What the notes say, or when the first of them was written."""
    said = [float(words[3]) for _note, words in starts if len(words) > 3 and words[3].isascii() and words[3].isdigit()]
    written = [note.at for note, _words in starts if note.at is not None]
    return min([each for each in said if each] or written, default=0.0)


def _say(cloud: Cloud, cluster: Cluster, run: str, what: str, about: str) -> None:
    add_note(cloud, "CLUSTER", cluster.id, f"{PREFIX}{run} {what} {about}".rstrip())


def _notes(cloud: Cloud, cluster: Cluster) -> list[tuple[Note, list[str]]]:
    found = [(note, note.text[len(PREFIX) :].split()) for note in _all(cloud, cluster)]
    return [pair for pair in found if len(pair[1]) > 1]


def _all(cloud: Cloud, cluster: Cluster) -> list[Note]:
    return [note for note in cloud.notes.all("CLUSTER", cluster.id) if note.text.startswith(PREFIX)]
