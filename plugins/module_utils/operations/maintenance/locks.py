# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time on a cluster: a lock that other administrators can see, with a lease that a killed run loses.

The lock is an annotation of the cluster: who, since when, which job, until when. Whoever wants it writes its own and
then looks: it has the lock only if it sees no other that is valid. Of two that look at the same time at least one sees
both, so that never both have it, however slow either is; of those that see each other all but one take theirs back.
"""

from __future__ import annotations

import contextlib
import json
import typing as t
from dataclasses import asdict, dataclass, replace

from ...core.errors import HostcraftError, Reason, Refused
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ...ports.notes import Note
from ..surely import PAUSE, TIMES, add_note, remove_notes

PREFIX = "hostcraft.lock "
LONGEST = 40  # characters of who and job: an annotation holds 255
SETTLE = 1.0  # seconds after which one that met another tries again
ROUNDS = 4  # such tries before the other counts as one that holds it
AGAIN = 5.0  # seconds between two looks at somebody else's lock


@dataclass(frozen=True)
class Lock:
    """token: of the run. since, until: seconds since 1970. job: what others may look up."""

    token: str
    who: str
    job: str = ""
    since: float = 0.0
    until: float = 0.0


def nobody(lock: Lock) -> bool:
    """No run is known to have ended."""
    return False


@dataclass(frozen=True)
class Claim:
    """A lock that is wanted. lease, wait: seconds. ended: whether the run of another lock is known to be over.

    keep: leave it to the run's next task.
    """

    lock: Lock
    lease: float = 900.0
    wait: float = 0.0
    keep: bool = False
    ended: t.Callable[[Lock], bool] = nobody


class Held:
    """A lock that is held; ``beat`` is called in every wait, so that work longer than the lease does not lose it."""

    def __init__(self, cloud: Cloud, cluster: Cluster, claim: Claim) -> None:
        self._cloud, self._cluster, self._claim = cloud, cluster, claim
        self._lock = take(cloud, cluster, claim)

    def beat(self) -> None:
        """Renew it once half of the lease is over. Raises Refused when somebody else has it."""
        if self._cloud.clock.wall() > self._lock.until - self._claim.lease / 2:
            self._lock = take(self._cloud, self._cluster, replace(self._claim, wait=0.0))


@contextlib.contextmanager
def held(cloud: Cloud, cluster: Cluster, claim: Claim) -> t.Iterator[Held]:
    """Hold a cluster's lock for the length of a block. Raises Refused as ``take`` does."""
    try:
        yield Held(cloud, cluster, claim)
    except BaseException:
        # What went wrong is told, not that the lock could not be given back too: its lease ends by itself.
        with contextlib.suppress(HostcraftError):
            _let_go(cloud, cluster, claim)
        raise
    _let_go(cloud, cluster, claim)


def _let_go(cloud: Cloud, cluster: Cluster, claim: Claim) -> None:
    """Give it back unless it is kept; tried again after an error, whatever it is: removing twice harms nobody."""
    for left in range(0 if claim.keep else TIMES, 0, -1):
        try:
            release(cloud, cluster, claim.lock.token)
            return
        except HostcraftError:
            if left == 1:
                raise
            cloud.clock.sleep(PAUSE)


def take(cloud: Cloud, cluster: Cluster, claim: Claim) -> Lock:
    """Take or renew it. Raises Refused (code "locked") when another run holds it for longer than ``wait`` seconds."""
    token, began, rounds = claim.lock.token, cloud.clock.now(), 0
    mine: t.Optional[Lock] = None
    while True:
        seen = _look(cloud, cluster, claim)
        own = [pair for pair in seen if pair[1].token == token]
        other = _rival(seen, token)
        if own and mine is None:
            # Valid without a gap since it was taken: others see it, whoever they are.
            return _written(cloud, cluster, claim, own)
        if other is None:
            if own and mine is not None:
                return mine
            mine, rounds = _written(cloud, cluster, claim, []), 0
            continue
        rounds += 1
        # Of two that only try, the one with the lower token stays and the other goes; one that stays for long holds it.
        if mine is not None and (token > other.token or rounds >= ROUNDS):
            release(cloud, cluster, token)
            mine = None
        if rounds >= ROUNDS:
            if cloud.clock.now() - began >= claim.wait:
                raise Refused(f"cluster {cluster.name}", [_reason(other, cloud.clock.wall())])
            cloud.progress(f"waiting for the lock of cluster {cluster.name}, held by {other.who} ({other.job})")
        cloud.clock.sleep(SETTLE if rounds < ROUNDS else min(AGAIN, max(claim.wait, SETTLE)))


def release(cloud: Cloud, cluster: Cluster, token: str) -> None:
    """Give it back; nothing happens where it is not held."""
    remove_notes(cloud, "CLUSTER", cluster.id, [n for n, lock in _locks(cloud, cluster) if lock.token == token])


def release_run(cloud: Cloud, cluster: Cluster, run: str) -> None:
    """Give back whatever a run of that name holds, of whichever process (tokens are "RUN/PROCESS")."""
    for _note, lock in _locks(cloud, cluster):
        if lock.token == run or lock.token.startswith(f"{run}/"):
            release(cloud, cluster, lock.token)


def holder(cloud: Cloud, cluster: Cluster) -> t.Optional[Lock]:
    """Who holds it, or None."""
    now = cloud.clock.wall()
    return next((lock for _note, lock in _locks(cloud, cluster) if lock.until >= now), None)


Seen = list[tuple[Note, Lock]]


def _written(cloud: Cloud, cluster: Cluster, claim: Claim, own: Seen) -> Lock:
    """Write mine, in the place of an older one."""
    now = cloud.clock.wall()
    mine = replace(
        claim.lock,
        who=claim.lock.who[:LONGEST],
        job=claim.lock.job[:LONGEST],
        since=own[0][1].since if own else round(now),
        until=round(now + claim.lease),
    )
    text = PREFIX + json.dumps(asdict(mine), separators=(",", ":"), ensure_ascii=False)
    add_note(cloud, "CLUSTER", cluster.id, text)
    # The old one of a renewal goes only now: there is no moment without.
    remove_notes(cloud, "CLUSTER", cluster.id, [note for note, lock in own if lock != mine])
    return mine


def _look(cloud: Cloud, cluster: Cluster, claim: Claim) -> Seen:
    """The valid locks; those whose lease or run is over are cleared away."""
    now = cloud.clock.wall()
    valid: Seen = []
    over: Seen = []
    for note, lock in _locks(cloud, cluster):
        dead = lock.until < now or (lock.token != claim.lock.token and claim.ended(lock))
        (over if dead else valid).append((note, lock))
    remove_notes(cloud, "CLUSTER", cluster.id, [note for note, _lock in over])
    return valid


def _rival(seen: Seen, token: str) -> t.Optional[Lock]:
    others = [lock for _note, lock in seen if lock.token != token]
    return min(others, key=lambda lock: lock.since, default=None)


def _locks(cloud: Cloud, cluster: Cluster) -> Seen:
    found = []
    for note in cloud.notes.all("CLUSTER", cluster.id):
        if note.text.startswith(PREFIX):
            with contextlib.suppress(ValueError, TypeError):
                found.append((note, Lock(**json.loads(note.text[len(PREFIX) :]))))
    return found


def _reason(other: Lock, now: float) -> Reason:
    held_for, left = max(now - other.since, 0), other.until - now
    return Reason(
        "locked",
        f"{other.who} works on it since {held_for:.0f} s ago" + (f" ({other.job})" if other.job else ""),
        f"wait for that run to end; if it was killed, its lease ends in {left:.0f} s",
        {"who": other.who, "job": other.job, "since": other.since, "until": other.until},
    )
