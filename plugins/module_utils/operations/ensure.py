# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""see → decide → act → verify, for everything that has fields and can be created, changed and removed."""

from __future__ import annotations

import re
import typing as t
from types import MappingProxyType

from ..core.change import (
    Decision,
    Fields,
    Outcome,
    Rules,
    State,
    decide,
    differences,
    is_set,
    plain,
)
from ..core.errors import ApiError, NotAsRead, NotFound, Refused
from ..ports.cloud import Cloud
from ..ports.collection import Collection
from .waiting import until

T = t.TypeVar("T")
P = t.TypeVar("P")
Show = t.Callable[[t.Any], Fields]

# How the server refuses a second one of the same name, address or number.
THERE = re.compile(r"already|exist|in use|duplicate|overlap", re.IGNORECASE)
SETTLE = 30.0  # seconds that a written value may take to show


def ensure(
    cloud: Cloud,
    collection: Collection[T],
    rules: Rules,
    held: t.Optional[T],
    wanted: Fields,
    state: State,
    check_mode: bool,
    *,
    show: Show = plain,
    options: t.Optional[Fields] = None,
    places: Fields = MappingProxyType({}),
    again: t.Optional[t.Callable[[], t.Optional[T]]] = None,
) -> Outcome:
    """Make one thing so. ``held``: what is there. ``options``: parameters of its removal.

    ``places``: names of what it stands in ("zone"), for the difference and the predicted result of a creation, and
    for the result where it is absent. ``again``: looks for it once more, where another run may have created it at the
    same time; needed if ``wanted`` has what the server does not tell.

    The result is the thing as it is: in check mode, and of a removal, as it was before.

    Raises MissingValue, Refused (a fixed field differs), Unsupported before the first write, NotAsRead, and what the
    port raises.
    """
    subject = f"{rules.kind} {wanted.get('name') or getattr(held, 'name', None) or getattr(held, 'id', '')}".strip()
    try:
        decision = decide(rules, subject, wanted, held, state)
    except Refused:
        # What this server does not have at all is not got by removing the thing and creating it again.
        collection.check(True, **{name: value for name, value in is_set(wanted).items() if name in rules.fixed})
        raise
    if decision.action == "nothing":
        return Outcome(False, result=show(held) if held is not None else is_set(places))
    before, after = _diff(decision, rules, {**wanted, **is_set(places)}, held, show)
    if decision.action == "delete":
        if not check_mode:
            collection.delete(t.cast(t.Any, held).id, **(options or {}))
        return Outcome(True, before, after, before)
    collection.check(held is None, **(is_set(wanted) if held is None else _sent(rules, wanted, decision.updates())))
    if check_mode:
        return Outcome(True, before, after, after if held is None else show(held))
    try:
        written = _write(collection, rules, subject, decision, wanted, held)
    except ApiError as error:
        made = _made_meanwhile(cloud, collection, rules, wanted, again) if _says_there(error, decision) else None
        if made is None:
            raise
        return Outcome(False, result=show(made))
    proven = {name: value for name, value in wanted.items() if name not in rules.unproven}
    final = _verified(cloud, collection, rules, subject, proven, written)
    unproven = [
        f"{subject}: {d.field} was set to {d.wanted}, but the server still shows {d.held}"
        for d in differences(wanted, final, rules)
    ]
    return Outcome(True, before, after, show(final), tuple(unproven))


def _says_there(error: ApiError, decision: Decision) -> bool:
    return decision.action == "create" and bool(THERE.search(error.text))


def _made_meanwhile(
    cloud: Cloud,
    collection: Collection[T],
    rules: Rules,
    wanted: Fields,
    again: t.Optional[t.Callable[[], t.Optional[T]]],
) -> t.Optional[T]:
    """What another run has created after this one looked, if it is as wanted."""
    cloud.forget()
    if again is not None:
        found = again()
        there = [found] if found is not None else []
    elif rules.write_only.isdisjoint(is_set(wanted)):
        there = list(collection.again(**({"zone_id": wanted["zone_id"]} if wanted.get("zone_id") else {})))
    else:
        there = []
    same = [each for each in there if not differences(wanted, each, rules)]
    return same[0] if len(same) == 1 else None


def _write(
    collection: Collection[T], rules: Rules, subject: str, decision: Decision, wanted: Fields, held: t.Optional[T]
) -> T:
    """Create or update. What the creating command does not take (a chosen name, a state) follows as an update."""
    if decision.action == "update":
        return collection.update(t.cast(t.Any, held).id, **_sent(rules, wanted, decision.updates()))
    made = collection.create(**is_set(wanted))
    rest = differences(wanted, made, rules)
    stuck = {d.field: {"held": d.held, "wanted": d.wanted} for d in rest if d.field in rules.fixed}
    if stuck:
        raise NotAsRead(subject, stuck)
    if rest:
        return collection.update(t.cast(t.Any, made).id, **_sent(rules, wanted, {d.field: d.wanted for d in rest}))
    return made


def _sent(rules: Rules, wanted: Fields, changes: Fields) -> dict[str, object]:
    """What an update sends: the changes, and the fields that go along with each."""
    along = {name: value for name, value in is_set(wanted).items() if name in rules.along}
    return {**along, **changes}


def _verified(cloud: Cloud, collection: Collection[T], rules: Rules, subject: str, wanted: Fields, written: T) -> T:
    """Read again until it shows what was written, for as long as the server may take to settle."""
    began = cloud.clock.now()

    def done(seen: T) -> bool:
        rest = differences(wanted, seen, rules)
        if rest and cloud.clock.now() - began > SETTLE:
            raise NotAsRead(subject, {d.field: {"held": d.held, "wanted": d.wanted} for d in rest})
        return not rest

    return until(
        cloud,
        lambda: collection.fresh(written),
        done,
        what=f"{subject} to show the new values",
        limit=SETTLE * 2,
        show=lambda seen: ", ".join(d.field for d in differences(wanted, seen, rules)) + " differ",
    )


def _diff(
    decision: Decision, rules: Rules, wanted: Fields, held: t.Optional[object], show: Show
) -> tuple[Fields, Fields]:
    """Before and after: for an update only what changes; write-only fields never."""
    if decision.action == "update":
        return {d.field: _list(d.held) for d in decision.differences}, {
            d.field: _list(d.wanted) for d in decision.differences
        }
    if decision.action == "create":
        return {}, {name: _list(v) for name, v in is_set(wanted).items() if name not in rules.write_only}
    return show(held), {}


def _list(value: object) -> object:
    return list(value) if isinstance(value, (tuple, frozenset)) else value


def within(
    parents: t.Callable[[], P],
    then: t.Callable[[P], Outcome],
    wanted: Fields,
    state: State,
    check_mode: bool,
    places: Fields = MappingProxyType({}),
    collection: t.Optional[Collection[t.Any]] = None,
) -> Outcome:
    """Look up what a thing stands in, then go on with it. ``places``: names of that, as the task has them.

    collection: of the thing, where an older server may not support some of its fields.

    Where that is missing: in check mode a thing that would be created is predicted, with a warning, because a real run
    may create its place first; what shall be absent is absent; otherwise NotFound is raised.
    """
    try:
        found = parents()
    except NotFound as missing:
        if state == "absent":
            return Outcome(False, warnings=(f"{missing.message}: nothing to remove",))
        if not check_mode:
            raise
        if collection is not None:
            collection.check(True, **is_set(wanted))
        fields = is_set({**places, **wanted})
        visible = {name: _list(value) for name, value in fields.items() if "password" not in name}
        told = f"{missing.message}; it must exist when the task runs without check mode"
        return Outcome(True, {}, visible, visible, (told,), missing=missing)
    return then(found)
