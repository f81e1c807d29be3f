# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TLS port of the loopback that serves a chain, as a console proxy or a libvirt daemon does."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def tls_port(chain: str, key: str, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """chain, key: PEM texts, the leaf first. Gives the port."""
    with socket.create_server((address, port)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, _context(chain, key)), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            # Closed while a thread waits in it, a socket keeps its port.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _context(chain: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        file.write_text(chain + "\n" + key, encoding="ascii")
        context.load_cert_chain(file)
    return context


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _peer = listener.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), plain:
            plain.settimeout(5)
            with context.wrap_socket(plain, server_side=True) as secured:
                secured.recv(1)
