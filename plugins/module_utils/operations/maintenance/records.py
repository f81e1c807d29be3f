# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll's record: which hosts it visits and which are done, kept on the cluster so that a killed run is resumed.

Annotations of the cluster, which administrators see; one holds 255 characters, so each host has its own. One roll a
cluster.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, replace

from ...core.notes import Note
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..notes import add_note, remove_notes

PREFIX = "hostcraft.roll "
NOWHERE = "-"  # a placement that no plan has foretold
Fate = t.Literal["done", "skipped", "worked"]


@dataclass(frozen=True)
class Record:
    """hosts, done, skipped, worked: ids. placement: the fingerprint that the last plan expects to find.

    worked: those whose work is done, so that all that is left is their way back and what comes after it.
    begun: when, by the server's clock, in seconds since 1970; 0 where that is unknown. newest: when the last of all
    notes was written. starts: the notes that make it a record.
    """

    run: str
    hosts: tuple[str, ...]
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    placement: str = ""
    worked: tuple[str, ...] = ()
    begun: float = 0.0
    newest: float = 0.0
    starts: tuple[Note, ...] = ()

    @functools.cached_property
    def pending(self) -> tuple[str, ...]:
        settled = {*self.done, *self.skipped}
        return tuple(each for each in self.hosts if each not in settled)

    def with_fate(self, host: str, fate: Fate) -> Record:
        """Once it was noted."""
        if fate == "done":
            return replace(self, done=(*self.done, host))
        if fate == "skipped":
            return replace(self, skipped=(*self.skipped, host))
        return replace(self, worked=(*self.worked, host))


def read(cloud: Cloud, cluster: Cluster, all_hosts: t.Sequence[str]) -> t.Optional[Record]:
    """The cluster's record, or None. ``all_hosts``: ids that a roll without a narrower scope visits."""
    everything = cloud.notes.all("CLUSTER", cluster.id)
    notes = _said(everything)
    starts = [(note, words) for note, words in notes if words[1] == "start"]
    if not starts:
        return None
    newest = max((note.at or 0.0 for note in everything), default=0.0)
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
    its = tuple(note for note, words in starts if words[0] == run)
    held = "" if placement == NOWHERE else placement
    return Record(run, hosts, done, skipped, held, worked, _begun(starts), newest, its)


def age(cloud: Cloud, record: Record) -> float:
    """Seconds since it was begun, as the newest note and this machine's clock have it; 0 where that is unknown."""
    return max(record.newest, cloud.clock.wall(), record.begun) - record.begun if record.begun else 0.0


def begin(cloud: Cloud, cluster: Cluster, run: str, scope: t.Sequence[str]) -> tuple[Note, ...]:
    """Start one; the note that makes it a record, which comes last. ``scope``: ids of the hosts to visit, none for
    all.
    """
    clear(cloud, cluster)
    for host in scope:
        _say(cloud, cluster, run, "scope", host)
    return (_say(cloud, cluster, run, "start", ""),)


def expect(cloud: Cloud, cluster: Cluster, record: Record, placement: str) -> None:
    """Remember the placement that the next wave is to find; the new note first, so that a kill loses nothing."""
    if placement == record.placement:
        return
    begun = record.begun or min((note.at for note in record.starts if note.at is not None), default=0.0)
    _say(cloud, cluster, record.run, "start", f"{placement or NOWHERE} {begun:.0f}")
    remove_notes(cloud, "CLUSTER", cluster.id, record.starts)


def settle(cloud: Cloud, cluster: Cluster, record: Record, host: str, fate: Fate) -> None:
    """What became of a host."""
    _say(cloud, cluster, record.run, fate, host)


def clear(cloud: Cloud, cluster: Cluster) -> None:
    """Forget it; what makes it a record goes first."""
    notes = sorted(_said(cloud.notes.all("CLUSTER", cluster.id)), key=lambda pair: pair[1][1] != "start")
    remove_notes(cloud, "CLUSTER", cluster.id, [note for note, _words in notes])


def _begun(starts: t.Sequence[tuple[Note, list[str]]]) -> float:
    """What the notes say, or when the first of them was written."""
    said = [float(words[3]) for _note, words in starts if len(words) > 3 and words[3].isascii() and words[3].isdigit()]
    written = [note.at for note, _words in starts if note.at is not None]
    return min([each for each in said if each] or written, default=0.0)


def _say(cloud: Cloud, cluster: Cluster, run: str, what: str, about: str) -> Note:
    return add_note(cloud, "CLUSTER", cluster.id, f"{PREFIX}{run} {what} {about}".rstrip())


def _said(notes: t.Iterable[Note]) -> list[tuple[Note, list[str]]]:
    """What they say of rolls, by words."""
    found = [(note, note.text[len(PREFIX) :].split()) for note in notes if note.text.startswith(PREFIX)]
    return [pair for pair in found if len(pair[1]) > 1]
