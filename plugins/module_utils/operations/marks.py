# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a maintenance has to give back: written on the host before anything changes, for a killed run's successor.

The mark is an annotation of the host that administrators see.
"""

from __future__ import annotations

import contextlib
import json
import typing as t
from dataclasses import asdict, dataclass, replace

from ..core.hosts import Host
from ..ports import Cloud, Note

PREFIX = "hostcraft.maintenance "


@dataclass(frozen=True)
class Mark:
    """before: the resource state to return to. stopped: (id, kind, name) of VMs that were stopped and start again."""

    before: str
    stopped: tuple[tuple[str, str, str], ...] = ()


def read(cloud: Cloud, host: Host) -> t.Optional[Mark]:
    """The host's mark, or None."""
    found = _marks(cloud, host)
    return found[-1][1] if found else None


def write(cloud: Cloud, host: Host, mark: Mark) -> Mark:
    """Set it in place of an older one."""
    old = _marks(cloud, host)
    if old and old[-1][1] == mark:
        return mark
    cloud.notes.add("HOST", host.id, PREFIX + json.dumps(asdict(mark), sort_keys=True))
    for note, _each in old:
        cloud.notes.remove(note.id)
    return mark


def begin(cloud: Cloud, host: Host) -> Mark:
    """The mark of a maintenance that is under way, or a new one with the state of now."""
    return read(cloud, host) or write(cloud, host, Mark(host.resource_state))


def add_stopped(cloud: Cloud, host: Host, mark: Mark, vm: tuple[str, str, str]) -> Mark:
    """Remember a VM before it is stopped."""
    return mark if vm in mark.stopped else write(cloud, host, replace(mark, stopped=(*mark.stopped, vm)))


def clear(cloud: Cloud, host: Host) -> None:
    for note, _each in _marks(cloud, host):
        cloud.notes.remove(note.id)


def _marks(cloud: Cloud, host: Host) -> list[tuple[Note, Mark]]:
    found = []
    for note in cloud.notes.all("HOST", host.id):
        if note.text.startswith(PREFIX):
            with contextlib.suppress(ValueError, TypeError, KeyError):
                data = json.loads(note.text[len(PREFIX) :])
                found.append((note, Mark(data["before"], tuple(tuple(vm) for vm in data["stopped"]))))
    return found
