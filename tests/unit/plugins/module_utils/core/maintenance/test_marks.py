# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks of a maintenance as notes have them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.marks import (
    BEFORE,
    MOVED,
    OPEN,
    STOPPED,
    Mark,
    alive,
    mark_of,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.notes import Note
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host

WHOLE = (BEFORE + "Disabled", STOPPED + "v1 User web 1", MOVED + "v2 v3", MOVED + "v3 v4", "hostcraft.lock x")


def notes(*texts: str) -> list[Note]:
    return [Note(str(number), text, 60.0, "admin") for number, text in enumerate(texts)]


def test_a_mark_is_read_of_its_notes_alone() -> None:
    mark = mark_of(notes(*WHOLE))
    assert mark is not None
    assert mark == Mark("Disabled", (("v1", "User", "web 1"),), ("v2", "v3", "v4"))
    assert [note.id for note in mark.notes] == ["0", "1", "2", "3"]
    assert mark.written == notes(*WHOLE)[0]
    assert mark_of(notes(*WHOLE, OPEN)) == replace(mark, open=True)


@pytest.mark.parametrize("text", ["", BEFORE, BEFORE + "Maintenance", "x " + BEFORE + "Enabled", OPEN, WHOLE[1]])
def test_what_is_no_whole_mark_is_none(text: str) -> None:
    assert mark_of(notes(text)) is None


@pytest.mark.parametrize("stopped", ["v1 User", "v1 Host web", ""])
def test_a_vm_that_is_not_told_whole_is_not_started(stopped: str) -> None:
    assert mark_of(notes(BEFORE + "Enabled", STOPPED + stopped)) == Mark("Enabled")


def test_of_a_host_that_was_enabled_elsewhere_nothing_is_given_back() -> None:
    mark = mark_of(notes(*WHOLE))
    assert mark is not None
    enabled, in_maintenance = (Host("1", "h", resource_state=state) for state in ("Enabled", "Maintenance"))
    assert alive(in_maintenance, mark) is mark
    assert alive(enabled, replace(mark, open=True)) == replace(mark, open=True)
    over = alive(enabled, mark)
    assert over is not None
    assert over == Mark("Enabled")
    assert over.plain
    assert over.notes == mark.notes
