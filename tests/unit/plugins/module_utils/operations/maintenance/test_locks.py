# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a cluster: every order in which the calls of two that want it can reach the server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import pytest
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.locks import Claim, Lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.cloud import Cloud

CLUSTER = Cluster("c", "c1", "z", "p")


class Note(NamedTuple):
    id: str
    text: str


@dataclass
class Store:
    """The server's annotations; ``pause`` comes before every call of it."""

    notes: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def all(self) -> list[Note]:
        return [Note(*pair) for pair in self.notes.items()]

    def add(self, text: str) -> None:
        self.count += 1
        self.notes[f"n{self.count}"] = text

    @property
    def tokens(self) -> list[str]:
        return [json.loads(text.split(" ", 1)[1])["token"] for text in self.notes.values()]


class Process:
    """A cloud as one process sees it. clock: its own, or one that it shares."""

    def __init__(self, store: Store, clock: Any = None, pause: Callable[[], None] = lambda: None) -> None:
        self.store, self.pause = store, pause
        self.clock = clock or FakeClock()
        self.notes = self
        self.said: list[str] = []
        self.progress = self.said.append

    def all(self, entity_type: str, entity_id: str) -> list[Note]:
        self.pause()
        return self.store.all()

    def add(self, entity_type: str, entity_id: str, text: str) -> None:
        self.pause()
        self.store.add(text)

    def remove(self, note_id: str) -> None:
        self.pause()
        self.store.notes.pop(note_id, None)

    @property
    def cloud(self) -> Cloud:
        return cast(Cloud, self)


def claim(token: str, **more: Any) -> Claim:
    return Claim(Lock(token, f"{token}@desk", f"job {token}"), **more)


class Turns:
    """Lets two threads take steps in a given order: a step is one call of the server, or one sleep."""

    def __init__(self, order: str) -> None:
        self.order, self.at = order, 0
        self.alive = {"a", "b"}
        self.condition = threading.Condition()

    def _next(self) -> str:
        if len(self.alive) == 1:
            return next(iter(self.alive))
        return self.order[self.at % len(self.order)]

    def step(self, who: str) -> None:
        with self.condition:
            assert self.condition.wait_for(lambda: self._next() == who, timeout=30), "nobody goes on"
            self.at += 1
            self.condition.notify_all()

    def end(self, who: str) -> None:
        with self.condition:
            self.alive.discard(who)
            self.condition.notify_all()


class SteppingClock(FakeClock):
    """Sleeping is a step too, so that any number of the other's steps may pass meanwhile."""

    def __init__(self, pause: Callable[[], None]) -> None:
        super().__init__()
        self.pause = pause

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.pause()


def outcomes(order: str) -> tuple[dict[str, str], Store]:
    """What becomes of two that take the lock at once; wall clocks stand nearly still, so no lease ends."""
    store, turns, ends = Store(), Turns(order), {}

    def work(who: str) -> None:
        process = Process(store, SteppingClock(lambda: turns.step(who)), lambda: turns.step(who))
        try:
            locks.take(process.cloud, CLUSTER, claim(who))
            ends[who] = "taken"
        except Refused:
            ends[who] = "refused"
        finally:
            turns.end(who)

    threads = [threading.Thread(target=work, args=(who,)) for who in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends, store


def orders(length: int) -> Iterator[str]:
    """Every sequence of two letters."""
    for number in range(2**length):
        yield "".join("ab"[number >> bit & 1] for bit in range(length))


def test_two_never_both_have_it_whatever_the_order_of_their_calls() -> None:
    """All interleavings of the first ten steps; beyond them the pattern repeats."""
    seen = set()
    for order in orders(10):
        if len(set(order)) == 1:
            continue
        ends, store = outcomes(order)
        winners = [who for who, end in ends.items() if end == "taken"]
        assert len(winners) <= 1, order
        assert store.tokens == winners, f"{order}: a loser leaves nothing behind"
        seen.add(tuple(sorted(ends.items())))
    assert (("a", "taken"), ("b", "refused")) in seen
    assert (("a", "refused"), ("b", "taken")) in seen


def test_in_step_one_of_them_gets_it() -> None:
    """Neither order of two that go hand in hand ends without a winner."""
    for order in ("ab", "ba", "aabb", "abba", "aaabbb"):
        ends, _store = outcomes(order)
        assert sorted(ends.values()) == ["refused", "taken"], order


def test_a_refusal_tells_who_since_when_and_which_job() -> None:
    store, clock = Store(), FakeClock()
    locks.take(Process(store, clock).cloud, CLUSTER, claim("anna"))
    clock.sleep(60)
    with pytest.raises(Refused, match=r"anna@desk works on it since \d+ s ago \(job anna\)") as caught:
        locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
    assert caught.value.reasons[0].code == "locked"
    facts = caught.value.reasons[0].facts
    assert (facts["who"], facts["job"]) == ("anna@desk", "job anna")
    assert facts["since"] == pytest.approx(clock.wall() - 60, abs=10)


def test_it_is_waited_for() -> None:
    store = Store()
    clock = FakeClock()
    first = Process(store, clock)
    locks.take(first.cloud, CLUSTER, claim("anna"))
    clock.on_sleep = lambda now: locks.release(first.cloud, CLUSTER, "anna") if now > 1100 else None
    second = Process(store, clock)
    locks.take(second.cloud, CLUSTER, claim("ben", wait=300.0))
    assert clock.now() >= 1100
    assert any("held by anna@desk" in line for line in second.said)


def test_the_lease_of_a_killed_run_ends() -> None:
    store, clock = Store(), FakeClock()
    locks.take(Process(store, clock).cloud, CLUSTER, claim("anna", lease=900.0))
    with pytest.raises(Refused):
        locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
    clock.sleep(900)
    locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
    assert store.tokens == ["ben"]


def test_a_run_that_is_known_to_have_ended_is_not_waited_for() -> None:
    store, clock = Store(), FakeClock()
    locks.take(Process(store, clock).cloud, CLUSTER, claim("anna"))
    locks.take(Process(store, clock).cloud, CLUSTER, claim("ben", ended=lambda lock: lock.who == "anna@desk"))
    assert store.tokens == ["ben"]


def test_a_renewal_keeps_the_time_of_the_first_taking_and_leaves_one_note() -> None:
    store, clock = Store(), FakeClock()
    process = Process(store, clock)
    with locks.held(process.cloud, CLUSTER, claim("anna", lease=100.0)) as lock:
        since = locks.holder(process.cloud, CLUSTER)
        for _ in range(10):
            clock.sleep(40)
            lock.beat()
            now = locks.holder(process.cloud, CLUSTER)
            assert now is not None
            assert since is not None
            assert now.since == since.since
            assert now.until > clock.wall()
            assert store.tokens == ["anna"]
    assert store.tokens == []


def test_one_that_lost_it_hears_of_it_at_the_next_beat() -> None:
    """Asleep for longer than its lease, and somebody else has it meanwhile."""
    store, clock = Store(), FakeClock()
    with locks.held(Process(store, clock).cloud, CLUSTER, claim("anna", lease=100.0)) as lock:
        clock.sleep(101)
        locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
        with pytest.raises(Refused, match="ben@desk works on it"):
            lock.beat()
    assert store.tokens == ["ben"]


def test_a_note_fits_the_255_characters_of_the_server() -> None:
    store, clock = Store(), FakeClock()
    long = Lock("r" * 48 + "/12345678", "u" * 200, "j" * 200)
    locks.take(Process(store, clock).cloud, CLUSTER, Claim(long))
    assert all(len(text) <= 255 for text in store.notes.values())


def test_a_run_is_released_by_its_name_whichever_process_holds_it() -> None:
    store, clock = Store(), FakeClock()
    process = Process(store, clock)
    locks.take(process.cloud, CLUSTER, claim("rolling/1a2b"))
    locks.release_run(process.cloud, CLUSTER, "roll")
    assert store.tokens == ["rolling/1a2b"]
    locks.release_run(process.cloud, CLUSTER, "rolling")
    assert store.tokens == []
