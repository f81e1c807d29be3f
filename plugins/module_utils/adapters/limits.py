# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit on the time and the size of a whole HTTP answer, for every client that is built on ``http.client``.

A timeout of a socket begins anew with each byte, so that a server that sends one now and then is waited for without
end. Here the time is that of the answer from its first line to its last byte.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
import typing as t

MIB = 1 << 20
MOST = 64 * MIB  # bytes of one answer; a page of 500 VMs with all details has 3 MiB


class AnswerTooLong(socket.timeout):
    """The answer did not finish in time."""


class AnswerTooLarge(http.client.HTTPException):
    """The answer has more bytes than any that is of use."""


class _Bounded(io.RawIOBase):
    """Reads from a socket until a moment and up to a number of bytes."""

    def __init__(self, raw: t.Any, sock: socket.socket, seconds: float, most: int) -> None:
        self._raw, self._sock = raw, sock
        self._seconds, self._until = seconds, time.monotonic() + seconds
        self._most, self._left = most, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> t.Optional[int]:
        left, idle = self._until - time.monotonic(), self._sock.gettimeout()
        if left <= 0:
            raise AnswerTooLong(f"the answer did not end within {self._seconds:g} s")
        self._sock.settimeout(left if idle is None else min(left, idle))
        try:
            number: t.Optional[int] = self._raw.readinto(buffer)
        except socket.timeout:
            # Nothing at all is another thing to tell than what does not end.
            if self._left == self._most or time.monotonic() < self._until:
                raise
            raise AnswerTooLong(f"the answer did not end within {self._seconds:g} s") from None
        finally:
            # The connection may be kept for another request. A closed one has no timeout to set.
            if self._sock.fileno() >= 0:
                self._sock.settimeout(idle)
        self._left -= number or 0
        if self._left < 0:
            raise AnswerTooLarge(f"the answer has more than {self._most // MIB} MiB")
        return number

    def close(self) -> None:
        self._raw.close()
        super().close()


def bounded(seconds: float, most: int = MOST, compressed: bool = False) -> type[http.client.HTTPResponse]:
    """A class for ``response_class`` of a connection. compressed: whoever reads counts what becomes of it."""

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: t.Any, **more: t.Any) -> None:
            super().__init__(sock, *args, **more)
            held: t.Any = self.fp
            self.fp = io.BufferedReader(_Bounded(held.detach(), sock, seconds, most))

        def begin(self) -> None:
            super().begin()
            if not compressed and self.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise http.client.HTTPException("the answer is compressed, which was not requested")

    return Response
