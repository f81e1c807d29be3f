# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file fetched by HTTPS into a file that nobody else may read."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import ssl
import tempfile
import typing as t

from ...core.errors import HostcraftError
from ...core.system_vms.archive import Source
from ...core.text import printable, shortened
from ..limits import MIB, AnswerTooLong, bounded
from ..trust import trusting

CHUNK = 1 << 16
SILENT = 30.0  # seconds without a byte


class NotFetched(HostcraftError):
    """The archive could not be fetched; there is no file of it."""

    code = "not_fetched"


class Fetched(t.NamedTuple):
    size: int
    sha256: str


def fetch(source: Source, dest: str, authorities: str, most: int, seconds: float) -> Fetched:
    """Into ``dest``, mode 0600, at once or not at all. authorities: a file of CA certificates, "" for the system's.

    most: bytes. A redirect is an error: it would lead to a host that nobody looked at.
    """
    folder = os.path.dirname(os.path.abspath(dest))
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{os.path.basename(dest)}.", dir=folder)
    except OSError as error:
        raise NotFetched(f"no file can be written in {folder}: {error.strerror}", dest=dest) from None
    try:
        with os.fdopen(handle, "wb") as file:
            found = _received(source, file, authorities, most, seconds)
        os.replace(beside, dest)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failure(source, error) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
    return found


def _received(source: Source, file: t.BinaryIO, authorities: str, most: int, seconds: float) -> Fetched:
    digest, size = hashlib.sha256(), 0
    with contextlib.closing(_connection(source, authorities)) as connection:
        # What comes before the archive has bytes of its own.
        connection.response_class = bounded(seconds, most + MIB)
        connection.request("GET", source.path, headers={"Accept": "*/*"})
        answer = connection.getresponse()
        if answer.status != 200:
            where = f" to {shortened(answer.headers['Location'])}" if answer.headers.get("Location") else ""
            raise NotFetched(f"{_place(source)}: HTTP {answer.status}{where} instead of the archive")
        while True:
            try:
                piece = answer.read1(CHUNK)
            except AnswerTooLong:
                text = f"the archive did not end in time after {size} bytes (timeout)"
                raise NotFetched(f"{_place(source)}: {text}") from None
            if not piece:
                break
            size += len(piece)
            if size > most:
                raise NotFetched(f"{_place(source)}: the archive has more than {most // MIB} MiB (max_size)")
            digest.update(piece)
            file.write(piece)
        if answer.length:
            raise NotFetched(f"{_place(source)}: the connection ended {answer.length} bytes too early")
    return Fetched(size, digest.hexdigest())


def _connection(source: Source, authorities: str) -> http.client.HTTPConnection:
    if not source.encrypted:
        return http.client.HTTPConnection(source.host, source.port, timeout=SILENT)
    return http.client.HTTPSConnection(
        source.host, source.port, timeout=SILENT, context=trusting(authorities=authorities)
    )


def _failure(source: Source, error: Exception) -> NotFetched:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = f"the certificate is not trusted: {error.verify_message} (set ca_path to its CA)"
    else:
        reason = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return NotFetched(f"{_place(source)}: {printable(reason)}")


def _place(source: Source) -> str:
    return f"{source.scheme}://{source.host}"
