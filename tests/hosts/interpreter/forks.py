# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that has imported much forks for each client, and the fork becomes what the client would have been.

A client sends its standard files and its folder with one packet: its umask, its arguments and its environment. Its fork
is killed when it goes, and it gets the fork's status.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType

MOST = 1 << 17  # bytes of a packet


class Request:
    """What one client sent, its files as descriptors."""

    def __init__(self, connection: socket.socket) -> None:
        text, self.files, _flags, _address = socket.recv_fds(connection, MOST, 4)
        mask, count, *rest = text[:-1].split(b"\0")
        self.mask = int(mask, 8)
        self.arguments = rest[: int(count)]
        self.environment = dict(entry.split(b"=", 1) for entry in rest[int(count) :])

    def close(self) -> None:
        for file in self.files:
            os.close(file)

    def adopt(self) -> None:
        """Become the process that the client would be."""
        os.setsid()
        *standard, folder = self.files
        for number, file in enumerate(standard):
            os.dup2(file, number)
        os.fchdir(folder)
        self.close()
        os.umask(self.mask)
        os.environb.clear()
        os.environb.update(self.environment)
        if not self.environment.keys() & {b"LC_ALL", b"LC_CTYPE", b"LANG"}:
            os.environb[b"LC_CTYPE"] = b"C.UTF-8"  # PEP 538: what Python does with the C locale
        time.tzset()
        importlib.invalidate_caches()


class Fork:
    """A process that runs, and the client that waits for it."""

    def __init__(self, pid: int, client: socket.socket) -> None:
        self.pid, self.client = pid, client
        self.files = (os.pidfd_open(pid), client.fileno())

    def over(self, file: int) -> None:
        """It has ended, or its client went, which takes it along."""
        if file == self.client.fileno():
            os.kill(self.pid, signal.SIGKILL)
        status = os.waitpid(self.pid, 0)[1]
        with contextlib.suppress(OSError):
            self.client.send(struct.pack("i", status), socket.MSG_NOSIGNAL)
        os.close(self.files[0])
        self.client.close()


def next_request(listener: socket.socket, owner: int | None = None) -> Request:
    """Serve until a process (pidfd) has ended; returns in each fork, with what it is to be."""
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    if owner is not None:
        poll.register(owner, select.EPOLLIN)
    forks: dict[int, Fork] = {}
    while True:
        for file, _events in poll.poll():
            if file == owner:
                sys.exit()
            if file in forks:
                fork = forks[file]
                for one in fork.files:
                    del forks[one]
                    poll.unregister(one)
                fork.over(file)
            elif file == listener.fileno():
                client = listener.accept()[0]
                request = Request(client)
                pid = os.fork()
                if not pid:
                    poll.close()
                    for opened in (listener, client, *(other.client for other in forks.values())):
                        opened.close()
                    if owner is not None:
                        os.close(owner)
                    return request
                request.close()
                fork = Fork(pid, client)
                for one in fork.files:
                    forks[one] = fork
                    poll.register(one, select.EPOLLIN)


def run(arguments: list[str], main: Callable[[ModuleType], object]) -> None:
    """Run a main module as an interpreter would, and end as it would, but without taking down what is imported."""
    # Each collection writes to what it looks at, and so copies what is shared with the server.
    gc.set_threshold(50_000, 10, 10)
    sys.argv = arguments
    module = sys.modules["__main__"] = ModuleType("__main__")
    try:
        main(module)
        code = 0
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        code = end.code or 0
    # To take down all that was imported costs as much as a short module. What the interpreter does before has no
    # public name.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
