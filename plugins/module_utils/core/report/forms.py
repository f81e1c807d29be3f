# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of what tasks hand in to a report: it may come out of a file, of another version, or of a human hand."""

from __future__ import annotations

import math
import typing as t

# A type; [form] for a list of them; a mapping of keys, of which those with "?" may be missing or null.
Form = t.Any
NUMBER: Form = (int, float)
MOVE: Form = {"vm": str, "source": str, "target": str}
MOVES: Form = [MOVE]
ASKED: Form = {"invocation?": {"module_args?": {}}}
REFUSED: Form = {"details?": {"reasons?": [{}]}, **ASKED}
PLAN: Form = {
    "feasible": bool,
    "waves": [
        {"hosts": [str], "moves": MOVES, "seconds": NUMBER, "free": {"cpu_mhz": NUMBER, "ram_bytes": NUMBER}},
    ],
    "moves": NUMBER,
    "vms": NUMBER,
    "bounds": {"moves": NUMBER},
    "seconds": NUMBER,
    "reasons": [{}],
    "balance?": MOVES,
    **ASKED,
    "distribution?": {"thresholds?": {"cpu?": NUMBER, "memory?": NUMBER}},
}
DONE: Form = {
    "moved?": MOVES,
    "stopped?": [str],
    "started?": [str],
    "remaining?": [str],
    "seconds?": NUMBER,
    **REFUSED,
}


class Misfit(t.NamedTuple):
    """place: such as "waves[0].hosts", "" for the whole."""

    place: str
    value: object


def misfit(value: object, form: Form, place: str = "") -> t.Optional[Misfit]:
    """The first part of a value that is not of its form; None where all is."""
    if isinstance(form, list):
        if not isinstance(value, (list, tuple)):
            return Misfit(place, value)
        return _first(misfit(each, form[0], f"{place}[{number}]") for number, each in enumerate(value))
    if isinstance(form, dict):
        if not isinstance(value, t.Mapping):
            return Misfit(place, value)
        return _first(_of_key(value, key, inner, place) for key, inner in form.items())
    fits = isinstance(value, form) and (form is bool or not isinstance(value, bool))
    return None if fits and not (isinstance(value, float) and not math.isfinite(value)) else Misfit(place, value)


def _of_key(value: t.Mapping[str, object], key: str, form: Form, place: str) -> t.Optional[Misfit]:
    name = key.rstrip("?")
    if name != key and value.get(name) is None:
        return None
    return misfit(value.get(name), form, f"{place}.{name}" if place else name)


def _first(found: t.Iterable[t.Optional[Misfit]]) -> t.Optional[Misfit]:
    return next((each for each in found if each is not None), None)
