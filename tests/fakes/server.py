# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP server on loopback that answers what a test says, byte by byte, with or without TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """One answer."""

    body: bytes = b'{"response": {}}'
    status: int = 200
    kind: str = "application/json"


@dataclass
class Raw:
    """A running server. paths, headers, bodies: of every request, in order.

    replies: given out one by one, the last stays.
    """

    url: str
    paths: list[str] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=lambda: [Reply()])

    def next(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def _handler(raw: Callable[[], Raw]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _answer(self, body: bytes) -> None:
            raw().paths.append(self.path)
            raw().headers.append(self.headers)
            raw().bodies.append(body)
            reply = raw().next()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """A test's server is silent."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses a certificate hangs up, which is what the test wants."""


@contextmanager
def serving(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[Raw]:
    """Serve while the block lasts."""
    held: list[Raw] = []
    server = _Server(("127.0.0.1", 0), _handler(lambda: held[0]))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "http" if tls is None else "https"
    held.append(Raw(f"{scheme}://127.0.0.1:{server.server_port}/client/api"))
    if replies:
        held[0].replies = list(replies)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield held[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
