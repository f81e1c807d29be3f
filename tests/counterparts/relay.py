# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passes connections on to a server inside of a network namespace, and counts libvirt's calls in them."""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

CLONE_NEWNET = 0x40000000
# libvirt, src/rpc/virnetprotocol.x: length, program, version, procedure, type, serial, status; a call has type 0.
HEADER = struct.Struct(">IIIiIII")
REMOTE, CALL = 0x20008086, 0
LARGEST = 32 << 20


def inside(pid: int, port: int) -> socket.socket:
    """A connection to a port of the network namespace of a process. Raises OSError."""
    made: list[socket.socket | OSError] = []

    def connect() -> None:
        # A thread of its own enters the namespace and ends there; the socket stays in it.
        try:
            with open(f"/proc/{pid}/ns/net", encoding="ascii") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            made.append(socket.create_connection(("127.0.0.1", port), timeout=5))
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=connect)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    made[0].settimeout(None)
    return made[0]


class Relay:
    """Listens on ``address`` (a path, or address and port) from now on. calls: libvirt's procedures, how often each."""

    def __init__(self, address: Path | tuple[str, int], connect: Callable[[], socket.socket]) -> None:
        self.calls: Counter[int] = Counter()
        self.connect = connect
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(str(address) if isinstance(address, Path) else address)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            try:
                far = self.connect()
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            threading.Thread(target=self._pass, args=(near, far, Frames(self.calls)), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, None), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket, frames: Frames | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if frames:
                    frames.feed(data)
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Frames:
    """Takes a stream of libvirt's protocol apart; says nothing of what is encrypted."""

    def __init__(self, calls: Counter[int]) -> None:
        self.calls, self._held, self._clear = calls, b"", True

    def feed(self, data: bytes) -> None:
        if not self._clear:
            return
        self._held += data
        while len(self._held) >= HEADER.size:
            length, program, _version, procedure, kind, _serial, _status = HEADER.unpack_from(self._held)
            if not HEADER.size <= length <= LARGEST:
                self._clear, self._held = False, b""
            if len(self._held) < length:
                return
            if (program, kind) == (REMOTE, CALL):
                self.calls[procedure] += 1
            self._held = self._held[length:]
