# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What work on a storage pool has to give back: annotations of the pool, for a killed run's successor.

An annotation holds 255 characters, so the VMs are written a few to each.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...core.notes import Note
from ...core.zone.storage import StoragePool
from ...ports.cloud import Cloud
from ..notes import add_note, remove_notes

ENTITY = "PRIMARY_STORAGE"
BEFORE, STOPPED = "hostcraft.storage before ", "hostcraft.storage stopped "
MOVING = "hostcraft.storage moving "
A_NOTE = 4  # VMs of one annotation
KINDS = ("User", "Router", "ConsoleProxy", "SecondaryStorageVm", "InternalLb")
STATES = ("Up", "Disabled")
OPEN = "hostcraft.storage up for a moment"


class Vm(t.NamedTuple):
    id: str
    kind: str


@dataclass(frozen=True)
class Mark:
    """before: the state that the pool returns to. stopped: VMs that ran on it before its maintenance.

    open: the pool is Up within its maintenance, to be prepared or on its way back. written: the note of ``before``.
    """

    before: str
    stopped: tuple[Vm, ...] = ()
    open: bool = False
    written: t.Optional[Note] = field(default=None, compare=False)


def read(cloud: Cloud, pool: StoragePool) -> t.Optional[Mark]:
    """The pool's mark, or None.

    Of a pool that is Up, and not just for a moment, the maintenance is over: it was ended elsewhere, and the server
    started its VMs. Who stopped one since then means it.
    """
    mark = _written(cloud, pool)
    return None if mark is None or _over(pool, mark) else mark


def _over(pool: StoragePool, mark: Mark) -> bool:
    return pool.state == "Up" and not mark.open


def _written(cloud: Cloud, pool: StoragePool) -> t.Optional[Mark]:
    """Notes are written by anybody: what is no whole mark is none."""
    before, is_open = "", False
    written: t.Optional[Note] = None
    stopped: list[Vm] = []
    for note in cloud.notes.all(ENTITY, pool.id):
        if note.text.startswith(BEFORE) and note.text[len(BEFORE) :] in STATES:
            before, written = note.text[len(BEFORE) :], note
        elif note.text.startswith(STOPPED):
            stopped += _vms(note.text[len(STOPPED) :])
        is_open = is_open or note.text == OPEN
    return Mark(before, tuple(dict.fromkeys(stopped)), is_open, written) if before else None


def _vms(text: str) -> t.Iterator[Vm]:
    for word in text.split():
        kind, colon, id = word.partition(":")
        if colon and kind in KINDS and id:
            yield Vm(id, kind)


def _texts(vms: t.Sequence[Vm]) -> list[str]:
    """Of the notes that hold them."""
    parts = [vms[n : n + A_NOTE] for n in range(0, len(vms), A_NOTE)]
    return [STOPPED + " ".join(f"{vm.kind}:{vm.id}" for vm in part) for part in parts]


def begin(cloud: Cloud, pool: StoragePool, running: t.Sequence[Vm]) -> Mark:
    """The mark of a maintenance, written before anything is stopped. VMs of an earlier try stay in it."""
    held = _written(cloud, pool) or Mark("")
    # A run that was killed may have asked for it already: the pool is Up until its job begins.
    if held.before and _over(pool, held) and not cloud.jobs.at_work_on(pool.id):
        clear(cloud, pool)
        held = Mark("")
    new = [vm for vm in running if vm not in held.stopped]
    for text in _texts(new):
        add_note(cloud, ENTITY, pool.id, text)
    before = held.before or ("Disabled" if pool.state == "Disabled" else "Up")
    if not held.before:
        add_note(cloud, ENTITY, pool.id, BEFORE + before)
    return Mark(before, (*held.stopped, *new), held.open)


def keep_stopped(cloud: Cloud, pool: StoragePool, vms: t.Sequence[Vm]) -> None:
    """Of the stopped VMs only these; they are in a note at every moment."""
    held = [note for note in cloud.notes.all(ENTITY, pool.id) if note.text.startswith(STOPPED)]
    wanted, there = _texts(vms), {note.text for note in held}
    for text in wanted:
        if text not in there:
            add_note(cloud, ENTITY, pool.id, text)
    remove_notes(cloud, ENTITY, pool.id, [note for note in held if note.text not in wanted])


def opened(cloud: Cloud, pool: StoragePool) -> None:
    """Before the pool becomes Up within its maintenance: the mark still counts then."""
    add_note(cloud, ENTITY, pool.id, OPEN)


def closed(cloud: Cloud, pool: StoragePool) -> None:
    """Once it is not Up any more."""
    remove_notes(cloud, ENTITY, pool.id, [note for note in cloud.notes.all(ENTITY, pool.id) if note.text == OPEN])


def clear(cloud: Cloud, pool: StoragePool) -> None:
    """Forget all of a maintenance; the state to return to last, because it is what says that there is a mark."""
    notes = [note for note in cloud.notes.all(ENTITY, pool.id) if note.text.startswith((BEFORE, STOPPED, OPEN))]
    remove_notes(cloud, ENTITY, pool.id, sorted(notes, key=lambda note: note.text.startswith(BEFORE)))


def moving(cloud: Cloud, pool: StoragePool) -> tuple[str, ...]:
    """Ids of VMs that were stopped so that their volumes move, and that start again."""
    return tuple(dict.fromkeys(note.text[len(MOVING) :] for note in _moving(cloud, pool)))


def _moving(cloud: Cloud, pool: StoragePool) -> list[Note]:
    return [note for note in cloud.notes.all(ENTITY, pool.id) if note.text.startswith(MOVING)]


def begin_moving(cloud: Cloud, pool: StoragePool, vm_id: str) -> None:
    """Before the VM is stopped."""
    if vm_id not in moving(cloud, pool):
        add_note(cloud, ENTITY, pool.id, MOVING + vm_id)


def end_moving(cloud: Cloud, pool: StoragePool, vm_id: str) -> None:
    """It runs again."""
    its = [note for note in _moving(cloud, pool) if note.text == MOVING + vm_id]
    remove_notes(cloud, ENTITY, pool.id, its)
