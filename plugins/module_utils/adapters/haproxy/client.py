# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaks with HAProxy on this machine through its stats socket: one command for each connection."""

from __future__ import annotations

import socket
import time
import typing as t

from ...core.errors import HypervisorError, TransportError
from ...core.text import shortened

MOST = 4 << 20  # bytes of one answer


class HAProxy:
    """path: of the socket. seconds: how long one command may take."""

    def __init__(self, path: str, seconds: float = 10.0) -> None:
        self.path = path
        self.seconds = seconds

    def ask(self, command: str) -> str:
        """The answer to a command. Raises TransportError where nobody listens, or nobody answers in time."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(self.seconds)
                connection.connect(self.path)
                connection.sendall(command.encode() + b"\n")
                return b"".join(_pieces(connection)).decode(errors="replace")
        except OSError as error:
            why = error.strerror or str(error)
            raise TransportError(
                f"{self.path}: {why}. Check that HAProxy runs with the configuration of the role load_balancer",
                command=command,
            ) from error

    def tell(self, command: str) -> None:
        """A command without an answer. Raises HypervisorError for what HAProxy answers instead."""
        answer = self.ask(command).strip()
        if answer:
            raise HypervisorError(shortened(answer), call=command)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def now(self) -> float:
        return time.monotonic()


def _pieces(connection: socket.socket) -> t.Iterator[bytes]:
    size = 0
    while size <= MOST:
        piece = connection.recv(1 << 16)
        if not piece:
            return
        size += len(piece)
        yield piece
