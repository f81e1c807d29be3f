# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of a CloudStack with nothing of the collection in between: what is there, not what the modules believe."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote

import requests

Record = dict[str, Any]


class Server:
    """Signed reads. Raises requests.HTTPError with the server's words when it refuses."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url, self.key, self.secret = url, key, secret
        self.session = requests.Session()

    def ask(self, command: str, **parameters: object) -> Record:
        form = {**parameters, "command": command, "apiKey": self.key, "response": "json"}
        pairs = sorted(form.items(), key=lambda pair: pair[0].lower())
        text = "&".join(f"{name}={quote(str(value), safe='*')}" for name, value in pairs)
        digest = hmac.new(self.secret.encode(), text.lower().encode(), hashlib.sha1).digest()
        signed = f"{text}&signature={quote(base64.b64encode(digest).decode(), safe='')}"
        answer = self.session.post(
            self.url, data=signed, headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=60
        )
        if answer.status_code != 200:
            raise requests.HTTPError(f"{command}: HTTP {answer.status_code}: {answer.text[:300]}")
        (body,) = answer.json().values()
        return dict(body)

    def every(self, command: str, **parameters: object) -> list[Record]:
        """All records of a list command, page by page."""
        found: list[Record] = []
        page = 0
        while True:
            page += 1
            body = self.ask(command, page=page, pagesize=500, **parameters)
            records = next((value for value in body.values() if isinstance(value, list)), [])
            found += records
            if len(records) < 500:
                return found
