# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects made as declared: all decided before the first write, independent ones written at the same time.

Each object is decided, written and verified by the operation of its own module. A run that was killed is repeated: what
is there already is not written again.
"""

from __future__ import annotations

import threading
import typing as t
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import MappingProxyType

from ...core.change import Outcome
from ...core.errors import AuthenticationFailed, HostcraftError, Reason, TransportError
from ...core.site.pieces import SETTING, STATE, Piece
from ...core.site.plan import Change, counts, line, summary
from ...core.text import printable
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..maintenance import locks
from ..maintenance.locks import Claim
from .decide import TOLD, Act, Decided, decided, refuse

EVERY = 5.0  # seconds between two lines of progress
RESTART_UNTOLD = "this server does not return whether it reads these changed settings only when it starts"
_AS_DONE: t.Mapping[int, Outcome] = MappingProxyType({})
LOST = 5  # lost connections after which nothing more is begun


class SiteIncomplete(HostcraftError):
    """Some objects could not be written; the others were."""

    code = "site_incomplete"


class Removals(t.Protocol):
    """What removes objects, stage by stage."""

    @property
    def stages(self) -> t.Sequence[t.Sequence[Piece]]: ...

    def against(self, cloud: Cloud) -> t.Sequence[Reason]:
        """Why some of them cannot be removed yet."""


class _Nothing:
    """Removes nothing."""

    stages: t.Sequence[t.Sequence[Piece]] = ()

    def against(self, _cloud: Cloud) -> t.Sequence[Reason]:
        return ()


class Order(t.NamedTuple):
    """What is asked. name: of the zone. most: objects that are written at the same time.

    removals: looked for before each decision; they are removed if all else was written.
    """

    name: str
    stages: t.Sequence[t.Sequence[Piece]]
    act: Act
    most: int = 8
    removals: t.Callable[[], Removals] = _Nothing


class _Plan(t.NamedTuple):
    """What would be done, stage by stage; the last ones, ``removing`` of them, remove."""

    due: list[list[Decided]]
    removing: int

    @property
    def outcomes(self) -> list[tuple[Piece, Outcome]]:
        return [(each.piece, each.outcome) for stage in self.due for each in stage if each.outcome is not None]

    @property
    def changes(self) -> dict[int, Outcome]:
        """What would be changed, by the identities of the pieces."""
        return {id(piece): outcome for piece, outcome in self.outcomes if outcome.changed}

    @property
    def empty(self) -> bool:
        return not any(each.due for stage in self.due for each in stage)


def ensure_site(cloud: Cloud, order: Order, check_mode: bool, claim: t.Optional[Claim] = None) -> Outcome:
    """claim: the lock of the zone that is wanted before something is written.

    Raises Refused with the reasons of every object before anything is written, or where another run holds the lock;
    SiteIncomplete.
    """
    plan = _planned(cloud, order, check_mode)
    if check_mode or plan.empty:
        return _outcome(plan.outcomes)
    written = _Writing(cloud, order.act, order.most)
    zone = lookup.maybe(cloud.zones, "zone", order.name)
    words: dict[int, Outcome] = {}
    if zone is None and claim is not None:
        # What is not there cannot be locked. Of two runs that create the zone, the server refuses one.
        written.write([each.piece for each in plan.due[0] if each.piece.kind == "zone"])
        zone = _created(cloud, order.name, written)
        if zone is not None and written.failed:
            # The zone of the other run is as good: whoever has its lock decides anew and writes the rest.
            written = _Writing(cloud, order.act, order.most)
        else:
            # Told as check mode tells it, which sees no zone.
            words = plan.changes
    if zone is None or claim is None:
        return _carried_out(cloud, plan, written, plan.changes)
    with locks.held(cloud, zone, claim) as lock:
        # Another run may have written since.
        cloud.forget()
        written.beat = lock.beat
        fresh = _planned(cloud, order, False)
        return _carried_out(cloud, fresh, written, words or fresh.changes)


def _created(cloud: Cloud, name: str, written: _Writing) -> t.Optional[Zone]:
    """The zone after it was written, by this run or by another. A server that refuses the key is not asked again."""
    if any(isinstance(error, (AuthenticationFailed, TransportError)) for _piece, error in written.failed):
        return None
    if written.failed:
        cloud.forget()
    return lookup.maybe(cloud.zones, "zone", name)


def _planned(cloud: Cloud, order: Order, check_mode: bool) -> _Plan:
    """Raises Refused with the reasons of every object."""
    removals = order.removals()
    due, reasons = decided(cloud, order.stages, order.act, check_mode)
    gone, more = decided(cloud, removals.stages, order.act, True)
    refuse([*reasons, *more, *removals.against(cloud)])
    return _Plan([*due, *gone], len(gone))


def _carried_out(cloud: Cloud, plan: _Plan, written: _Writing, words: t.Mapping[int, Outcome]) -> Outcome:
    """words: of what is changed, as it was decided: a run is told with the words of check mode."""
    tried = {id(piece) for piece, _its in (*written.done, *written.failed)}
    with cloud.hosts.held():
        for number, stage in enumerate(plan.due):
            pieces = [each.piece for each in stage if each.due and id(each.piece) not in tried]
            # A zone is enabled, and what is not declared removed, when all the rest stands.
            last = number >= len(plan.due) - plan.removing or stage[0].piece.kind == STATE
            if last and written.failed:
                written.left += pieces
            else:
                written.write(pieces)
    same = [
        (each.piece, each.outcome)
        for stage in plan.due
        for each in stage
        if each.outcome is not None and not each.due and id(each.piece) not in tried
    ]
    place = {id(each.piece): number for number, each in enumerate(each for stage in plan.due for each in stage)}
    outcomes = sorted([*same, *written.done], key=lambda each: place[id(each[0])])
    if written.failed:
        raise written.error(_changes(outcomes, words))
    return _outcome(outcomes, words)


class _Writing:
    """Writes stages one after another; keeps what was done, what failed, and what was left out for that."""

    def __init__(self, cloud: Cloud, act: Act, most: int) -> None:
        self.cloud, self._act, self._most = cloud, act, most
        self.done: list[tuple[Piece, Outcome]] = []
        self.failed: list[tuple[Piece, HostcraftError]] = []
        self.left: list[Piece] = []
        self.beat: t.Callable[[], None] = lambda: None  # called while there is work
        self._lost = 0
        self._over = False
        self._lock = threading.Lock()

    def write(self, pieces: t.Sequence[Piece]) -> None:
        """Those of one stage, at most so many lanes at the same time."""
        lanes: dict[object, list[Piece]] = {}
        for number, piece in enumerate(pieces):
            lanes.setdefault(piece.lane or number, []).append(piece)
        if not lanes:
            return
        try:
            with ThreadPoolExecutor(min(self._most, len(lanes))) as threads:
                self._watched([threads.submit(self._lane, lane) for lane in lanes.values()], pieces)
        except HostcraftError as error:
            # What was under way has ended by now, and some of it has been written.
            raise self.error(_changes(self.done), error) from error

    def _watched(self, running: t.Collection[Future[None]], pieces: t.Sequence[Piece]) -> None:
        """A line of progress from time to time; an error that is no failure of an object ends the run."""
        began, waiting = len(self.done) + len(self.failed) + len(self.left), set(running)
        try:
            while waiting:
                ended, waiting = wait(waiting, timeout=EVERY)
                for each in ended:
                    each.result()
                self.beat()
                if waiting:
                    past = len(self.done) + len(self.failed) + len(self.left) - began
                    trouble = f", {len(self.failed)} failed" if self.failed else ""
                    self.cloud.progress(f"{pieces[0].kind}: {past} of {len(pieces)} done{trouble}")
        except BaseException:
            self._over = True
            raise

    def _lane(self, pieces: t.Sequence[Piece]) -> None:
        for piece in pieces:
            self._one(piece)

    def _one(self, piece: Piece) -> None:
        with self._lock:
            missing = {each.key for each in (*(failed for failed, _error in self.failed), *self.left)}
            if self._over or not missing.isdisjoint(piece.needs):
                self.left.append(piece)
                return
        try:
            outcome = self._act(piece, self.cloud, False)
        except HostcraftError as error:
            self._fail(piece, error)
            return
        with self._lock:
            self._lost = 0
            self.done.append((piece, outcome))

    def _fail(self, piece: Piece, error: HostcraftError) -> None:
        """A server that is away or refuses the key is not asked again for each of the others."""
        with self._lock:
            self.failed.append((piece, error))
            self._lost = self._lost + 1 if isinstance(error, TransportError) else 0
            if self._lost >= LOST or isinstance(error, AuthenticationFailed):
                self._over = True

    def error(self, changes: t.Sequence[Change], ended: t.Optional[HostcraftError] = None) -> SiteIncomplete:
        """What failed and why, what was left out for it, and what was done. ended: what ended the whole run."""
        told = [printable(f"{piece.label}: {error.message}") for piece, error in self.failed]
        more = f"; and {len(told) - TOLD} more" if len(told) > TOLD else ""
        left = f", {len(self.left)} left out" if self.left else ""
        text = f"{len(told)} failed{left}, {len(changes)} done"
        text = f"{text}: {'; '.join(told[:TOLD])}{more}" if told else text
        found = SiteIncomplete(
            f"{printable(ended.message)}; until then: {text}" if ended else text,
            failed=[
                {"kind": piece.kind, "name": piece.name, "code": error.code, "message": error.message}
                for piece, error in self.failed
            ],
            left_out=[each.label for each in self.left],
            done=[line(each) for each in changes],
        )
        found.secrets = tuple(secret for _piece, error in self.failed for secret in error.secrets)
        return found


def _changes(outcomes: t.Iterable[tuple[Piece, Outcome]], words: t.Mapping[int, Outcome] = _AS_DONE) -> list[Change]:
    """words: outcomes to tell instead, by the identities of pieces."""
    done = [(piece, words.get(id(piece), outcome)) for piece, outcome in outcomes if outcome.changed]
    return [Change(piece.kind, piece.name, told.before, told.after) for piece, told in done]


def _restart(outcomes: t.Iterable[tuple[Piece, Outcome]], dynamic: t.Optional[bool] = False) -> list[str]:
    """Names of changed settings that the management server reads only when it starts; None: it does not tell."""
    changed = [outcome.result for piece, outcome in outcomes if piece.kind == SETTING and outcome.changed]
    return sorted({str(each["name"]) for each in changed if "dynamic" in each and each["dynamic"] is dynamic})


def _outcome(outcomes: t.Sequence[tuple[Piece, Outcome]], words: t.Mapping[int, Outcome] = _AS_DONE) -> Outcome:
    changes, told = _changes(outcomes), _changes(outcomes, words)
    same = Counter(piece.kind for piece, outcome in outcomes if not outcome.changed)
    warnings = list(dict.fromkeys(each for _piece, outcome in outcomes for each in outcome.warnings))
    more = (f"and {len(warnings) - TOLD} more warnings",) if len(warnings) > TOLD else ()
    unsure = _restart(outcomes, None)
    if unsure:
        # First, so that it is shown among many.
        warnings.insert(0, f"{RESTART_UNTOLD}: {', '.join(unsure)}")
    return Outcome(
        bool(changes),
        {f"{each.kind} {each.name}": dict(each.before) for each in changes if each.before},
        {f"{each.kind} {each.name}": dict(each.after) for each in changes if each.after},
        {
            "plan": [line(each) for each in told],
            "counts": counts(told, same),
            "summary": summary(told, sum(same.values())),
            "restart": _restart(outcomes),
        },
        (*warnings[:TOLD], *more),
        tuple(secret for each in (*(its for _piece, its in outcomes), *words.values()) for secret in each.secrets),
    )
