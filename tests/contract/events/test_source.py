# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source as ansible-rulebook runs it: a file run by its path, a queue, and a task that is cancelled."""

from __future__ import annotations

import asyncio
import logging
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.events.cursor import Happening
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.events.event import Event as Entry
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.log import Alert, Event
from unit.sandbox.site import Site

ROOT = Path(__file__).resolve().parents[3]
LINK = ROOT / ".venv/collections/ansible_collections/hostcraft/cloudstack"
FILE = "extensions/eda/plugins/event_source/cloudstack_events.py"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def main() -> Callable[..., Any]:
    loaded: Callable[..., Any] = runpy.run_path(str(LINK / FILE))["main"]
    return loaded


def given(sandbox: Sandbox, cursor: Path, **more: object) -> Json:
    connection = {"api_url": sandbox.url, "api_key": sandbox.key, "api_secret": sandbox.secret, "api_timeout": 5}
    return {**connection, "cursor": str(cursor), "interval": 0.05, "host_interval": 0.05, **more}


def without(args: Json, *names: str) -> Json:
    return {name: value for name, value in args.items() if name not in names}


async def told(main: Callable[..., Any], args: Json, act: Callable[[], object], count: int) -> list[Json]:
    """What the source puts into a queue of one place after ``act``, until there are so many; then it is cancelled."""
    queue: asyncio.Queue[Json] = asyncio.Queue(1)
    task = asyncio.create_task(main(queue, args))
    while not Path(args["cursor"]).exists():
        await asyncio.sleep(0.02)
        assert not task.done(), task
    act()
    found = [await asyncio.wait_for(queue.get(), 20) for _number in range(count)]
    await asyncio.sleep(0.5)
    assert queue.empty()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return found


def write(sandbox: Sandbox, count: int) -> Callable[[], None]:
    def make(world: World) -> None:
        for number in range(count):
            row = Event(world.events.next_id(), world.new_uuid(), "VM.START", f"n{number}", "Completed", world.now())
            world.events.add(row)

    return lambda: sandbox.run(make)


def test_each_event_once_across_restarts(main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path) -> None:
    args = given(sandbox, tmp_path / "c", sources=["events", "alerts"])
    found: list[Json] = []
    for _start in range(3):
        found += asyncio.run(told(main, args, write(sandbox, 5), 5))
    assert len({each["event"]["id"] for each in found}) == 15
    assert {each["source"] for each in found} == {"events"}


class Filtered:
    """What ansible-rulebook gives to a source: a queue behind filters."""

    def __init__(self, queue: asyncio.Queue[Json]) -> None:
        self.queue = queue

    async def put(self, item: Json) -> None:
        await self.queue.put(item)


@pytest.mark.parametrize("wrapped", [Filtered, lambda queue: queue])
def test_what_was_taken_before_a_stop_in_the_midst_of_events_is_not_sent_again(
    main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path, wrapped: Callable[[asyncio.Queue[Json]], Any]
) -> None:
    args = given(sandbox, tmp_path / "c", sources=["events"])

    async def taken(count: int) -> list[str]:
        """Takes so many, and at once ends the source, which has the next one in the queue or is about to."""
        queue: asyncio.Queue[Json] = asyncio.Queue(1)
        task = asyncio.create_task(main(wrapped(queue), args))
        found = [(await queue.get())["event"]["id"] for _number in range(count)]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return found

    asyncio.run(told(main, args, write(sandbox, 1), 1))
    write(sandbox, 9)()
    found = [id for count in (1, 2, 3, 1, 2) for id in asyncio.run(asyncio.wait_for(taken(count), 20))]
    assert len(found) == len(set(found)) == 9


class Renamed(Filtered):
    """As with filters that make another event of it."""

    async def put(self, item: Json) -> None:
        await self.queue.put({"filtered": item["event"]["id"]})


@pytest.mark.parametrize("wrapped", [Filtered, Renamed])
def test_other_sources_of_the_rulebook_use_the_same_queue(wrapped: Callable[[asyncio.Queue[Json]], Any]) -> None:
    """What waits there from another source says nothing of ours, and ours waits for as long as the rulebook is busy."""
    tell = runpy.run_path(str(LINK / FILE))["_tell"]
    noted: list[str] = []
    log = SimpleNamespace(told=lambda each: noted.append(each.key), settle=lambda: None)
    found = [Happening("events", f"n{number}", number, Entry(f"n{number}", "VM.START")) for number in range(2)]

    async def rulebook() -> None:
        queue: asyncio.Queue[Json] = asyncio.Queue(5)
        about = SimpleNamespace(watch=log, interval=0.01)
        source = asyncio.ensure_future(tell(wrapped(queue), about, found))
        await asyncio.sleep(0.1)
        assert noted == []
        await queue.put({"other": 1})
        await queue.get()
        await asyncio.sleep(0.1)
        assert noted == ["n0"]
        # Stopped with the other source's event in the queue: what was taken is not sent again.
        await queue.get()
        source.cancel()
        await asyncio.gather(source, return_exceptions=True)
        assert noted == ["n0", "n1"]

    asyncio.run(asyncio.wait_for(rulebook(), 30))


def test_an_interrupt_while_one_is_noted_leaves_none_to_be_sent_again() -> None:
    """ansible-rulebook is ended by a signal, which raises wherever Python is: the first note is interrupted here."""
    tell = runpy.run_path(str(LINK / FILE))["_tell"]
    noted: list[str] = []

    class Signal(BaseException):
        """KeyboardInterrupt would end the tests."""

    class Log:
        interrupted = False

        def told(self, each: Happening) -> None:
            if not self.interrupted:
                self.interrupted = True
                raise Signal
            noted.append(each.key)

    async def rulebook() -> None:
        queue: asyncio.Queue[Json] = asyncio.Queue(1)
        found = [Happening("events", f"n{number}", number, Entry(f"n{number}", "VM.START")) for number in range(3)]
        source = asyncio.ensure_future(tell(queue, SimpleNamespace(watch=Log(), interval=1), found))
        taken.append((await queue.get())["event"]["id"])
        with pytest.raises(Signal):
            await source

    taken: list[str] = []
    asyncio.run(asyncio.wait_for(rulebook(), 30))
    assert (taken, noted) == (["n0"], ["n0"])


def test_a_server_that_is_away_is_waited_for(
    main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def act() -> None:
        sandbox.faults.add("listAlerts", "http", status=530, times=3)

        def make(world: World) -> None:
            text = "Certificate of kvm1 expires"
            world.alerts.add(Alert(world.alerts.next_id(), world.new_uuid(), 31, "ALERT.CA.CERT", text, world.now()))

        sandbox.run(make)

    with caplog.at_level(logging.WARNING):
        (alert,) = asyncio.run(told(main, given(sandbox, tmp_path / "c", sources=["alerts"]), act, 1))
    assert alert["alert"]["type"] == 31
    assert "cannot be polled" in caplog.text
    assert sandbox.secret not in caplog.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sources": ["everything"]}, "sources"),
        ({"interval": 0}, "interval"),
        ({"x": 1}, "x"),
    ],
)
def test_wrong_options_end_the_source(
    main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path, wrong: Json, said: str
) -> None:
    args = given(sandbox, tmp_path / "c", **wrong)
    with pytest.raises(Exception, match=said) as caught:
        asyncio.run(main(asyncio.Queue(1), args))
    assert type(caught.value).__name__ == "SourceTrouble"
    assert sandbox.secret not in str(caught.value)


def test_a_source_needs_a_cursor(main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cursor"):
        asyncio.run(main(asyncio.Queue(1), without(given(sandbox, tmp_path / "c"), "cursor")))


def test_a_damaged_cursor_ends_the_source(main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "c").write_text('{"form": 1, "curs', encoding="utf-8")
    with pytest.raises(Exception, match="remove the file"):
        asyncio.run(main(asyncio.Queue(1), given(sandbox, tmp_path / "c")))


def test_a_cursor_of_two_sources_ends_the_second(main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path) -> None:
    args = given(sandbox, tmp_path / "c", sources=["events"])

    async def both() -> None:
        first = asyncio.create_task(main(asyncio.Queue(1), args))
        while not Path(args["cursor"]).exists():
            await asyncio.sleep(0.02)
        with pytest.raises(Exception, match="in use by another"):
            await main(asyncio.Queue(1), {**args, "sources": ["alerts"]})
        assert not first.done()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)

    asyncio.run(both())
    assert len(asyncio.run(told(main, args, write(sandbox, 1), 1))) == 1, "free again"


def test_a_cursor_that_cannot_be_written_ends_the_source(
    main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(Exception, match="cannot be locked") as caught:
        asyncio.run(main(asyncio.Queue(1), given(sandbox, tmp_path / "nowhere" / "c")))
    assert type(caught.value).__name__ == "SourceTrouble"
    folder = tmp_path / "later"
    folder.mkdir()

    def act() -> None:
        shutil.rmtree(folder)
        write(sandbox, 3)()

    async def ends() -> None:
        args, queue = given(sandbox, folder / "c", sources=["events"]), asyncio.Queue[Json]()
        task = asyncio.create_task(main(queue, args))
        while not Path(args["cursor"]).exists():
            await asyncio.sleep(0.02)
        act()
        await asyncio.wait_for(queue.get(), 20)
        with pytest.raises(Exception, match="cannot be written"):
            await asyncio.wait_for(task, 20)
        assert queue.qsize() <= 2, "nothing is told again and again"

    asyncio.run(ends())


def test_no_value_is_a_template(main: Callable[..., Any], sandbox: Sandbox, site: Site, tmp_path: Path) -> None:
    """ansible-rulebook passes values to playbooks as extra variables, which Ansible evaluates."""
    evil = "{{ lookup('ansible.builtin.pipe', 'touch pwned') }}"

    def act() -> None:
        def change(world: World) -> None:
            next(iter(world.zones)).uuid = evil
            host = next(iter(world.hosts))
            host.name, host.state = f"#jinja2: {evil}", "Down"
            row = Event(world.events.next_id(), world.new_uuid(), "VM.START", f"{{{evil}", "Completed", world.now())
            world.events.add(row)

        sandbox.run(change)

    found = asyncio.run(told(main, given(sandbox, tmp_path / "c", sources=["events", "hosts"]), act, 2))
    # Events are polled before hosts: what happens between the two is told of the host first.
    event, host = sorted(found, key=lambda each: str(each["source"]))
    assert host["host"]["zone_id"] is None
    assert host["host"]["id"]
    assert host["host"]["name"].startswith(" #jinja2: { {")
    assert event["event"]["description"].startswith("{ { { lookup(")


def test_events_of_one_second_are_told_in_the_order_written(
    main: Callable[..., Any], sandbox: Sandbox, tmp_path: Path
) -> None:
    args = given(sandbox, tmp_path / "c", sources=["events"])

    def make(world: World) -> None:
        now = world.now()
        for state in ("Scheduled", "Started", "Completed"):
            world.events.add(Event(world.events.next_id(), world.new_uuid(), "VM.START", "n", state, now))

    found = asyncio.run(told(main, args, lambda: sandbox.run(make), 3))
    assert [each["event"]["state"] for each in found] == ["Scheduled", "Started", "Completed"]


def test_the_example_rulebooks_share_no_cursor_and_name_what_their_inventory_needs() -> None:
    """ansible-rulebook limits a playbook to the hosts of the ruleset: localhost is there only if it is listed."""
    files = sorted((ROOT / "extensions/eda/rulebooks").glob("*.yml"))
    cursors = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        for ruleset in yaml.safe_load(text):
            (source,) = ruleset["sources"]
            cursors.append(source["hostcraft.cloudstack.cloudstack_events"]["cursor"])
            if ruleset["hosts"] == "localhost":
                assert "must list localhost with ansible_connection: local" in text, file
    assert len(set(cursors)) == len(cursors) == len(files) > 3
