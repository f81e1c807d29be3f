# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTPS port of a secondary storage VM on the loopback, with an answer that a test chooses."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from counterparts.pki import Made


@dataclass
class Answer:
    """length: what the header says, None for the body's own. paths: of the requests."""

    body: bytes = b"PK\x03\x04 an archive"
    status: int = 200
    location: str = ""
    length: int | None = None
    paths: list[str] = field(default_factory=list)


@contextlib.contextmanager
def archives(address: str, made: Made, folder: Path) -> Iterator[Answer]:
    answer = Answer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer.paths.append(self.path)
            self.send_response(answer.status)
            if answer.location:
                self.send_header("Location", answer.location)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_words: object) -> None:
            """Says nothing."""

    file = folder / "server.pem"
    file.write_text(made.pem + made.key_pem(), encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = ThreadingHTTPServer((address, 443), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield answer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
