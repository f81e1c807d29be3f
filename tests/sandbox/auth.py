"""Request signatures (the API's developer guide, "Signing API Requests"; T1:1-3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

EXPIRES_FORMAT = "%Y-%m-%dT%H:%M:%S%z"


def _java_encode(value: str) -> str:
    # The server encodes with java.net.URLEncoder, which keeps "*" and escapes "~".
    return quote(value, safe="*").replace("~", "%7E")


def signature(params: Mapping[str, str], secret: str) -> str:
    """Base64 of the HMAC-SHA1 over all parameters but `signature`: sorted by name, capitals first, then lowered."""
    pairs = sorted((k, v) for k, v in params.items() if k.lower() != "signature")
    text = "&".join(f"{k}={_java_encode(v)}" for k, v in pairs).lower()
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def accepts(params: Mapping[str, str], key: str, secret: str, now: datetime) -> bool:
    """Whether the call is signed by the holder of `key`; version 3 also needs an `expires` that lies ahead."""
    given = {k.lower(): v for k, v in params.items()}
    if given.get("apikey") != key or not given.get("signature"):
        return False
    if given.get("signatureversion") == "3":
        try:
            expires = datetime.strptime(given.get("expires", ""), EXPIRES_FORMAT)
        except ValueError:
            return False
        if expires.astimezone(UTC) < now:
            return False
    return hmac.compare_digest(signature(params, secret), given["signature"])
