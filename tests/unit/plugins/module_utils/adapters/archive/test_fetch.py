# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive that comes byte by byte without end is given up, wherever in the answer the bytes are."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.archive.fetch import NotFetched, fetch
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.archive import Source


@contextlib.contextmanager
def dripping(first: bytes) -> Iterator[int]:
    """A port that answers with these bytes, and then with one every now and then."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _peer = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(4096)
                connection.sendall(first)
                while not over.wait(0.02):
                    connection.sendall(b"x")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join(5)


@pytest.mark.parametrize(
    "first",
    [b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nX-More: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nPK"],
)
def test_an_answer_without_end_is_given_up(first: bytes, tmp_path: Path) -> None:
    with dripping(first) as port, pytest.raises(NotFetched):
        fetch(Source("http", "127.0.0.1", port, "/a.zip"), str(tmp_path / "a.zip"), "", 1 << 30, 0.3)
    assert list(tmp_path.iterdir()) == []
