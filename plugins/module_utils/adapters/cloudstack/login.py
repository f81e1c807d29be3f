# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login with user and password (the port ``AdminLogin``): a session's cookie and key instead of a signature.

Source: CloudStack developer guide, "Calling the CloudStack API". Not recorded.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import urlencode

from ...core.errors import ApiError, AuthenticationFailed, TransportError, Unreadable
from ...core.masking import masked
from ...core.servers.admin import Keys
from . import readers
from .client import BUSY, Client
from .records import Record
from .transport import Http, Json

REFUSED = (401, 531)  # ApiErrorCode.ACCOUNT_ERROR: wrong user or password


class Login:
    """username and domain: who logs in; the domain's path, "" for ROOT."""

    def __init__(self, http: Http, username: str, domain: str = "") -> None:
        self._http, self._username, self._domain = http, username, domain
        self._session = self._user = ""
        self._secrets: set[str] = set()

    def enter(self, password: str) -> bool:
        self._secrets.add(password)
        sent = {"username": self._username, "password": password, "domain": self._domain or "/"}
        try:
            answer = self._ask("login", sent)
        except ApiError as error:
            if error.errorcode in REFUSED:
                return False
            raise
        read = Record(answer, "session")
        self._session, self._user = read.text("sessionkey"), read.text("userid")
        if not self._session or not self._user:
            raise Unreadable("login: the answer contains no session", keys=sorted(answer))
        self._secrets.add(self._session)
        return True

    def change(self, old: str, new: str) -> None:
        self._secrets.update((old, new))
        self._ask("updateUser", {"id": self._user, "currentpassword": old, "password": new})

    def keys(self) -> t.Optional[Keys]:
        return self._keys(self._ask("getUserKeys", {"id": self._user}))

    def make_keys(self) -> Keys:
        made = self._keys(self._ask("registerUserKeys", {"id": self._user}))
        if made is None:
            raise Unreadable("registerUserKeys: the answer contains no keys")
        return made

    def accepts(self, keys: Keys) -> bool:
        endpoint = dataclasses.replace(self._http.endpoint, key=keys.key, secret=keys.secret)
        signed = Http(endpoint)
        try:
            Client(signed).call("listUsers", {"id": self._user})
        except AuthenticationFailed:
            return False
        finally:
            signed.close()
        return True

    def _keys(self, answer: Json) -> t.Optional[Keys]:
        read = Record(answer, "answer").record("userkeys", "keys")
        found = Keys(read.text("apikey"), read.text("secretkey"))
        self._secrets.update(each for each in (found.key, found.secret) if each)
        return found if found.key and found.secret else None

    def _ask(self, command: str, params: t.Mapping[str, str]) -> Json:
        """Always by POST: a URL is logged, and holds passwords."""
        session = {"sessionkey": self._session} if command != "login" else {}
        status, body = self._http.send(
            command, urlencode({"command": command, "response": "json", **session, **params})
        )
        answer = next(iter(body.values()))
        if not isinstance(answer, dict):
            raise TransportError(f"{command}: HTTP {status} without an answer", command=command, http_status=status)
        if status < 400 and "errorcode" not in answer:
            return answer
        text = masked(str(answer.get("errortext") or f"HTTP {status}"), self._secrets)
        if status in BUSY:
            raise TransportError(f"{command}: HTTP {status}: {text}", command=command, http_status=status)
        raise ApiError(text, command=command, http_status=status, errorcode=readers.whole(answer.get("errorcode")))
