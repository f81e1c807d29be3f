# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a cluster or zone: the note that people and other runs read, how long its lease lasts, and who yields.

A note holds 255 characters (annotation, T2:36).
"""

from __future__ import annotations

import json
import math
import typing as t
from dataclasses import asdict, dataclass, replace

from ..errors import Reason

PREFIX = "hostcraft.lock "
LONGEST = 255
LONGEST_WORD = 32  # characters of who and job
LONGEST_LEASE = 7 * 86400.0
DATES = 2.0  # seconds by which two of the server's dates may be wrong: they have no fractions


@dataclass(frozen=True)
class Lock:
    """token: of chance, one a run. job: what others may look up. place: the process of the run, comparable only.

    lease: seconds by the server's clock after the note was written. since: when it was first taken, by that clock.
    """

    token: str
    who: str
    job: str = ""
    place: str = ""
    lease: float = 900.0
    since: float = 0.0


class HasLock(t.Protocol):
    """What a lock was found in."""

    @property
    def lock(self) -> Lock: ...


Held = t.TypeVar("Held", bound=HasLock)


def text_of(lock: Lock) -> str:
    """The note; ``who`` and ``job`` are shortened, and reduced to characters that every database keeps."""
    lock = replace(lock, who=_plain(lock.who), job=_plain(lock.job), lease=round(lock.lease), since=round(lock.since))
    return PREFIX + json.dumps(asdict(lock), separators=(",", ":"))


def read(text: str) -> t.Optional[Lock]:
    """The lock that a note is, or None: notes are written by anybody, and one that is no whole lock holds nothing."""
    if not text.startswith(PREFIX):
        return None
    try:
        held = json.loads(text[len(PREFIX) :])
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, dict):
        return None
    words = {name: held.get(name, "") for name in ("token", "who", "job", "place")}
    numbers = {name: _number(held.get(name)) for name in ("lease", "since")}
    if not words["token"] or not all(isinstance(word, str) for word in words.values()) or numbers["lease"] is None:
        return None
    return Lock(**words, lease=min(numbers["lease"], LONGEST_LEASE), since=numbers["since"] or 0.0)


def is_named_by(lock: Lock, consent: str) -> bool:
    """Whether somebody who says that a run is over means this one. A process number alone may be another's."""
    return consent == lock.token or (bool(consent) and consent == lock.job and not lock.job.startswith("process "))


def name_of(lock: Lock) -> str:
    """What to say to mean it."""
    return lock.job if is_named_by(lock, lock.job) else lock.token


def lasts(lock: Lock, written: t.Optional[float], now: t.Optional[float]) -> bool:
    """Whether its lease lasts, as far as is known: a date that cannot be read, and a time that is not known, end none.

    written: when its note was written. now: both by the server's clock.
    """
    return written is None or now is None or written + lock.lease >= now


def dated(lock: Lock, written: t.Optional[float]) -> Lock:
    """One that does not tell since when is as old as its note."""
    return replace(lock, since=lock.since or written or 0.0)


def renewed_in_time(lock: Lock, written: t.Optional[float], renewed: float) -> bool:
    """Whether others saw it until its new note was there, so that none of them can have taken it."""
    return written is not None and lasts(lock, written, renewed + DATES)


def rival_of(locks: t.Iterable[Held], token: str) -> t.Optional[Held]:
    """Of those that others hold the oldest."""
    return min((each for each in locks if each.lock.token != token), key=lambda each: each.lock.since, default=None)


def yields(token: str, other: Lock) -> bool:
    """Of two that only try, the one with the lower token stays and the other goes."""
    return token > other.token


def refusal(lock: Lock, written: t.Optional[float], now: t.Optional[float], told: str) -> Reason:
    """now: by the server's clock. told: what is known of its run."""
    began = "holds its lock"
    if lock.since and now is not None:
        began = f"has held its lock for {max(now - lock.since, 0):.0f} s"
    left = written + lock.lease - now if written is not None and now is not None else lock.lease
    job = "; ".join(filter(None, (lock.job, told)))
    return Reason(
        "locked",
        f"{lock.who} {began}" + (f" ({job})" if job else ""),
        f"wait for that run to end; if it was killed, its lease ends in {max(left, 0):.0f} s,"
        f" or take over the lock with take_over={name_of(lock)!r}",
        {
            **{"who": lock.who, "job": lock.job, "token": lock.token, "told": told},
            **{"since": lock.since or None, "seconds_left": round(left)},
        },
    )


def _plain(word: str) -> str:
    kept = (char if " " <= char <= "~" and char not in '"\\' else "?" for char in word)
    return "".join(kept)[:LONGEST_WORD]


def _number(value: object) -> t.Optional[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
