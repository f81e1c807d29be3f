# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An NTP server for hosts that have no way out: it tells the time of this machine (RFC 5905, mode 4) and sets none."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

SINCE_1900 = 2208988800
LEAP_VERSION_MODE, STRATUM, POLL, PRECISION = 0x24, 2, 3, -20


class TimeServer:
    """``with TimeServer(fleet.gateway): …``; needs root for port 123."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 123))

    def __enter__(self) -> TimeServer:
        self._thread = threading.Thread(target=self._serve, name="time server", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        # Closed while a thread waits in it, a socket keeps its port: the next fleet of this number would not get it.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                asked, peer = self._socket.recvfrom(512)
                if peer is None:
                    return
                received = _stamp()
                if len(asked) >= 48:
                    head = struct.pack("!BBbbII4s", LEAP_VERSION_MODE, STRATUM, POLL, PRECISION, 0, 1 << 8, b"HOST")
                    answer = head + received + asked[40:48] + received + _stamp()
                    self._socket.sendto(answer, peer)
            except OSError:
                return


def _stamp() -> bytes:
    """Seconds since 1900 and their 2^-32 parts."""
    now = time.time()
    return struct.pack("!II", int(now) + SINCE_1900, int(now % 1 * 2**32))
