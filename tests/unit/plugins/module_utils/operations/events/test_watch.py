# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is lost and nothing is told twice: logs that grow while they are read, and watchers that die."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.events.journal import (
    FileJournal,
    JournalTrouble,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.events.body import as_data
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.events.cursor import Cursor, Happening, Page
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.events.state import BrokenState
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.events.watch import Watch, body
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.cloud import Cloud

PAGE = 500


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Log:
    """Newest first, as the server lists it. chance: what others do between two pages."""

    chance: random.Random
    rows: list[Happening] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    clock: int = 1_000_000
    growing: int = 0
    calls: int = 0

    def write(self, count: int, late: int = 0) -> None:
        """Several in a second, some of them by a server whose clock is behind."""
        for _each in range(count):
            self.clock += self.chance.choice((0, 0, 0, 1))
            key = f"e{len(self.made)}"
            self.rows.append(Happening("events", key, self.clock - (self.chance.randint(0, late) if late else 0)))
            self.made.append(key)
        # Within a second in the order written, as recorded.
        self.rows.sort(key=lambda each: -each.when)

    def event_logs(self) -> list[Callable[[int], Page]]:
        return [self.events]

    def events(self, number: int) -> Page:
        self.calls += 1
        if number > 1 and self.growing:
            self.write(self.chance.randint(0, self.growing))
        start = (number - 1) * PAGE
        found = self.rows[start : start + PAGE]
        return Page(found, len(self.rows), len(found) < PAGE)

    def alerts(self, _number: int) -> Page:
        return Page((), 0, True)


@dataclass
class Hosts:
    rows: list[Host] = field(default_factory=list)

    def again(self, **_filters: object) -> list[Host]:
        return list(self.rows)


def cloud(log: Log, hosts: Hosts | None = None) -> Cloud:
    class Around:
        pass

    around: Any = Around()
    around.events, around.hosts = log, hosts or Hosts()
    return cast(Cloud, around)


def watcher(log: Log, path: Path) -> Watch:
    return Watch(cloud(log), FileJournal(str(path)), ("events",))


def test_ten_thousand_events_across_twenty_restarts(tmp_path: Path) -> None:
    """None lost, none twice: the log grows between pages, and every second holds several."""
    log = Log(random.Random(1))
    log.write(700)
    old = set(log.made)
    told: list[str] = []
    watch = watcher(log, tmp_path / "cursor")
    assert watch.poll() == []
    log.growing = 30
    restarts = 0
    while restarts < 20:
        log.write(log.chance.choice((0, 1, 60, 900)), late=5)
        for each in watch.poll():
            told.append(each.key)
            watch.told(each)
        watch.settle()
        if len(log.made) > 700 + (restarts + 1) * 500:
            restarts += 1
            watch = watcher(log, tmp_path / "cursor")
    told += [each.key for each in watch.poll()]
    log.growing = 0
    told += [each.key for each in watcher(log, tmp_path / "cursor").poll() if each.key not in told]
    assert len(log.made) > 10_700
    assert len(told) == len(set(told))
    assert set(told) == set(log.made) - old
    assert (tmp_path / "cursor").stat().st_size < 100_000, "what is old is forgotten"


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.data())
def test_killed_anywhere_nothing_is_lost(seed: int, data: st.DataObject) -> None:
    """Killed between telling and noting, and while a line is written: then the one is told again, and no other."""
    log = Log(random.Random(seed))
    log.write(data.draw(st.integers(0, 20)))
    old = set(log.made)
    told: list[str] = []
    kills = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cursor"
        watch = watcher(log, path)
        watch.poll()
        for _round in range(data.draw(st.integers(1, 8))):
            log.write(data.draw(st.integers(0, 40)), late=data.draw(st.integers(0, 3)))
            end = data.draw(st.integers(0, 60))
            for number, each in enumerate(watch.poll()):
                told.append(each.key)
                if number == end:
                    kills += 1
                    if data.draw(st.booleans()):
                        watch.told(each)
                        # The line was cut off.
                        text = path.read_bytes()
                        path.write_bytes(text[: len(text) - data.draw(st.integers(1, 20))])
                    watch = watcher(log, path)
                    break
                watch.told(each)
            else:
                watch.settle()
        told += [each.key for each in watch.poll()]
    assert set(told) == set(log.made) - old
    assert len(told) - len(set(told)) <= kills


def test_a_quiet_log_is_one_call_and_a_busy_one_its_new_pages(tmp_path: Path) -> None:
    log = Log(random.Random(3))
    for _minute in range(500):
        log.clock += 60
        log.write(10)
    watch = watcher(log, tmp_path / "c")
    watch.poll()
    log.calls = 0
    assert watch.poll() == []
    assert log.calls == 1
    log.write(1_200)
    log.calls = 0
    assert len(watch.poll()) == 1_200
    assert log.calls <= 4


def test_entries_that_others_remove_meanwhile_hide_none(tmp_path: Path) -> None:
    log = Log(random.Random(4))
    log.write(10)
    watch = watcher(log, tmp_path / "c")
    watch.poll()
    log.write(2_600)
    page, done = log.events, []

    def removing(number: int) -> Page:
        if number == 2 and not done:
            done.append(True)
            for each in log.rows[:40]:
                log.removed.add(each.key)
            del log.rows[:40]
        return page(number)

    log.events = removing  # type: ignore[method-assign]
    told = {each.key for each in watch.poll()}
    assert told >= set(log.made[10:]) - log.removed


def test_an_entry_of_a_wrong_clock_does_not_hide_the_others(tmp_path: Path) -> None:
    log = Log(random.Random(5))
    log.write(10)
    watch = watcher(log, tmp_path / "c")
    watch.poll()
    log.rows.insert(0, Happening("events", "ahead", 4_000_000_000))
    told: list[str] = []
    for _round in range(40):
        log.write(50)
        for each in watch.poll():
            told.append(each.key)
            watch.told(each)
        watch.settle()
        watch = watcher(log, tmp_path / "c")
    assert sorted(told) == sorted(["ahead", *log.made[10:]])


def test_nor_does_one_that_is_there_at_the_first_start(tmp_path: Path) -> None:
    log = Log(random.Random(5))
    log.write(900)
    log.rows.insert(0, Happening("events", "ahead", 4_000_000_000))
    watch = watcher(log, tmp_path / "c")
    assert watch.poll() == []
    log.write(2)
    assert [each.key for each in watch.poll()] == ["e900", "e901"]


def test_the_first_entry_of_an_empty_log_is_told(tmp_path: Path) -> None:
    log = Log(random.Random(6))
    watch = watcher(log, tmp_path / "c")
    assert watch.poll() == []
    log.write(1)
    assert [each.key for each in watch.poll()] == ["e0"]


def test_only_whole_seconds_are_forgotten() -> None:
    cursor = Cursor(0, {**{f"a{n}": 5 for n in range(9)}, "b": 6, "c": 4})
    assert cursor.trimmed(least=3, overlap=1) == Cursor(5, {**{f"a{n}": 5 for n in range(9)}, "b": 6})
    assert cursor.trimmed(least=20) is cursor


@pytest.mark.parametrize(
    "text", ["", "{", '{"form": 2}\n', "[]\n", '{"form": 1, "cursors": {}, "hosts": {}}', "null\n"]
)
def test_a_damaged_beginning_is_refused_rather_than_guessed(text: str, tmp_path: Path) -> None:
    (tmp_path / "c").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenState, match="remove the file"):
        watcher(Log(random.Random(7)), tmp_path / "c")


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalTrouble, match="cannot be written"):
        watcher(Log(random.Random(8)), tmp_path / "nowhere" / "c").poll()


def test_hosts_are_told_when_their_state_changes(tmp_path: Path) -> None:
    up, down = Host("1", "kvm1", state="Up", resource_state="Enabled"), Host("2", "kvm2", state="Disconnected")
    hosts = Hosts([up, down])

    def start() -> Watch:
        return Watch(cloud(Log(random.Random(9)), hosts), FileJournal(str(tmp_path / "c")), ("hosts",))

    def names(watch: Watch) -> list[tuple[str, str | None, str]]:
        found = watch.poll()
        for each in found:
            watch.told(each)
        watch.settle()
        seen = [body(each)["host"] for each in found]
        return [(each["name"], each["previous_state"], each["state"]) for each in seen]

    watch = start()
    assert names(watch) == [("kvm2", None, "Disconnected")], "at first those that are not up"
    assert names(start()) == []
    hosts.rows = [
        Host("1", "kvm1", state="Disconnected", resource_state="Enabled"),
        down,
        Host("3", "kvm3", state="Up"),
    ]
    assert names(start()) == [("kvm1", "Up", "Disconnected"), ("kvm3", None, "Up")]
    for rows in ([down], [], [down]):
        hosts.rows = rows
        assert names(watch := start()) == []
    hosts.rows = [down, Host("1", "kvm1", state="Disconnected", resource_state="Enabled")]
    assert names(watch) == [], "one listing without a host says nothing"
    for _listing in range(2):
        hosts.rows = [down]
        assert names(watch) == []
    hosts.rows = [down, up]
    assert names(watch) == [("kvm1", None, "Up")]


def test_an_entry_of_a_clock_that_is_minutes_behind_is_told(tmp_path: Path) -> None:
    """In a busy cloud, where many entries are newer."""
    log = Log(random.Random(10))
    log.write(10)
    watch = watcher(log, tmp_path / "c")
    watch.poll()
    for _round in range(10):
        log.write(300)
        for each in watch.poll():
            watch.told(each)
        watch.settle()
    for name, late in (("two minutes", 120), ("ten minutes", 600)):
        log.rows.append(Happening("events", name, log.clock - late))
        log.rows.sort(key=lambda each: -each.when)
        found = watch.poll()
        assert [each.key for each in found] == [name]
        watch.told(found[0])


def test_what_cannot_be_noted_is_not_remembered(tmp_path: Path) -> None:
    log = Log(random.Random(11))
    log.write(1)
    watch = watcher(log, tmp_path / "c")
    watch.poll()
    log.write(1)
    (each,) = watch.poll()
    (tmp_path / "c").unlink()
    (tmp_path / "c").mkdir()
    with pytest.raises(JournalTrouble, match="cannot be written"):
        watch.told(each)
    assert watch.poll() == [each]


def test_values_are_no_templates() -> None:
    values = {
        "id": "{{ x }}",
        "zone_id": "0f1e-2d",
        "pod_id": "",
        "n_id": None,
        "text": "{{{% {#",
        "deep": {"a": ["{{"]},
    }
    assert as_data(values) == {
        "id": None,
        "zone_id": "0f1e-2d",
        "pod_id": "",
        "n_id": None,
        "text": "{ { { % { #",
        "deep": {"a": ["{ {"]},
    }
