# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that sends what it is told, byte for byte, for as long as somebody listens."""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator

Chunks = Callable[[], Iterable[bytes]]


@contextlib.contextmanager
def raw_server(chunks: Chunks, pause: float = 0.0) -> Iterator[tuple[str, list[int]]]:
    """Gives "127.0.0.1:PORT", and how many bytes each connection was sent. pause: seconds between two chunks."""
    sent: list[int] = []
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while not ended.is_set():
                try:
                    held, _address = listener.accept()
                except OSError:
                    return
                with held, contextlib.suppress(OSError):
                    _answer(held, chunks(), pause, ended, sent)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}", sent
        finally:
            ended.set()
            # Wakes accept().
            with contextlib.suppress(OSError):
                socket.create_connection(listener.getsockname(), timeout=1).close()
            thread.join()


def _answer(
    held: socket.socket, chunks: Iterable[bytes], pause: float, ended: threading.Event, sent: list[int]
) -> None:
    held.settimeout(5)
    if not _request(held):
        return
    sent.append(0)
    for chunk in chunks:
        held.sendall(chunk)
        sent[-1] += len(chunk)
        if ended.wait(pause) if pause else ended.is_set():
            return


def _request(held: socket.socket) -> bytes:
    """The whole request, or whatever comes where it is none of HTTP."""
    request = b""
    while b"\r\n\r\n" not in request:
        more = held.recv(1 << 16)
        request += more
        if not more or b"HTTP/1.1" not in request:
            return request
    told = re.search(rb"content-length: *(\d+)", request, re.IGNORECASE)
    while told and len(request) < request.index(b"\r\n\r\n") + 4 + int(told.group(1)):
        request += held.recv(1 << 16)
    return request


def head(status: str = "200 OK", *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def dripping(first: bytes, each: bytes) -> Chunks:
    """``first``, then ``each`` again and again."""
    return lambda: itertools.chain([first], itertools.repeat(each))
