# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What work on a storage pool has to give back: annotations of the pool, for a killed run's successor.

An annotation holds 255 characters, so the VMs are written a few to each.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.zone.storage import StoragePool
from ...ports.cloud import Cloud
from ...ports.notes import Note
from ..surely import add_note, remove_notes

ENTITY = "PRIMARY_STORAGE"
BEFORE, STOPPED = "hostcraft.storage before ", "hostcraft.storage stopped "
MOVING = "hostcraft.storage moving "
A_NOTE = 4  # VMs of one annotation
KINDS = ("User", "Router", "ConsoleProxy", "SecondaryStorageVm", "InternalLb")
STATES = ("Up", "Disabled")


class Vm(t.NamedTuple):
    id: str
    kind: str


@dataclass(frozen=True)
class Mark:
    """before: the state that the pool returns to. stopped: VMs that ran on it before its maintenance."""

    before: str
    stopped: tuple[Vm, ...] = ()


def read(cloud: Cloud, pool: StoragePool) -> t.Optional[Mark]:
    """The pool's mark, or None. Notes are written by anybody: what is no whole mark is none."""
    before = ""
    stopped: list[Vm] = []
    for note in cloud.notes.all(ENTITY, pool.id):
        if note.text.startswith(BEFORE) and note.text[len(BEFORE) :] in STATES:
            before = note.text[len(BEFORE) :]
        elif note.text.startswith(STOPPED):
            stopped += _vms(note.text[len(STOPPED) :])
    return Mark(before, tuple(dict.fromkeys(stopped))) if before else None


def _vms(text: str) -> t.Iterator[Vm]:
    for word in text.split():
        kind, colon, id = word.partition(":")
        if colon and kind in KINDS and id:
            yield Vm(id, kind)


def begin(cloud: Cloud, pool: StoragePool, running: t.Sequence[Vm]) -> Mark:
    """The mark of a maintenance, written before anything is stopped. VMs of an earlier try stay in it."""
    held = read(cloud, pool) or Mark("")
    new = [vm for vm in running if vm not in held.stopped]
    for n in range(0, len(new), A_NOTE):
        add_note(cloud, ENTITY, pool.id, STOPPED + " ".join(f"{vm.kind}:{vm.id}" for vm in new[n : n + A_NOTE]))
    before = held.before or ("Disabled" if pool.state == "Disabled" else "Up")
    if not held.before:
        add_note(cloud, ENTITY, pool.id, BEFORE + before)
    return Mark(before, (*held.stopped, *new))


def clear(cloud: Cloud, pool: StoragePool) -> None:
    """Forget all of a maintenance; the state to return to last, because it is what says that there is a mark."""
    notes = [note for note in cloud.notes.all(ENTITY, pool.id) if note.text.startswith((BEFORE, STOPPED))]
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
