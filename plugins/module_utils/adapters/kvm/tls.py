# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates a host shows, on libvirt's port and on VNC consoles. They are compared here, not trusted.

Sources: RFC 6143 (RFB); the community's "RFB Protocol", security type VeNCrypt.
"""

from __future__ import annotations

import hashlib
import socket
import time
import typing as t

from ..trust import trusting

VENCRYPT = 19
# Subtypes of VeNCrypt that begin with TLS and a certificate: X509None, X509Vnc, X509Plain, X509SASL.
WITH_CERTIFICATE = (260, 261, 262, 264)


def listens(address: str, port: int, seconds: float) -> bool:
    try:
        socket.create_connection((address, port), timeout=seconds).close()
    except (OSError, UnicodeError):
        return False
    return True


def certificate_of(address: str, port: int, seconds: float) -> t.Optional[str]:
    """SHA-256 of the certificate that a TLS port shows; None where none is to be seen."""
    try:
        with socket.create_connection((address, port), timeout=seconds) as plain:
            return _shown(plain)
    except (OSError, UnicodeError):
        return None


def console_certificate(address: str, port: int, seconds: float) -> tuple[t.Optional[bool], t.Optional[str]]:
    """Whether a VNC console has TLS (None: it does not answer), and the SHA-256 of the certificate that it shows."""
    try:
        with socket.create_connection((address, port), timeout=seconds) as plain:
            ready = _ready_for_tls(plain, time.monotonic() + seconds)
            plain.settimeout(seconds)
            return (True, _shown(plain)) if ready else (False, None)
    except (OSError, EOFError, UnicodeError):
        return None, None


def _ready_for_tls(plain: socket.socket, until: float) -> bool:
    """Talks RFB up to where TLS begins; False where the console has none."""
    _take(plain, 12, until)
    plain.sendall(b"RFB 003.008\n")
    kinds = _take(plain, _take(plain, 1, until)[0], until)
    if VENCRYPT not in kinds:
        return False
    plain.sendall(bytes([VENCRYPT]))
    _take(plain, 2, until)
    plain.sendall(b"\x00\x02")
    if _take(plain, 1, until) != b"\x00":
        return False
    number = _take(plain, 1, until)[0]
    offered = [int.from_bytes(_take(plain, 4, until), "big") for _index in range(number)]
    usable = [each for each in offered if each in WITH_CERTIFICATE]
    if not usable:
        return False
    plain.sendall(usable[0].to_bytes(4, "big"))
    return _take(plain, 1, until) == b"\x01"


def _take(plain: socket.socket, number: int, until: float) -> bytes:
    """So many bytes, none waited for beyond that moment. Raises OSError, EOFError."""
    held = b""
    while len(held) < number:
        left = until - time.monotonic()
        if left <= 0:
            raise socket.timeout
        plain.settimeout(left)
        more = plain.recv(number - len(held))
        if not more:
            raise EOFError
        held += more
    return held


def _shown(plain: socket.socket) -> str:
    with trusting(verify=False).wrap_socket(plain) as secured:
        return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
