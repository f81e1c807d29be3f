# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of the server. Calls of the API go on to a sandbox elsewhere, so that several servers show one cloud."""

from __future__ import annotations

import contextlib
import http.server
import json
import select
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

DENIED = {
    "errorcode": 401,
    "errortext": "unable to verify user credentials and/or request signature",
}
PASSED_ON = ("Content-Type", "Cookie", "User-Agent", "Accept")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud: Callable[[], str]
    broken: bool
    context_path: str

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_HEAD(self) -> None:
        self._serve(b"")

    def _serve(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        if self.broken:
            self._answer(503, b"<html><body><h2>HTTP ERROR 503 Service Unavailable</h2></body></html>", "text/html")
        elif path.rstrip("/") == f"{self.context_path}/api":
            self._api(body)
        elif path == f"{self.context_path}/":
            self._answer(
                200, b"<!DOCTYPE html><html><head><title>CloudStack (stand-in)</title></head></html>", "text/html"
            )
        elif path in ("/", self.context_path):
            self._answer(302, b"", "text/html", {"Location": f"{self.context_path}/"})
        else:
            self._answer(404, b"", "text/html")

    def _api(self, body: bytes) -> None:
        base = self.cloud()
        query = urlsplit(self.path).query
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        asked = urllib.request.Request(f"{base}?{query}" if query else base, data=body or None, headers=headers)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=300) as answer:
                status, said, told = answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            status, said, told = error.code, error.read(), error.headers
        except OSError:
            # Without a cloud nobody can be known.
            self._answer(401, json.dumps({"errorresponse": DENIED}).encode(), "application/json")
            return
        more = {name: told[name] for name in ("Set-Cookie",) if name in told}
        self._answer(status, said, told.get("Content-Type", "application/json"), more)

    def _answer(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def opened(port: int) -> socket.socket:
    """A port that accepts connections and answers nothing yet. Raises OSError."""
    return socket.create_server(("0.0.0.0", port), backlog=Server.request_queue_size)


def serve(
    port: socket.socket,
    cloud: Callable[[], str],
    broken: bool,
    tls: ssl.SSLContext | None = None,
    context_path: str = "/client",
) -> None:
    """Answer from now on, in threads."""
    its = {"cloud": staticmethod(cloud), "broken": broken, "context_path": context_path.rstrip("/")}
    server = Server(port.getsockname()[:2], type("Bound", (Handler,), its), bind_and_activate=False)
    server.socket.close()
    server.socket = port
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def listen(address: str, port: int, met: Callable[[socket.socket], None]) -> None:
    """Raises OSError."""
    listener = socket.create_server((address, port), backlog=64)

    def accept() -> None:
        while True:
            connection, _peer = listener.accept()
            threading.Thread(target=met, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def greet(tls: ssl.SSLContext) -> Callable[[socket.socket], None]:
    """Shows its certificate, and hears nobody."""

    def met(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, tls.wrap_socket(connection, server_side=True) as secure:
            secure.settimeout(30)
            secure.recv(1)

    return met


def pass_on(tls: ssl.SSLContext, where: Callable[[], tuple[str, int]]) -> Callable[[socket.socket], None]:
    """Agents: on to whoever meets them for the cloud; where nobody does, the certificate is shown and that is all."""

    def met(connection: socket.socket) -> None:
        try:
            other = socket.create_connection(where(), timeout=1)
        except OSError:
            greet(tls)(connection)
            return
        with contextlib.suppress(OSError), connection, other:
            other.settimeout(None)
            while True:
                ready, _none, _none = select.select([connection, other], [], [])
                for each in ready:
                    data = each.recv(65536)
                    if not data:
                        return
                    (other if each is connection else connection).sendall(data)

    return met
