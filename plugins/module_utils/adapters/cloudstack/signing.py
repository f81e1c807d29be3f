# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signature version 3 of a CloudStack call.

Source: CloudStack developer guide, "How to sign an API call"; T1:1-4 (every failure is the same 401).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import typing as t
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

EXPIRES_AFTER = timedelta(minutes=10)


def encode(value: str) -> str:
    """Percent-encoded as Java's URLEncoder does it (with %20), since the server signs what it re-encodes."""
    return quote(value, safe="*").replace("~", "%7E")


def expires(now: datetime) -> str:
    """The moment until which a call signed at ``now`` (aware) is accepted."""
    return (now.astimezone(timezone.utc) + EXPIRES_AFTER).strftime("%Y-%m-%dT%H:%M:%S+0000")


def signed_form(params: t.Mapping[str, str], key: str, secret: str, now: datetime) -> str:
    """The urlencoded form of a call, with apiKey, signatureVersion, expires and signature.

    params: command and its parameters as text. The result is secret: it may hold passwords.
    """
    fields = {**params, "apiKey": key, "response": "json", "signatureVersion": "3", "expires": expires(now)}
    # The server sorts the names as they are, capitals first (ApiServer.verifyRequest), and signs them unencoded.
    ordered = sorted(fields.items())
    signed = "&".join(f"{name}={encode(value)}" for name, value in ordered).lower()
    form = "&".join(f"{encode(name)}={encode(value)}" for name, value in ordered)
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()
    return f"{form}&signature={quote(base64.b64encode(digest).decode(), safe='')}"
