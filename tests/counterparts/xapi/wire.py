# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML-RPC (/ and /RPC2) and JSON-RPC (/jsonrpc) for the hosts of pools, each on its own address."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import xmlrpc.client
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from counterparts.xapi.model import Failure
from counterparts.xapi.pool import Dropped, Pool


class Servers:
    """Listens for pools' hosts on their addresses, all on one port (0: a free one). context: TLS."""

    def __init__(self, *pools: Pool, context: ssl.SSLContext | None = None) -> None:
        self.pools = list(pools)
        self.context = context
        self.port = 0
        self.requests = 0
        self._servers: list[ThreadingHTTPServer] = []

    def __enter__(self) -> Servers:
        for pool in self.pools:
            for record in pool.database.rows["host"].values():
                self._listen(record["address"])
        return self

    def __exit__(self, *exc: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def url(self, address: str) -> str:
        return f"{'https' if self.context else 'http'}://{address}:{self.port}"

    def answer(self, address: str, method: str, params: list[Any]) -> Any:
        """By the pool that has the host now."""
        self.requests += 1
        for pool in self.pools:
            if pool.moved_to is None:
                for host in pool.database.find("host", address=address):
                    return pool.call(host, method, params)
        raise Dropped

    def _listen(self, address: str) -> None:
        server = _Server((address, self.port), _Handler)
        server.owner = self
        if self.context is not None:
            # The handshake is left to the connection's own thread: a client that distrusts us must not stop the rest.
            server.socket = self.context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = server.server_address[1]
        self._servers.append(server)
        threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True).start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: Servers

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away or distrusts the certificate is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Calls are noted by the pool."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Any = self.server
        try:
            kind, text = self._answered(server.owner, str(server.server_address[0]), body)
        except Dropped:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.close()
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _answered(self, servers: Servers, address: str, body: bytes) -> tuple[str, bytes]:
        if self.path == "/jsonrpc":
            asked = json.loads(body)
            answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked.get("id")}
            try:
                answer["result"] = servers.answer(address, asked["method"], list(asked["params"]))
            except Failure as error:
                code, *details = error.description
                answer["error"] = {"code": 1, "message": code, "data": details}
            return "application/json", json.dumps(answer).encode()
        params, method = xmlrpc.client.loads(body)
        try:
            value = servers.answer(address, str(method), list(params))
            status = {"Status": "Success", "Value": _in_xml(value)}
        except Failure as error:
            status = {"Status": "Failure", "ErrorDescription": error.description}
        return "text/xml", xmlrpc.client.dumps((status,), methodresponse=True).encode()


def _in_xml(value: Any) -> Any:
    """Whole numbers travel as text, times as dates."""
    if isinstance(value, dict):
        return {key: _in_xml(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_xml(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and len(value) == 18 and value[8] == "T" and value.endswith("Z"):
        return xmlrpc.client.DateTime(value)
    return value
