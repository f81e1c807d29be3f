# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an event source remembers, as lines of text: first all of it, then what was told since, one a line."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from ..errors import HostcraftError
from .cursor import HOSTS, Cursor, Happening

FORM = 1


class BrokenState(HostcraftError):
    """The first line cannot be read: what was told is unknown."""

    code = "broken_cursor"


@dataclass
class State:
    """cursors: by source; a source without one was never read. hosts: state and resource state by id."""

    cursors: dict[str, Cursor] = field(default_factory=dict)
    hosts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def told(self, each: Happening) -> None:
        if each.source == HOSTS:
            self.hosts[each.key] = t.cast("tuple[str, str]", each.what)
            return
        self.cursors.setdefault(each.source, Cursor()).told[each.key] = each.when


def base(state: State) -> str:
    """All of it as one line."""
    cursors = {name: {"floor": each.floor, "told": dict(each.told)} for name, each in state.cursors.items()}
    return json.dumps({"form": FORM, "cursors": cursors, HOSTS: {id: list(each) for id, each in state.hosts.items()}})


def line(each: Happening) -> str:
    what = list(each.what) if each.source == HOSTS else None
    return json.dumps([each.source, each.key, each.when, what])


def parsed(text: str) -> State:
    """The last line may be cut off, and then counts as not written. Raises BrokenState."""
    lines = text.split("\n")
    try:
        state = _base(json.loads(lines[0]))
        if len(lines) < 2:
            raise ValueError("the first line has no end")
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BrokenState(
            "the cursor file was written by another program or is damaged: its first line cannot be read; "
            "remove the file to begin with the next event"
        ) from None
    for each in lines[1:-1]:
        try:
            source, key, when, what = json.loads(each)
            if source == HOSTS:
                state.hosts[str(key)] = (str(what[0]), str(what[1]))
            else:
                state.told(Happening(str(source), str(key), int(when)))
        except (ValueError, TypeError, KeyError, IndexError):
            continue
    return state


def _base(held: t.Any) -> State:
    if held["form"] != FORM:
        raise ValueError("another form")
    return State(
        {
            str(name): Cursor(int(each["floor"]), {str(key): int(when) for key, when in each["told"].items()})
            for name, each in held["cursors"].items()
        },
        {str(id): (str(each[0]), str(each[1])) for id, each in held[HOSTS].items()},
    )
