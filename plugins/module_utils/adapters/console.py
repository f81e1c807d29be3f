# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the first page of a VM's console answers."""

from __future__ import annotations

import contextlib
import http.client
import ssl
from urllib.parse import urlsplit

from ..core.text import printable
from .limits import MIB, bounded
from .trust import trusting

SILENT = 10.0  # seconds without a byte


def page_fault(url: str, verify: bool, authorities: str = "") -> str:
    """Why the page does not answer, "" where it does. The URL has been looked at; a redirect is not followed."""
    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc}"
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = trusting(verify, authorities)
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=SILENT, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SILENT)
    connection.response_class = bounded(SILENT, MIB)
    try:
        with contextlib.closing(connection):
            connection.request("GET", f"{parts.path or '/'}?{parts.query}", headers={"Accept": "*/*"})
            status = connection.getresponse().status
    except ssl.SSLCertVerificationError as error:
        return f"{place}: the certificate is not trusted: {printable(error.verify_message)}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"{place}: {printable(str(getattr(error, 'strerror', None) or error or type(error).__name__))}"
    return "" if status == 200 else f"{place}: HTTP {status}"
