# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a TLS connection trusts: the CAs of a file or of the system, or everybody where certificates are not checked."""

from __future__ import annotations

import ssl
import typing as t


def trusting(verify: bool = True, authorities: t.Optional[str] = None) -> ssl.SSLContext:
    """The context of a client. Raises OSError for a path that is no file of CA certificates (ssl.SSLError is one).

    Where nothing is checked, the CAs of the system are not read: that takes longer than a call.
    """
    if verify or authorities:
        context = ssl.create_default_context(cafile=authorities or None)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
