"""Real TLS ports of system VMs on loopback, for tests that look at what is served."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from .rules import keystore
from .world.keystore import Shown
from .world.vms import CONSOLE_PROXY


@dataclass(frozen=True)
class TlsPorts:
    """The ports on which console proxies and secondary storage VMs listen, each at its public address."""

    console: int
    storage: int

    @staticmethod
    def free() -> TlsPorts:
        """Two that nobody uses now."""
        with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
            return TlsPorts(one.getsockname()[1], other.getsockname()[1])

    def open(self, kind: str, address: str, shown: Shown) -> Callable[[], None]:
        """Nothing listens where OpenSSL refuses the pair of certificate and key."""
        context = _context(shown)
        if context is None:
            return lambda: None
        listener = socket.create_server((address, self.console if kind == CONSOLE_PROXY else self.storage))
        listener.setblocking(False)
        # Connections wait in the queue of the listening socket until the server is there.
        begun = asyncio.get_running_loop().create_task(asyncio.start_server(_talk, sock=listener, ssl=context))

        def close() -> None:
            if begun.done() and not begun.cancelled():
                begun.result().close()
            begun.cancel()
            listener.close()

        return close


async def _talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()


def _context(shown: Shown) -> ssl.SSLContext | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    key = keystore.private_key(shown.key).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = serialization.Encoding.PEM
    chain = b"".join(keystore.certificate(text).public_bytes(pem) for text in shown.chain)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chain.pem"
        file.touch(mode=0o600)
        file.write_bytes(chain + key)
        try:
            context.load_cert_chain(file)
        except ssl.SSLError:
            return None
    return context
