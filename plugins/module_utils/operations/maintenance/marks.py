# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a maintenance has to give back: written on the host before anything changes, for a killed run's successor.

Marks are annotations of the host, which administrators see; an annotation holds 255 characters, so each VM has its own.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ...core.zone.hosts import DISABLED, ENABLED, Host
from ...ports.cloud import Cloud
from ...ports.notes import Note
from ..surely import add_note, remove_notes

BEFORE, STOPPED = "hostcraft.maintenance before ", "hostcraft.maintenance stopped "
MOVED = "hostcraft.maintenance moved "
LONGEST_NAME, LONGEST_NOTE = 120, 255
KINDS = ("User", "Router", "ConsoleProxy", "SecondaryStorageVm", "InternalLb")


@dataclass(frozen=True)
class Mark:
    """before: the resource state to return to. stopped: (id, kind, name) of VMs that were stopped and start again.

    moved: ids of VMs that were to be moved off, where they are to come back. notes: those that it is written in.
    """

    before: str
    stopped: tuple[tuple[str, str, str], ...] = ()
    moved: tuple[str, ...] = ()
    notes: tuple[Note, ...] = field(default=(), compare=False)


def read(cloud: Cloud, host: Host) -> t.Optional[Mark]:
    """The host's mark, or None. Notes are written by anybody: what is no whole mark is none."""
    before, stopped = "", []
    moved: list[str] = []
    found = [note for note in cloud.notes.all("HOST", host.id) if note.text.startswith((BEFORE, STOPPED, MOVED))]
    for note in found:
        if note.text.startswith(BEFORE) and note.text[len(BEFORE) :] in (ENABLED, DISABLED):
            before = note.text[len(BEFORE) :]
        elif note.text.startswith(STOPPED):
            words = note.text[len(STOPPED) :].split(" ", 2)
            if len(words) == 3 and words[1] in KINDS:
                stopped.append((words[0], words[1], words[2]))
        elif note.text.startswith(MOVED):
            moved += note.text[len(MOVED) :].split()
    whole = tuple(dict.fromkeys(stopped)), tuple(dict.fromkeys(moved))
    return Mark(before, *whole, tuple(found)) if before else None


def begin(cloud: Cloud, host: Host) -> Mark:
    """The mark of a maintenance that is under way, or a new one with the state of now."""
    held = read(cloud, host)
    if held is not None:
        return held
    # A drain that failed is cancelled, and that ends in Enabled.
    before = DISABLED if host.resource_state == DISABLED else ENABLED
    return Mark(before, notes=(add_note(cloud, "HOST", host.id, BEFORE + before),))


def add_stopped(cloud: Cloud, host: Host, mark: Mark, vm: tuple[str, str, str]) -> Mark:
    """Remember a VM before it is stopped."""
    vm = (vm[0], vm[1], vm[2][:LONGEST_NAME])
    if vm in mark.stopped:
        return mark
    note = add_note(cloud, "HOST", host.id, STOPPED + " ".join(vm))
    return replace(mark, stopped=(*mark.stopped, vm), notes=(*mark.notes, note))


def add_moved(cloud: Cloud, host: Host, mark: Mark, vm_ids: t.Iterable[str]) -> Mark:
    """Remember VMs before they are moved, as many in a note as it holds."""
    new = [each for each in dict.fromkeys(vm_ids) if each not in mark.moved]
    lines = [""]
    for vm_id in new:
        if lines[-1] and len(MOVED) + len(lines[-1]) + 1 + len(vm_id) > LONGEST_NOTE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {vm_id}".strip()
    notes = [add_note(cloud, "HOST", host.id, MOVED + line) for line in lines if line]
    return replace(mark, moved=(*mark.moved, *new), notes=(*mark.notes, *notes))


def forget_stopped(cloud: Cloud, host: Host, vm_id: str) -> None:
    """It runs again."""
    its = [note for note in cloud.notes.all("HOST", host.id) if note.text.startswith(f"{STOPPED}{vm_id} ")]
    remove_notes(cloud, "HOST", host.id, its)


def clear(cloud: Cloud, host: Host, mark: Mark) -> None:
    """Forget all that was read; the state to return to last, because it is what says that there is a mark."""
    notes = mark.notes
    remove_notes(cloud, "HOST", host.id, sorted(notes, key=lambda note: note.text.startswith(BEFORE)))
