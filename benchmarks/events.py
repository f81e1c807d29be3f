# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source with thousands of events and restarts in the midst of them: none lost, none twice.

The source runs in a process of its own with a queue of one place, as in ansible-rulebook. Half of the events are
written while it is away. It is stopped as ansible-rulebook stops it, and in another series killed, which may repeat one
event.
Fails if an event is lost, is told twice after a stop, or if more are told twice than the source was killed.
Run: python benchmarks/events.py [EVENTS] [RESTARTS]
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("tests", ".venv/collections")]

from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.log import Event

SOURCE = ROOT / ".venv/collections/ansible_collections/hostcraft/cloudstack"
SOURCE /= "extensions/eda/plugins/event_source/cloudstack_events.py"
SECONDS = 120.0  # for what is left at the end


class Seen(NamedTuple):
    """What a series of restarts told."""

    written: int
    lost: int
    twice: int
    seconds: float


def consume(settings: str, told: str) -> None:
    """The process of a rulebook: it takes events, works on each at once, and ends like ansible-rulebook."""
    main = runpy.run_path(str(SOURCE))["main"]

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    def failed(source: asyncio.Task[None]) -> None:
        error = None if source.cancelled() else source.exception()
        if isinstance(error, Exception):
            raise SystemExit(str(error))

    async def rulebook() -> None:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)
        source = asyncio.create_task(main(queue, json.loads(settings)))
        source.add_done_callback(failed)
        with Path(told).open("a", encoding="utf-8", buffering=1) as file:
            while True:
                file.write(f"{(await queue.get())['event']['description']}\n")

    signal.signal(signal.SIGTERM, stop)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(rulebook())


def write(server: Sandbox, numbers: range) -> None:
    def make(world: World) -> None:
        for number in numbers:
            row = Event(world.events.next_id(), world.new_uuid(), "VM.START", f"n{number}", "Completed", world.now())
            world.events.add(row)

    server.run(make)


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def until(file: Path, count: int) -> None:
    end = time.monotonic() + SECONDS
    while len(lines(file)) < count and time.monotonic() < end:
        time.sleep(0.02)


def series(events: int, restarts: int, end: signal.Signals) -> Seen:
    chance, began, each = random.Random(1), time.monotonic(), events // restarts
    with Sandbox(seed=1) as server, tempfile.TemporaryDirectory() as name:
        told, cursor = Path(name) / "told", Path(name) / "cursor"
        connection = {"api_url": server.url, "api_key": server.key, "api_secret": server.secret}
        settings = json.dumps({**connection, "cursor": str(cursor), "interval": 0.1, "sources": ["events"]})

        def started() -> subprocess.Popen[bytes]:
            return subprocess.Popen([sys.executable, __file__, "--source", settings, str(told)])

        def ended(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
            process.send_signal(how)
            if process.wait(60) not in (0, -how):
                raise SystemExit(f"the source ended with {process.returncode}")

        process = started()
        while not cursor.exists():
            time.sleep(0.02)
        for number in range(restarts):
            first = number * each
            write(server, range(first, first + each // 2))
            until(told, len(lines(told)) + chance.randrange(1, each // 2))
            ended(process, end)
            write(server, range(first + each // 2, first + each))
            process = started()
        until(told, restarts * each)
        time.sleep(2.0)  # for what may come twice
        ended(process, signal.SIGTERM)
        counted = Counter(lines(told))
    twice = sum(count - 1 for count in counted.values())
    return Seen(restarts * each, restarts * each - len(counted), twice, time.monotonic() - began)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--source"]:
        consume(*arguments[1:])
        return 0
    events, restarts = (int(each) for each in (arguments + ["10000", "20"][len(arguments) :])[:2])
    print("| the source is | restarts | events | lost | twice | seconds |")
    print("|---|---|---|---|---|---|")
    good = True
    for title, end, most in (("stopped", signal.SIGTERM, 0), ("killed", signal.SIGKILL, restarts)):
        seen = series(events, restarts, end)
        print(
            f"| {title} | {restarts} | {seen.written:,} | {seen.lost} | {seen.twice} | {seen.seconds:.0f} |", flush=True
        )
        good = good and seen.lost == 0 and seen.twice <= most
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
