# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time on a cluster or zone: a lock that others can see, with a lease that a killed run loses.

The lock is an annotation of the place: who, since when, which job, for how long. Whoever wants it writes its own and
then looks: it has the lock only if it sees no other that is valid. Of two that look at the same time at least one sees
both, so that never both have it, however slow either is; of those that see each other all but one take theirs back.

Leases are judged by the server's clock alone: every note has the server's date, and the one that was written last tells
what time it is there.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, replace

from ...core.errors import HostcraftError, NotAsRead, Reason, Refused
from ...core.maintenance.lock import (
    PREFIX,
    Lock,
    dated,
    is_named_by,
    lasts,
    read,
    refusal,
    renewed_in_time,
    rival_of,
    text_of,
    yields,
)
from ...core.notes import Note
from ...core.zone.topology import Cluster, Zone
from ...ports.cloud import Cloud
from ..lost_answers import PAUSE, TIMES
from ..notes import add_note, remove_notes

__all__ = ["PREFIX", "Claim", "Held", "Lock", "held", "release", "take"]

Place = t.Union[Cluster, Zone]
SETTLE = 1.0  # seconds after which one that met another tries again
ROUNDS = 4  # such tries before the other counts as one that holds it
AGAIN = 5.0  # seconds between two looks at somebody else's lock
WRITES = 3  # notes that may vanish before it is an error


def entity(place: Place) -> str:
    """What the server calls its kind, see the port ``Notes``."""
    return "ZONE" if isinstance(place, Zone) else "CLUSTER"


def called(place: Place) -> str:
    return f"{entity(place).lower()} {place.name}"


def nobody(lock: Lock) -> bool:
    """No run is known to have ended."""
    return False


def nothing(lock: Lock) -> str:
    """Nothing is known of a run."""
    return ""


@dataclass(frozen=True)
class Claim:
    """A lock that is wanted. lease, wait: seconds. keep: leave it to the run's next task.

    ended: whether the run of another lock is known to be over. consent: names a lock whose run somebody says is over.
    told: what a refusal adds of that run.
    """

    lock: Lock
    lease: float = 900.0
    wait: float = 0.0
    keep: bool = False
    ended: t.Callable[[Lock], bool] = nobody
    consent: str = ""
    told: t.Callable[[Lock], str] = nothing


class Seen(t.NamedTuple):
    """A lock and the note that it stands in."""

    note: Note
    lock: Lock

    def valid_at(self, now: t.Optional[float]) -> bool:
        return lasts(self.lock, self.note.at, now)


def seen_in(note: Note) -> t.Optional[Seen]:
    """The lock that a note is, or None."""
    lock = read(note.text)
    return Seen(note, dated(lock, note.at)) if lock else None


class ServerTime:
    """The server's clock, from the note that it dated last; its dates are rounded down, so it may be a second late."""

    def __init__(self, cloud: Cloud) -> None:
        self._clock = cloud.clock
        self._ahead: t.Optional[float] = None

    def learn(self, note: Note) -> None:
        if note.at is not None:
            self._ahead = note.at - self._clock.now()

    def now(self) -> t.Optional[float]:
        return None if self._ahead is None else self._clock.now() + self._ahead


class Held:
    """A lock that is held; ``beat`` is called in every wait, so that work longer than the lease does not lose it."""

    def __init__(self, cloud: Cloud, place: Place, claim: Claim) -> None:
        self._cloud, self._place, self._claim = cloud, place, claim
        self._take(claim)

    def beat(self) -> None:
        """Renew it once half of the lease is over. Raises Refused when somebody else has it."""
        clock = self._cloud.clock
        # One of the two stands still while the machine sleeps, the other may be set.
        if max(clock.now() - self._taken[0], clock.wall() - self._taken[1]) > self._claim.lease / 2:
            self._take(replace(self._claim, wait=0.0))

    def _take(self, claim: Claim) -> None:
        began = (self._cloud.clock.now(), self._cloud.clock.wall())
        take(self._cloud, self._place, claim)
        # Only now: where it is lost, every beat says so.
        self._taken = began


@contextlib.contextmanager
def held(cloud: Cloud, place: Place, claim: Claim) -> t.Iterator[Held]:
    """Hold the lock of a cluster or zone for the length of a block. Raises Refused as ``take`` does."""
    try:
        yield Held(cloud, place, claim)
    except BaseException:
        # What went wrong is told, not that the lock could not be given back too: its lease ends by itself.
        with contextlib.suppress(HostcraftError):
            _let_go(cloud, place, claim)
        raise
    _let_go(cloud, place, claim)


def _let_go(cloud: Cloud, place: Place, claim: Claim) -> None:
    """Give it back unless it is kept; tried again after an error, whatever it is: removing twice harms nobody."""
    for left in range(0 if claim.keep else TIMES, 0, -1):
        try:
            release(cloud, place, claim)
            return
        except HostcraftError:
            if left == 1:
                raise
            cloud.clock.sleep(PAUSE)


def take(cloud: Cloud, place: Place, claim: Claim) -> Lock:
    """Take or renew it. Raises Refused (code "locked") when another run holds it for longer than ``wait`` seconds."""
    return Taking(cloud, place, claim).run()


def standing(cloud: Cloud, place: Place, claim: Claim) -> t.Optional[Reason]:
    """Who else works there; nothing is written, so this machine's clock is all that tells the time."""
    now = cloud.clock.wall()
    for seen in filter(None, map(seen_in, cloud.notes.all(entity(place), place.id))):
        its = seen.lock
        over = its.token == claim.lock.token or claim.ended(its) or is_named_by(its, claim.consent)
        if not over and seen.valid_at(now):
            return refusal(its, seen.note.at, now, claim.told(its))
    return None


class Taking:
    """One try to have the lock, until it is had or refused."""

    def __init__(self, cloud: Cloud, place: Place, claim: Claim) -> None:
        self.cloud, self.place, self.claim = cloud, place, claim
        self.time = ServerTime(cloud)
        self.mine: t.Optional[Note] = None
        self.lock = replace(claim.lock, lease=claim.lease)
        self.writes = 0

    def run(self) -> Lock:
        began, rounds, token = self.cloud.clock.now(), 0, self.lock.token
        own = [each for each in self._look() if each.lock.token == token]
        self._write(own)
        while True:
            rival = None if self._without_a_gap(own) else rival_of(self._look(), token)
            if rival is None and self.mine is not None:
                self._remove(own)
                return self.lock
            if rival is None:
                self._write(())
                rounds = 0
                continue
            rounds += 1
            # One that stays for long holds it.
            if self.mine is not None and (yields(token, rival.lock) or rounds >= ROUNDS):
                self._withdraw()
            if rounds >= ROUNDS:
                self._wait_or_refuse(rival, self.cloud.clock.now() - began)
            self.cloud.clock.sleep(SETTLE if rounds < ROUNDS else min(AGAIN, max(self.claim.wait, SETTLE)))

    def _write(self, own: t.Sequence[Seen]) -> None:
        """Write mine; the server's date of it tells the time there."""
        self.writes += 1
        self.lock = replace(self.lock, since=min((each.lock.since for each in own), default=0.0))
        note = add_note(self.cloud, entity(self.place), self.place.id, text_of(self.lock))
        self.time.learn(note)
        self.mine = note

    def _without_a_gap(self, own: t.Sequence[Seen]) -> bool:
        """Whether others saw a valid note of mine until the new one was there, so that none of them can have it."""
        at = self.mine.at if self.mine else None
        return at is not None and any(renewed_in_time(each.lock, each.note.at, at) for each in own)

    def _look(self) -> list[Seen]:
        """The valid locks; those whose lease or run is over are cleared away."""
        valid: list[Seen] = []
        over: list[Seen] = []
        notes = self.cloud.notes.all(entity(self.place), self.place.id)
        if self.mine is not None:
            self._same(notes, self.mine)
        for seen in filter(None, map(seen_in, notes)):
            (over if self._over(seen) else valid).append(seen)
        self._remove(over)
        return valid

    def _same(self, notes: t.Sequence[Note], mine: Note) -> None:
        """Mine as the server shows it to all; one that vanished may have been taken away by another's consent.

        Raises NotAsRead where it shows something else.
        """
        shown = next((note for note in notes if note.id == mine.id), None)
        if shown is None and self.writes < WRITES:
            self.mine = None
            return
        if shown is None or shown.text != text_of(self.lock):
            self._withdraw()
            raise NotAsRead(
                f"the lock of {called(self.place)}",
                {"annotation": {"held": shown.text if shown else None, "wanted": text_of(self.lock)}},
            )
        self.mine, self.writes = shown, 0
        if self.time.now() is None:
            self.time.learn(shown)

    def _over(self, seen: Seen) -> bool:
        if seen.lock.token == self.lock.token:
            return False
        its = seen.lock
        return not seen.valid_at(self.time.now()) or self.claim.ended(its) or is_named_by(its, self.claim.consent)

    def _wait_or_refuse(self, rival: Seen, waited: float) -> None:
        its = rival.lock
        if waited >= self.claim.wait:
            raise Refused(called(self.place), [refusal(its, rival.note.at, self.time.now(), self.claim.told(its))])
        self.cloud.progress(f"waiting for the lock of {called(self.place)}, held by {its.who} ({its.job})")

    def _withdraw(self) -> None:
        if self.mine is not None:
            remove_notes(self.cloud, entity(self.place), self.place.id, [self.mine])
        self.mine = None

    def _remove(self, seen: t.Iterable[Seen]) -> None:
        remove_notes(self.cloud, entity(self.place), self.place.id, [each.note for each in seen])


def release(cloud: Cloud, place: Place, claim: Claim) -> None:
    """Give it back, and clear away those whose run is over; nothing happens where there is none."""
    gone = [
        note
        for note, lock in filter(None, map(seen_in, cloud.notes.all(entity(place), place.id)))
        if lock.token == claim.lock.token or claim.ended(lock) or is_named_by(lock, claim.consent)
    ]
    remove_notes(cloud, entity(place), place.id, gone)
