# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud that all stand-in servers of a fleet show: one sandbox on this machine's own address of their network.

A real cloud's state is in its database; the stand-ins have theirs here, so it outlives the restart of each of them.
"""

from __future__ import annotations

import select
import socket
import threading
from types import TracebackType

from sandbox.server import Sandbox

PORT = 8199


class Cloud:
    """``with Cloud(fleet.gateway) as cloud: cloud.sandbox.run(…)``; servers of the fleet find it by themselves."""

    def __init__(self, address: str, sandbox: Sandbox | None = None) -> None:
        self.sandbox = sandbox or Sandbox(speed=20.0)
        self._listener = socket.create_server((address, PORT), backlog=64)

    def __enter__(self) -> Cloud:
        self.sandbox.__enter__()
        threading.Thread(target=self._accept, name="cloud", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A socket that a thread waits at goes on listening after close alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.sandbox.__exit__(kind, error, trace)

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(connection,), daemon=True).start()

    def _pass(self, connection: socket.socket) -> None:
        try:
            other = socket.create_connection(("127.0.0.1", self.sandbox.port), timeout=5)
        except OSError:
            connection.close()
            return
        other.settimeout(None)
        with connection, other:
            while True:
                ready, _none, _none = select.select([connection, other], [], [])
                for each in ready:
                    try:
                        data = each.recv(65536)
                        if not data:
                            return
                        (other if each is connection else connection).sendall(data)
                    except OSError:
                        return
