# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a cluster: every order in which the calls of two that want it can reach the server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from fakes.clock import FakeClock
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import NotAsRead, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance import lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.notes import Note
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.locks import Claim, Lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.cloud import Cloud

CLUSTER = Cluster("c", "c1", "z", "p")


@dataclass
class Store:
    """The server's annotations. clock: the server's own. shown: what it makes of a note's text."""

    notes: dict[str, Note] = field(default_factory=dict)
    count: int = 0
    clock: Any = field(default_factory=FakeClock)
    shown: Callable[[str], str] = str

    def all(self) -> list[Note]:
        return [note._replace(text=self.shown(note.text)) for note in self.notes.values()]

    def add(self, text: str) -> Note:
        self.count += 1
        note = Note(f"n{self.count}", text, float(int(self.clock.wall())), "admin")
        self.notes[note.id] = note
        return note

    @property
    def tokens(self) -> list[str]:
        found = (lock.read(note.text) for note in self.notes.values())
        return [each.token for each in found if each is not None]


class Process:
    """A cloud as one process sees it. clock: its own, or one that it shares."""

    def __init__(self, store: Store, clock: Any = None, pause: Callable[[], None] = lambda: None) -> None:
        self.store, self.pause = store, pause
        self.clock = clock or store.clock
        self.notes = self
        self.said: list[str] = []
        self.progress = self.said.append

    def all(self, entity_type: str, entity_id: str) -> list[Note]:
        self.pause()
        return self.store.all()

    def add(self, entity_type: str, entity_id: str, text: str) -> Note:
        self.pause()
        return self.store.add(text)

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
    store = Store()
    clock = store.clock
    locks.take(Process(store, clock).cloud, CLUSTER, claim("anna"))
    clock.sleep(60)
    with pytest.raises(Refused, match=r"anna@desk has held its lock for \d+ s \(job anna\)") as caught:
        locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
    assert caught.value.reasons[0].code == "locked"
    facts = caught.value.reasons[0].facts
    assert (facts["who"], facts["job"]) == ("anna@desk", "job anna")
    assert facts["since"] == pytest.approx(clock.wall() - 60, abs=10)


def test_what_is_known_of_the_other_run_is_asked_with_the_time_of_its_lock_and_told() -> None:
    """Its note tells since when, where the lock itself does not."""
    store, asked = Store(), []

    def over(its: Lock) -> bool:
        asked.append(its.since)
        return len(asked) > 20

    locks.take(Process(store).cloud, CLUSTER, claim("anna"))
    at = float(int(store.clock.wall()))
    with pytest.raises(Refused, match=r"\(job anna; AWX says that it is running\)") as caught:
        locks.take(
            Process(store).cloud, CLUSTER, claim("ben", ended=over, told=lambda its: "AWX says that it is running")
        )
    assert caught.value.reasons[0].facts["told"] == "AWX says that it is running"
    assert set(asked) == {at}
    asked.extend([at] * 20)
    assert locks.take(Process(store).cloud, CLUSTER, claim("ben", ended=over)).token == "ben"
    assert store.tokens == ["ben"]


def test_it_is_waited_for() -> None:
    store = Store()
    clock = store.clock
    first = Process(store, clock)
    locks.take(first.cloud, CLUSTER, claim("anna"))
    clock.on_sleep = lambda now: locks.release(first.cloud, CLUSTER, claim("anna")) if now > 1100 else None
    second = Process(store, clock)
    locks.take(second.cloud, CLUSTER, claim("ben", wait=300.0))
    assert clock.now() >= 1100
    assert any("held by anna@desk" in line for line in second.said)


def test_the_lease_of_a_killed_run_ends() -> None:
    store = Store()
    clock = store.clock
    locks.take(Process(store, clock).cloud, CLUSTER, claim("anna", lease=900.0))
    with pytest.raises(Refused):
        locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
    clock.sleep(900)
    locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
    assert store.tokens == ["ben"]


def test_a_run_that_is_known_to_have_ended_is_not_waited_for() -> None:
    store = Store()
    clock = store.clock
    locks.take(Process(store, clock).cloud, CLUSTER, claim("anna"))
    locks.take(Process(store, clock).cloud, CLUSTER, claim("ben", ended=lambda lock: lock.who == "anna@desk"))
    assert store.tokens == ["ben"]


def test_a_renewal_keeps_the_time_of_the_first_taking_and_leaves_one_note() -> None:
    store = Store()
    clock = store.clock
    process = Process(store, clock)
    with locks.held(process.cloud, CLUSTER, claim("anna", lease=100.0)) as held:
        first = store.all()[0].at
        for _ in range(10):
            clock.sleep(40)
            held.beat()
            (note,) = store.all()
            its = lock.read(note.text)
            assert its is not None
            assert (its.since or note.at) == first
            assert note.at is not None
            assert note.at + its.lease > clock.wall()
            assert store.tokens == ["anna"]
    assert store.tokens == []


def test_one_that_lost_it_hears_of_it_at_the_next_beat() -> None:
    """Asleep for longer than its lease, and somebody else has it meanwhile."""
    store = Store()
    clock = store.clock
    with locks.held(Process(store, clock).cloud, CLUSTER, claim("anna", lease=100.0)) as held:
        clock.sleep(101)
        locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
        with pytest.raises(Refused, match=r"ben@desk (has held|holds) its lock"):
            held.beat()
    assert store.tokens == ["ben"]


def test_a_note_fits_the_255_characters_of_the_server() -> None:
    store = Store()
    clock = store.clock
    place = "0123456789ab.4194304.99999999999"
    long = Lock("r" * 48 + "/" + "1" * 12, '"\\ü\x1b😀' * 50, "j" * 200, place, since=clock.wall())
    locks.take(Process(store, clock).cloud, CLUSTER, Claim(long, lease=lock.LONGEST_LEASE))
    (note,) = store.all()
    assert len(note.text) <= lock.LONGEST
    assert note.text.isascii()
    its = lock.read(note.text)
    assert its is not None
    assert (its.token, its.place) == (long.token, place)


def test_a_run_gives_back_its_own_lock_alone() -> None:
    """Another playbook of the same name of a run was refused; what it gives back is not the other's."""
    store = Store()
    process = Process(store)
    locks.take(process.cloud, CLUSTER, claim("rolling/1a2b"))
    locks.release(process.cloud, CLUSTER, claim("rolling/9f9f"))
    assert store.tokens == ["rolling/1a2b"]
    locks.release(process.cloud, CLUSTER, claim("rolling/9f9f", consent="rolling/1a2b"))
    assert store.tokens == []


def test_the_servers_clock_decides_a_lease_whatever_others_clocks_say() -> None:
    """Two controllers whose clocks are hours ahead of the server's and behind it."""
    store = Store()
    fast, slow = FakeClock(), FakeClock()
    fast.time += 7200
    slow.time -= 900
    locks.take(Process(store, slow).cloud, CLUSTER, claim("anna", lease=900.0))
    for clock in (fast, slow):
        with pytest.raises(Refused):
            locks.take(Process(store, clock).cloud, CLUSTER, claim("ben"))
    store.clock.sleep(905)
    locks.take(Process(store, fast).cloud, CLUSTER, claim("ben"))
    assert store.tokens == ["ben"]


def test_a_run_that_sleeps_past_its_lease_does_not_renew_what_another_has() -> None:
    """Its lease is over by the server's clock, and the other that has seen so is about to clear it away."""
    store = Store()
    anna = Process(store)
    locks.take(anna.cloud, CLUSTER, claim("anna", lease=100.0))
    store.clock.sleep(101)
    late = store.all()
    locks.take(Process(store).cloud, CLUSTER, claim("ben"))
    store.notes[late[0].id] = late[0]
    with pytest.raises(Refused, match=r"ben@desk (has held|holds) its lock"):
        locks.take(anna.cloud, CLUSTER, claim("anna", lease=100.0))
    assert "ben" in store.tokens


ODD = [
    "hostcraft.lock",
    "hostcraft.lock ",
    "hostcraft.lock {",
    "hostcraft.lock []",
    "hostcraft.lock 7",
    "hostcraft.lock " + "[" * 200,
    'hostcraft.lock {"token":"x"}',
    'hostcraft.lock {"token":"x","who":"a","lease":"soon"}',
    'hostcraft.lock {"token":"x","who":"a","lease":true}',
    'hostcraft.lock {"token":"x","who":["a"],"lease":9}',
    'hostcraft.lock {"token":null,"who":"a","lease":9}',
    'hostcraft.lock {"token":"x","who":"a","lease":NaN}',
    'hostcraft.lock {"token":"x","who":"a","lease":Infinity}',
    'hostcraft.lock {"token":"x","who":"a","lease":-1}',
    "please do not touch this cluster before Monday",
    "",
]


@pytest.mark.parametrize("text", ODD)
def test_an_odd_note_of_others_neither_stops_nor_crashes_a_run(text: str) -> None:
    store = Store()
    store.add(text)
    with locks.held(Process(store).cloud, CLUSTER, claim("anna", lease=100.0)) as held:
        store.clock.sleep(60)
        held.beat()
    assert [note.text for note in store.all()] == [text]


@given(text=st.text(max_size=255))
def test_no_note_whatever_is_more_than_a_lock_or_none(text: str) -> None:
    for each in (text, lock.PREFIX + text):
        its = lock.read(each)
        assert its is None or (its.token and 0 <= its.lease <= lock.LONGEST_LEASE)


@given(token=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=61), who=st.text())
def test_a_lock_reads_as_it_was_written(token: str, who: str) -> None:
    its = lock.read(lock.text_of(Lock(token, who, "AWX job 7", "", 60.0)))
    assert its is not None
    assert (its.token, its.job, its.lease) == (token, "AWX job 7", 60.0)


@pytest.mark.parametrize("lease", ["1e9", "1" + "0" * 180])
def test_a_lease_that_somebody_wrote_too_long_ends_all_the_same(lease: str) -> None:
    store = Store()
    store.add(f'hostcraft.lock {{"token":"x","who":"a","lease":{lease}}}')
    store.clock.sleep(lock.LONGEST_LEASE + 1)
    locks.take(Process(store).cloud, CLUSTER, claim("anna"))
    assert store.tokens == ["anna"]


@pytest.mark.parametrize("shown", [lambda text: text.replace('"', "&quot;"), lambda text: text[:50], lambda text: ""])
def test_a_server_that_shows_the_lock_otherwise_than_written_is_an_error_at_once(shown: Any) -> None:
    store = Store(shown=shown)
    with pytest.raises(NotAsRead, match="shows other values"):
        locks.take(Process(store).cloud, CLUSTER, claim("anna", wait=600.0))
    assert store.count <= locks.WRITES
    assert store.notes == {}


def test_a_server_that_does_not_show_the_lock_at_all_is_an_error_after_some_tries() -> None:
    store = Store()
    process = Process(store)
    process.all = lambda entity_type, entity_id: []
    with pytest.raises(NotAsRead):
        locks.take(process.cloud, CLUSTER, claim("anna", wait=600.0))
    assert store.count == locks.WRITES


def test_a_server_without_dates_ends_no_lease_and_locks_all_the_same() -> None:
    class Undated(Store):
        def all(self) -> list[Note]:
            return [note._replace(at=None) for note in super().all()]

        def add(self, text: str) -> Note:
            return super().add(text)._replace(at=None)

    store = Undated()
    anna = claim("anna", lease=10.0)
    locks.take(Process(store).cloud, CLUSTER, anna)
    locks.take(Process(store).cloud, CLUSTER, anna)
    assert store.tokens == ["anna"]
    store.clock.sleep(1000)
    with pytest.raises(Refused):
        locks.take(Process(store).cloud, CLUSTER, claim("ben"))


def test_a_lock_is_taken_over_by_consent_that_names_its_job_and_the_refusal_says_how() -> None:
    store = Store()
    awx = Claim(Lock("rolling/ab12", "root@83535b7bc2d9", "AWX job 25", "0123456789ab.1.77"), lease=7200.0)
    locks.take(Process(store).cloud, CLUSTER, awx)
    for consent in ("", "AWX job 24", "rolling", "root@83535b7bc2d9"):
        with pytest.raises(Refused, match=r"\(AWX job 25\).*take_over='AWX job 25'"):
            locks.take(Process(store).cloud, CLUSTER, claim("ben", consent=consent))
    locks.take(Process(store).cloud, CLUSTER, claim("ben", consent="AWX job 25"))
    assert store.tokens == ["ben"]


def test_a_process_number_alone_names_no_run_because_others_have_it_too() -> None:
    store = Store()
    locks.take(Process(store).cloud, CLUSTER, Claim(Lock("rolling/ab12", "root@a", "process 1")))
    with pytest.raises(Refused, match=r"\(process 1\).*take_over='rolling/ab12'"):
        locks.take(Process(store).cloud, CLUSTER, claim("ben", consent="process 1"))
    locks.take(Process(store).cloud, CLUSTER, claim("ben", consent="rolling/ab12"))
    assert store.tokens == ["ben"]


def test_one_whose_lock_was_taken_over_by_consent_though_it_lives_hears_of_it() -> None:
    store = Store()
    with locks.held(Process(store).cloud, CLUSTER, claim("anna", lease=100.0)) as held:
        locks.take(Process(store).cloud, CLUSTER, claim("ben", consent="anna"))
        store.clock.sleep(60)
        with pytest.raises(Refused, match=r"ben@desk (has held|holds) its lock"):
            held.beat()
    assert store.tokens == ["ben"]
