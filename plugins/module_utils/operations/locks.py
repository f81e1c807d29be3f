# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time on a cluster: a lock that other administrators can see, with a lease that a killed run loses.

The lock is an annotation of the cluster: who, since when, which job, until when. Taking it needs a moment in which a
second run that began at the same time shows itself; then the lower token has it.
"""

from __future__ import annotations

import contextlib
import json
import typing as t
from dataclasses import asdict, dataclass, replace

from ..core.errors import Reason, Refused
from ..core.topology import Cluster
from ..ports import Cloud, Note

PREFIX = "hostcraft.lock "
LONGEST = 60  # characters of who and job: an annotation holds 255
SETTLE = 1.0  # seconds in which two that take it at once see each other
AGAIN = 5.0  # seconds between two looks at somebody else's lock


@dataclass(frozen=True)
class Lock:
    """token: of the run. since, until: seconds since 1970. job: what others may look up."""

    token: str
    who: str
    job: str = ""
    since: float = 0.0
    until: float = 0.0


@contextlib.contextmanager
def held(cloud: Cloud, cluster: Cluster, lock: Lock, lease: float, wait: float, keep: bool = False) -> t.Iterator[Lock]:
    """Hold a cluster's lock for the length of a block; ``keep`` leaves it to the run's next task.

    Raises Refused (code "locked") when somebody else holds it for longer than ``wait`` seconds.
    """
    mine = take(cloud, cluster, lock, lease, wait)
    try:
        yield mine
    finally:
        if not keep:
            release(cloud, cluster, lock.token)


def take(cloud: Cloud, cluster: Cluster, lock: Lock, lease: float, wait: float) -> Lock:
    """Take or renew it."""
    began = cloud.clock.now()
    while True:
        other = _other(cloud, cluster, lock.token)
        if other is None:
            mine = _written(cloud, cluster, lock, lease)
            if mine is not None:
                return mine
            continue
        if cloud.clock.now() - began >= wait:
            raise Refused(f"cluster {cluster.name}", [_reason(other, cloud.clock.wall())])
        cloud.progress(f"waiting for the lock of cluster {cluster.name}, held by {other.who}")
        cloud.clock.sleep(min(AGAIN, wait))


def release(cloud: Cloud, cluster: Cluster, token: str) -> None:
    """Give it back; nothing happens where it is not held."""
    for note, lock in _locks(cloud, cluster):
        if lock.token == token:
            cloud.notes.remove(note.id)


def holder(cloud: Cloud, cluster: Cluster) -> t.Optional[Lock]:
    """Who holds it, or None."""
    return _other(cloud, cluster, "")


def _written(cloud: Cloud, cluster: Cluster, lock: Lock, lease: float) -> t.Optional[Lock]:
    """Write it; None when another that was written at the same time has it."""
    now = cloud.clock.wall()
    old = [(note, each) for note, each in _locks(cloud, cluster) if each.token == lock.token]
    mine = replace(lock, since=old[0][1].since if old else now, until=now + lease)
    short = replace(
        mine, who=mine.who[:LONGEST], job=mine.job[:LONGEST], since=round(mine.since), until=round(mine.until)
    )
    cloud.notes.add("CLUSTER", cluster.id, PREFIX + json.dumps(asdict(short), separators=(",", ":")))
    for note, _each in old:
        cloud.notes.remove(note.id)
    if not old:
        cloud.clock.sleep(SETTLE)
        other = _other(cloud, cluster, lock.token)
        if other is not None and other.token < lock.token:
            release(cloud, cluster, lock.token)
            return None
    return mine


def _other(cloud: Cloud, cluster: Cluster, token: str) -> t.Optional[Lock]:
    """The valid lock of another run; those whose lease is over are cleared away."""
    found = None
    for note, lock in _locks(cloud, cluster):
        if lock.until < cloud.clock.wall():
            cloud.notes.remove(note.id)
        elif lock.token != token and (found is None or lock.token < found.token):
            found = lock
    return found


def _locks(cloud: Cloud, cluster: Cluster) -> list[tuple[Note, Lock]]:
    found = []
    for note in cloud.notes.all("CLUSTER", cluster.id):
        if note.text.startswith(PREFIX):
            with contextlib.suppress(ValueError, TypeError):
                found.append((note, Lock(**json.loads(note.text[len(PREFIX) :]))))
    return found


def _reason(other: Lock, now: float) -> Reason:
    held_for, left = now - other.since, other.until - now
    return Reason(
        "locked",
        f"{other.who} works on it since {held_for:.0f} s ago" + (f" (job {other.job})" if other.job else ""),
        f"wait for that run to end; if it was killed, its lease ends in {left:.0f} s",
        {"who": other.who, "job": other.job, "since": other.since, "until": other.until},
    )
