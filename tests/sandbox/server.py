"""The HTTP server, in the foreground (`python -m sandbox`) or in a thread of a test (`with Sandbox() as s`)."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import heapq
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeVar, TypeVarTuple

from aiohttp import web

from .api import DEFAULT_VERSION, Api
from .commands import consoles
from .errors import ApiError
from .faults import Fault, Faults
from .rules import host_states, troubles
from .sessions import COOKIE
from .snapshot import load
from .world import World
from .world.hypervisors import Sizes

HOST = "127.0.0.1"
PATH = "/client/api"
KEY, SECRET = "sandbox-api-key", "sandbox-secret-key"
T = TypeVar("T")
Parts = TypeVarTuple("Parts")


@dataclass(frozen=True)
class Received:
    """One request as it came: HTTP method, command, every parameter (secrets included: tests check what is sent)."""

    method: str
    command: str
    params: dict[str, str]


class Calls(list[Received]):
    """Every call received, in order."""

    @property
    def counts(self) -> Counter[str]:
        return Counter(call.command for call in self)

    def of(self, command: str) -> list[Received]:
        return [call for call in self if call.command == command]


class Flights:
    """Calls that are in flight, by command: how many at most, and on average from the first to the last."""

    def __init__(self) -> None:
        self._now: Counter[str] = Counter()
        self._most: Counter[str] = Counter()
        self._busy: dict[str, float] = {}
        self._from: dict[str, float] = {}
        self._to: dict[str, float] = {}

    @contextlib.contextmanager
    def counted(self, command: str) -> Iterator[None]:
        began = time.monotonic()
        self._from.setdefault(command, began)
        self._now[command] += 1
        self._most[command] = max(self._most[command], self._now[command])
        try:
            yield
        finally:
            self._to[command] = time.monotonic()
            self._now[command] -= 1
            self._busy[command] = self._busy.get(command, 0.0) + self._to[command] - began

    def most(self, command: str) -> int:
        return self._most[command]

    def mean(self, command: str) -> float:
        whole = self._to.get(command, 0.0) - self._from.get(command, 0.0)
        return self._busy[command] / whole if whole else 0.0


class Loop(asyncio.SelectorEventLoop):
    """Its time also passes when it is told to. ahead: seconds that it is in front of the machine's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0
        self._dues: list[float] = []

    def time(self) -> float:
        return super().time() + self.ahead

    def call_at(
        self,
        when: float,
        callback: Callable[[*Parts], object],
        *args: *Parts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        heapq.heappush(self._dues, when)
        return super().call_at(when, callback, *args, context=context)

    async def pass_time(self, seconds: float) -> None:
        """What is due by then is done at its time, also what begins on the way."""
        until = self.time() + seconds
        while self._dues and self._dues[0] <= until:
            self.ahead += max(heapq.heappop(self._dues) - self.time(), 0.0)
            # The loop calls what is due; that ends a wait, after which a job goes on.
            for _turn in range(3):
                await asyncio.sleep(0)
        self.ahead += max(until - self.time(), 0.0)


class Sandbox:
    """A CloudStack on loopback. `port` 0: any free one; `speed` divides durations; `version` plays an older server;
    `snapshot` is a file of sandbox.snapshot that is loaded first.

    Read `world` from another thread only while nothing runs; `run(fn)` executes `fn(world)` in the server's thread.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        speed: float = 1.0,
        seed: int | None = None,
        version: str = DEFAULT_VERSION,
        sizes: Sizes | None = None,
        snapshot: Path | None = None,
        key: str | None = None,
        secret: str | None = None,
    ) -> None:
        self.key = key or os.environ.get("SANDBOX_KEY") or KEY
        self.secret = secret or os.environ.get("SANDBOX_SECRET") or SECRET
        self.port = port
        self.world = World(seed=seed, speed=speed, sizes=sizes)
        self.world.ipmitool = tuple(os.environ.get("SANDBOX_IPMITOOL", "").split())
        if snapshot is not None:
            load(self.world, snapshot)
        self.api = Api(self.world, self.key, self.secret, version)
        self.faults, self.calls, self.flights = Faults(self.world.troubles), Calls(), Flights()
        # TCP connections accepted so far.
        self.connections = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}{PATH}"

    # -- serving ------------------------------------------------------------------------------------------------------

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("GET", PATH, self._handle)
        app.router.add_route("POST", PATH, self._handle)
        app.router.add_route("*", "/sandbox/faults", self._faults_page)
        app.router.add_route("*", "/sandbox/calls", self._calls_page)
        app.router.add_route("*", "/sandbox/durations", self._durations_page)
        app.router.add_get("/sandbox/connections", self._connections_page)
        app.router.add_get(consoles.PAGE, self._console_page)
        return app

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until stopped; `ready` is called once the port listens (and `port` is the real one)."""
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        # Connections are kept however much time is told to pass.
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.2, keepalive_timeout=1e6)
        await runner.setup()
        protocols = runner.server
        if protocols is None:
            raise RuntimeError("aiohttp gave no server")

        def accept() -> asyncio.Protocol:
            self.connections += 1
            return protocols()

        listener = await self._loop.create_server(accept, HOST, self.port)
        self.port = listener.sockets[0].getsockname()[1]
        self.world.console_place = f"http://{HOST}:{self.port}"
        try:
            ready()
            await self._stopping.wait()
        finally:
            listener.close()
            self.api.jobs.forget_running()
            for close in self.world.listening.values():
                close()
            await runner.cleanup()

    def __enter__(self) -> Sandbox:
        up, trouble = threading.Event(), []

        def main() -> None:
            try:
                with asyncio.Runner(loop_factory=Loop) as runner:
                    runner.run(self.serve(up.set))
            except BaseException as error:
                trouble.append(error)
            finally:
                up.set()

        self._thread = threading.Thread(target=main, name="sandbox", daemon=True)
        self._thread.start()
        up.wait()
        if trouble:
            raise trouble[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stopping is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def run(self, fn: Callable[[World], T]) -> T:
        """`fn(world)` executed between two requests, in the server's thread; its result or its exception."""
        if self._loop is None:
            raise RuntimeError("the sandbox is not running")

        async def call() -> T:
            return fn(self.world)

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    def pass_time(self, seconds: float) -> None:
        """Let seconds of a client pass at once: what is due by then is done. For the thread of a test."""
        if not isinstance(self._loop, Loop):
            raise RuntimeError("the sandbox is not running in a thread of this process")
        if self.world.outside:
            time.sleep(0.05)
            return
        asyncio.run_coroutine_threadsafe(self._loop.pass_time(seconds / self.world.speed), self._loop).result()

    def wait_for(self, look: Callable[[], T]) -> T:
        """The first thing seen that is true, as a client that looks once per second. Raises TimeoutError."""
        for _second in range(600):
            if seen := look():
                return seen
            self.pass_time(1.0)
        raise TimeoutError("ten minutes of the sandbox have passed")

    # -- requests -----------------------------------------------------------------------------------------------------

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        params = {k: str(v) for k, v in request.query.items()}
        if request.method == "POST":
            params.update({k: str(v) for k, v in (await request.post()).items()})
        name = params.get("command", "")
        self.calls.append(Received(request.method, name, params))
        with self.flights.counted(name):
            return await self._answered(request, name, params)

    async def _answered(self, request: web.Request, name: str, params: dict[str, str]) -> web.StreamResponse:
        fault = self.faults.next(name)
        if fault is not None:
            if fault.kind in troubles.KINDS:
                self.faults.befall(fault, params)
            early = await self._before(fault, request)
            if early is not None:
                return early
        cookie = request.cookies.get(COOKIE, "")
        if name == "login":
            status, body, cookie = self.api.sessions.login(params)
        else:
            status, body = self.api.call(params, fault, cookie)
        if fault is not None and fault.kind == "drop_after":
            return _hang_up(request)
        if fault is not None and fault.kind == "bad_json":
            return web.Response(text='{"truncated', content_type="application/json")
        answer = web.json_response(body, status=status)
        if name == "login" and cookie:
            answer.set_cookie(COOKIE, cookie, path="/client", httponly=True)
        return answer

    async def _before(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """The answer of a fault that comes before the call is handled; None to go on."""
        if fault.kind == "http":
            body = {"errorresponse": ApiError(fault.status, 9999, fault.text).body()}
            return web.json_response(body, status=fault.status)
        if fault.kind == "html":
            page = f"<html><head><title>{fault.status}</title></head><body><h1>{fault.text}</h1></body></html>"
            return web.Response(text=page, status=fault.status, content_type="text/html")
        if fault.kind == "agent_lost":
            self._lose_agent(fault.host)
        if fault.kind == "restart":
            self._restart(fault.jobs)
        if fault.kind in ("drop", "restart"):
            return _hang_up(request)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        return None

    def _restart(self, jobs: str) -> None:
        if jobs == "fail":
            self.api.jobs.fail_running()
        else:
            self.api.jobs.forget_running()
        self.world.settings.start()

    def _lose_agent(self, named: str) -> None:
        """The agent of every host of that name, address or uuid is gone."""
        for host in self.world.hosts:
            if named in (host.name, host.ip_address, host.uuid):
                host_states.lose(self.world, host)

    async def _console_page(self, request: web.Request) -> web.Response:
        """The first page of a console, for whoever has a token."""
        if not request.query.get("token"):
            return web.Response(status=403, text="no token")
        return web.Response(text="<html><title>noVNC</title></html>", content_type="text/html")

    async def _durations_page(self, request: web.Request) -> web.Response:
        """GET tells the seconds of jobs by command, POST JSON changes some."""
        if request.method == "POST":
            given = await request.json()
            if not isinstance(given, dict) or not all(isinstance(v, (int, float)) and v >= 0 for v in given.values()):
                return web.json_response({"error": "an object of seconds by command is needed"}, status=400)
            self.world.durations.update(given)
        return web.json_response({"durations": self.world.durations})

    async def _faults_page(self, request: web.Request) -> web.Response:
        """GET lists, DELETE clears, POST adds `{"command", "kind", "nth", …}` (400 when that makes no fault)."""
        if request.method == "DELETE":
            self.faults.clear()
        elif request.method == "POST":
            try:
                self.faults.add(**await request.json())
            except (TypeError, ValueError) as error:
                return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"faults": self.faults.describe()})

    async def _calls_page(self, request: web.Request) -> web.Response:
        """GET tells counts and calls, DELETE forgets them."""
        if request.method == "DELETE":
            self.calls.clear()
        listed = [{"method": c.method, "command": c.command, "params": c.params} for c in self.calls]
        return web.json_response({"total": len(listed), "counts": dict(self.calls.counts), "calls": listed})

    async def _connections_page(self, request: web.Request) -> web.Response:
        return web.json_response({"connections": self.connections})


def _hang_up(request: web.Request) -> web.Response:
    """Close the connection; what aiohttp still wants to write goes nowhere."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
