# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One question to AWX's API: what it knows of a job."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ...core.errors import MissingLibrary, TransportError
from ..limits import MIB, AnswerTooLarge
from ..sessions import body_of, caused_by, session

MOST = 8 * MIB  # bytes; a job has its extra variables and its environment in it
SAID = {401: "the token is refused", 403: "the token may not read the job", 404: "it has no such job"}


@dataclass(frozen=True)
class Awx:
    """An AWX or automation controller. url: "https://HOST[:PORT]", without a path. timeout: seconds for an answer."""

    url: str
    token: str
    path: str = "/api/v2"
    timeout: float = 10.0

    def __repr__(self) -> str:
        return f"Awx({self.url!r}, token hidden)"

    def job(self, number: str) -> t.Mapping[str, object]:
        """Its answer about a job. Raises TransportError, whose text has nothing of the answer's; MissingLibrary."""
        try:
            import requests
        except ImportError:
            raise MissingLibrary("requests", "to ask AWX about a job") from None
        try:
            with session(requests, self.timeout) as opened:
                answer = opened.get(
                    f"{self.url}{self.path}/jobs/{number}/",
                    # As an object, because a header alone gives way to a user's .netrc.
                    auth=self._authorized,
                    headers={"Accept": "application/json"},
                    timeout=self.timeout,
                    verify=True,
                    allow_redirects=False,
                    stream=True,
                )
                body = body_of(answer, MOST)
        except requests.exceptions.RequestException as error:
            untrusted = caused_by(error, "SSLCertVerificationError")
            raise self._failed("its certificate is not trusted" if untrusted else "no answer") from None
        except AnswerTooLarge:
            raise self._failed("its answer is too long") from None
        if answer.status_code != 200:
            raise self._failed(SAID.get(answer.status_code, f"HTTP {answer.status_code}"))
        try:
            told = json.loads(body, parse_int=str)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise self._failed("its answer is not a job")
        return told

    def _authorized(self, request: t.Any) -> t.Any:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def _failed(self, why: str) -> TransportError:
        return TransportError(f"AWX at {self.url}: {why}", command="jobs")
