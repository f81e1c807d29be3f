# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates that a TLS port shows, trusted or not: they are looked at here, nothing is sent after them."""

from __future__ import annotations

import socket
import ssl
import typing as t

from ...core.addresses import is_address, is_host_name
from ...core.certificates.model import Certificate, CertificateUnreadable, NotServed, Served
from ...ports.certificates import TlsPort
from ..trust import trusting
from .at_once import at_once
from .x509 import Cryptography

SECONDS = 10.0
Open = t.Callable[[], socket.socket]


def all_served(ports: t.Sequence[TlsPort]) -> list[t.Union[Served, NotServed]]:
    """The same of many ports, some at once. Raises MissingLibrary."""
    return at_once(lambda each: served(*each), ports)


def served(address: str, port: int, name: str = "", authorities: str = "") -> t.Union[Served, NotServed]:
    """name: what is asked for by SNI and verified, the address where it is "". authorities: PEM texts.

    The first handshake verifies nothing, so that a bad certificate is seen too; the second one verifies.
    Raises MissingLibrary.
    """
    if not (is_address(address) or is_host_name(address)):
        return NotServed("unknown_host", "not an address or a host name")

    def connected() -> socket.socket:
        return socket.create_connection((address, port), timeout=SECONDS)

    return seen(connected, name or address, authorities)


def seen(connected: Open, name: str, authorities: str = "") -> t.Union[Served, NotServed]:
    """The same by sockets that were led to where TLS begins."""
    reader = Cryptography()
    try:
        with connected() as plain, _context().wrap_socket(plain, server_hostname=name) as secured:
            ders, whole = _chain(secured)
    except (OSError, EOFError, UnicodeError) as error:
        return _failure(error)
    try:
        chain: tuple[Certificate, ...] = tuple(reader.from_der(der, name) for der in ders)
    except CertificateUnreadable as error:
        return NotServed("no_tls", error.message)
    if not chain:
        return NotServed("no_tls", "it serves no certificate")
    if not authorities:
        return Served(chain, whole)
    reason = _distrust(connected, name, authorities)
    return Served(chain, whole, not reason, reason)


def _distrust(connected: Open, name: str, authorities: str) -> str:
    """Why the chain leads to none of the authorities, or is for another name; "" where it is right."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=authorities)
        with connected() as plain, context.wrap_socket(plain, server_hostname=name):
            return ""
    except ssl.SSLCertVerificationError as error:
        return str(error.verify_message)
    except (OSError, EOFError, UnicodeError, ValueError) as error:
        return str(error) or type(error).__name__


def _context() -> ssl.SSLContext:
    context = trusting(verify=False)
    # Hosts of older releases have keys and protocols that this machine's own policy refuses; here they are only seen.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def _chain(secured: ssl.SSLSocket) -> tuple[list[bytes], bool]:
    """Whether all of it can be told depends on Python: from 3.13 on it can."""
    whole = getattr(secured, "get_unverified_chain", None)
    if whole is not None:
        return [bytes(der) for der in whole()], True
    leaf = secured.getpeercert(binary_form=True)
    return ([leaf] if leaf else []), False


def _failure(error: Exception) -> NotServed:
    text = str(getattr(error, "strerror", None) or error or type(error).__name__)
    if isinstance(error, ConnectionRefusedError):
        return NotServed("refused", "the connection is refused")
    if isinstance(error, socket.gaierror):
        return NotServed("unknown_host", text)
    if isinstance(error, socket.timeout):
        return NotServed("silent", "no answer")
    if isinstance(error, (ssl.SSLError, ConnectionResetError, EOFError)):
        return NotServed("no_tls", f"it does not support TLS: {text}")
    return NotServed("silent", text)
