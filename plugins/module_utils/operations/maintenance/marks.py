# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mark of a maintenance: written on the host before anything changes, for a killed run's successor.

Marks are annotations of the host, which administrators see; an annotation holds 255 characters, so each VM has its own.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.maintenance.begun import stamp
from ...core.maintenance.marks import BEFORE, MOVED, OPEN, STOPPED, Mark, alive, mark_of
from ...core.zone.hosts import Host
from ...core.zone.resource_states import DISABLED, ENABLED
from ...ports.cloud import Cloud
from ..notes import add_note, remove_notes

LONGEST_NAME, LONGEST_NOTE = 120, 255


def read(cloud: Cloud, host: Host) -> t.Optional[Mark]:
    """The host's mark, or None."""
    return mark_of(cloud.notes.all("HOST", host.id))


def begin(cloud: Cloud, host: Host) -> Mark:
    """The mark of a maintenance that is under way, or a new one with the state of now."""
    held = read(cloud, host)
    if held is not None:
        its = alive(host, held)
        if its == held:
            return held
        names = ", ".join(name for _id, _kind, name in held.stopped)
        forgotten = f"; VMs that it stopped and that are not started: {names}" if names else ""
        since = stamp(held.written.at if held.written else None) or "an unknown time"
        message = (
            f"the annotation of a maintenance of {since} was removed, because the maintenance was ended outside of "
            f"this module{forgotten}"
        )
        cloud.progress(f"host {host.name}: {message}")
        clear(cloud, host, held)
    # A drain that failed is cancelled, and that ends in Enabled.
    before = DISABLED if host.resource_state == DISABLED else ENABLED
    return Mark(before, notes=(add_note(cloud, "HOST", host.id, BEFORE + before),))


def opened(cloud: Cloud, host: Host, mark: Mark) -> Mark:
    """Before the host is enabled within its maintenance: the mark still counts then."""
    if mark.plain or mark.open:
        return mark
    return replace(mark, open=True, notes=(*mark.notes, add_note(cloud, "HOST", host.id, OPEN)))


def closed(cloud: Cloud, host: Host, mark: Mark) -> Mark:
    """Once it is not enabled any more."""
    its = [note for note in mark.notes if note.text == OPEN]
    remove_notes(cloud, "HOST", host.id, its)
    return replace(mark, open=False, notes=tuple(note for note in mark.notes if note not in its))


def left_open(cloud: Cloud, host: Host) -> t.Optional[Mark]:
    """The mark that a killed run left open on a host that the server has taken since: it is to be closed."""
    mark = None if host.resource_state in (ENABLED, DISABLED) else read(cloud, host)
    return mark if mark is not None and mark.open else None


def shut(cloud: Cloud, host: Host) -> None:
    """Close one that was left open, or it would still count when somebody else ends the maintenance."""
    mark = left_open(cloud, host)
    if mark is not None:
        closed(cloud, host, mark)


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


def forget_stopped(cloud: Cloud, host: Host, mark: Mark, vm_id: str) -> Mark:
    """It runs again."""
    its = [note for note in mark.notes if note.text.startswith(f"{STOPPED}{vm_id} ")]
    remove_notes(cloud, "HOST", host.id, its)
    stopped = tuple(vm for vm in mark.stopped if vm[0] != vm_id)
    return replace(mark, stopped=stopped, notes=tuple(note for note in mark.notes if note not in its))


def clear(cloud: Cloud, host: Host, mark: Mark) -> None:
    """Forget all that was read; the state to return to last, because it is what says that there is a mark."""
    notes = mark.notes
    remove_notes(cloud, "HOST", host.id, sorted(notes, key=lambda note: note.text.startswith(BEFORE)))
