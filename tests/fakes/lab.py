# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox without a network and without waiting: calls reach it directly, and its time is the test's own.

A thousand drains run in seconds, each one the same every time. Faults are the sandbox's; runs can be killed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import TransportError
from sandbox.faults import Fault
from sandbox.server import Received, Sandbox

EPOCH = 1_700_000_000.0  # what wall clocks say when the loop's time is 0
READS = ("list", "query", "find", "get")


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, so neither does its clean-up reach the server."""


class _Loop(asyncio.SelectorEventLoop):
    """Time passes only as far as the next timer, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.virtual = 1000.0
        selector: Any = getattr(self, "_selector")  # noqa: B009
        really = selector.select

        def select(timeout: float | None = None) -> Any:
            if timeout:
                self.virtual += timeout
            return really(0)

        selector.select = select

    def time(self) -> float:
        return self.virtual


@dataclass
class Life:
    """One process that works on the cloud. kills_at: which of its calls it does not survive (0: none); ``after``:
    the server has handled that call.
    """

    kills_at: int = 0
    after: bool = False
    calls: int = 0
    dead: bool = False


class Lab:
    """A sandbox that is called directly. ``on_call`` sees every call before it is handled (another administrator)."""

    def __init__(self, seed: int = 1, speed: float = 1.0) -> None:
        self.box = Sandbox(seed=seed, speed=speed)
        self.loop = _Loop()
        self.box.world.time = lambda: EPOCH + self.loop.time()
        self.on_call: Callable[[Received], None] = lambda call: None

    def close(self) -> None:
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc: object) -> None:
        self.box.api.jobs.forget_running()
        self.run(lambda: None)
        self.close()

    def run(self, act: Callable[[], Any]) -> Any:
        """``act()`` where the sandbox's timers run."""

        async def call() -> Any:
            return act()

        return self.loop.run_until_complete(call())

    def client(self, life: Life | None = None, progress: Callable[[str], None] = lambda line: None) -> Client:
        """A client of a process of its own."""
        life = life or Life()
        return Client(Wire(self, life), clock=LabClock(self, life), progress=progress)  # type: ignore[arg-type]

    def cloud(self, life: Life | None = None, progress: Callable[[str], None] = lambda line: None) -> Gateway:
        return Gateway(self.client(life, progress))

    @property
    def writes(self) -> list[str]:
        """Commands received that may change something."""
        return [call.command for call in self.box.calls if not call.command.startswith(READS)]

    @contextlib.contextmanager
    def watched(self) -> Iterator[list[Received]]:
        """The calls of a block."""
        seen: list[Received] = []
        began = len(self.box.calls)
        yield seen
        seen += self.box.calls[began:]


class LabClock:
    """The sandbox's own time (the port ``Clock``)."""

    def __init__(self, lab: Lab, life: Life) -> None:
        self.lab, self.life = lab, life

    def now(self) -> float:
        return self.lab.loop.time()

    def wall(self) -> float:
        return EPOCH + self.lab.loop.time()

    def sleep(self, seconds: float) -> None:
        if self.life.dead:
            raise Killed
        self.lab.loop.run_until_complete(asyncio.sleep(seconds))


class Wire:
    """What ``transport.Http`` is to a client: sends a form, gives status and JSON, raises TransportError."""

    def __init__(self, lab: Lab, life: Life) -> None:
        self.lab, self.life = lab, life
        self.endpoint = Endpoint("http://sandbox/client/api", lab.box.key, lab.box.secret)

    def send(self, command: str, form: str) -> tuple[int, dict[str, Any]]:
        life = self.life
        if life.dead:
            raise Killed
        life.calls += 1
        killed = life.calls == life.kills_at
        if killed and not life.after:
            life.dead = True
            raise Killed
        answer: tuple[int, dict[str, Any]] = self.lab.run(lambda: self._handled(command, form))
        if killed:
            life.dead = True
            raise Killed
        return answer

    def _handled(self, command: str, form: str) -> tuple[int, dict[str, Any]]:
        box = self.lab.box
        params = dict(parse_qsl(form, keep_blank_values=True))
        received = Received("POST", command, params)
        self.lab.on_call(received)
        box.calls.append(received)
        fault = box.faults.next(command)
        if fault is not None:
            _before(box, fault, command)
            if fault.kind == "http":
                body = {"errorresponse": {"errorcode": fault.status, "cserrorcode": 9999, "errortext": fault.text}}
                return fault.status, body
        status, body = box.api.call(params, fault)
        if fault is not None and fault.kind in ("drop_after", "bad_json"):
            raise TransportError(f"{command}: the connection was lost", command=command)
        return status, body


def _before(box: Sandbox, fault: Fault, command: str) -> None:
    """What a fault does before the call is handled."""
    if fault.kind == "agent_lost":
        box._lose_agent(fault.host)
    if fault.kind == "restart":
        box._restart(fault.jobs)
    if fault.kind == "html":
        raise TransportError(
            f"{command}: HTTP {fault.status} with text/html", command=command, http_status=fault.status
        )
    if fault.kind in ("drop", "restart"):
        raise TransportError(f"{command}: the connection was lost", command=command)
