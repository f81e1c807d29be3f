# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep-alive sessions to a management server: sends a signed form, gives status and JSON.

HTTP itself is the ``requests`` package's work; here is what is CloudStack's: what an unusable answer is called, and
whether a request provably did not arrive.
"""

from __future__ import annotations

import json
import threading
import typing as t
from dataclasses import dataclass

from ...core.errors import MissingLibrary, TransportError
from ..limits import MIB, MOST, AnswerTooLarge, AnswerTooLong
from ..sessions import body_of, caused_by, session

Json = dict[str, t.Any]
LONGEST_NUMBER = 40  # digits; what is longer is read as a float, which takes no time


@dataclass(frozen=True)
class Endpoint:
    """Where and as whom. timeout: seconds for one request and its whole answer. verify: True, False or a CA file."""

    url: str
    key: str
    secret: str
    timeout: float = 30.0
    verify: t.Union[bool, str] = True
    method: str = "post"

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, key and secret hidden)"


class Http:
    """A keep-alive session of each thread to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._own = threading.local()
        self._opened: list[t.Any] = []

    def send(self, command: str, form: str) -> tuple[int, Json]:
        """HTTP status and JSON body. Raises TransportError for anything that is not CloudStack's own answer."""
        requests = http_library()
        own = self._session(requests)
        options = {
            "timeout": self.endpoint.timeout,
            "verify": self.endpoint.verify,
            "allow_redirects": False,
            "stream": True,
        }
        try:
            if self.endpoint.method == "get":
                answer = own.get(f"{self.endpoint.url}?{form}", **options)
            else:
                kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
                answer = own.post(self.endpoint.url, data=form.encode(), headers=kind, **options)
            body = body_of(answer, MOST)
        except AnswerTooLarge:
            raise self._too_large(command) from None
        except requests.exceptions.RequestException as error:
            raise self._lost(command, error, requests) from None
        return answer.status_code, self._json(command, answer, body)

    def close(self) -> None:
        self._own = threading.local()
        while self._opened:
            self._opened.pop().close()

    def _session(self, requests: t.Any) -> t.Any:
        held = getattr(self._own, "session", None)
        if held is None:
            held = self._own.session = session(requests, self.endpoint.timeout)
            self._opened.append(held)
        return held

    def _lost(self, command: str, error: Exception, requests: t.Any) -> TransportError:
        """Never quotes the library's own text about the URL: with GET it holds the key and parameters."""
        place = self.endpoint.url
        if caused_by(error, AnswerTooLarge.__name__):
            return self._too_large(command)
        if caused_by(error, AnswerTooLong.__name__):
            text = f"{command}: the answer from {place} did not end within {self.endpoint.timeout:g} s (api_timeout)"
            return TransportError(text, command=command)
        if isinstance(error, requests.exceptions.SSLError):
            return self._tls(command, error)
        if isinstance(error, requests.exceptions.ConnectTimeout) or _refused(error):
            text = f"{command}: no connection to {place}: {self._unreached(error)}"
            return TransportError(text, command=command, arrived=False)
        if isinstance(error, requests.exceptions.Timeout):
            text = f"{command}: no answer from {place} within {self.endpoint.timeout:g} s (api_timeout)"
            return TransportError(text, command=command)
        if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
            text = f"{command}: {place} is not a usable URL"
            return TransportError(text, command=command, arrived=False, passing=False)
        return TransportError(f"{command}: the connection to {place} was lost", command=command)

    def _unreached(self, error: Exception) -> str:
        """Why no connection came about, and what to look at."""
        if caused_by(error, "gaierror"):
            return "this machine cannot resolve the host name in api_url"
        if caused_by(error, "ConnectionRefusedError"):
            return "nothing listens there; check the host and port in api_url and that the management server runs"
        if caused_by(error, "OSError"):
            return "this machine has no route to it"
        return f"no answer within {self.endpoint.timeout:g} s (api_timeout); check routes and firewalls on the way"

    def _tls(self, command: str, error: Exception) -> TransportError:
        """A certificate is judged before anything is sent; other faults of TLS may come after that."""
        place = self.endpoint.url
        if caused_by(error, "SSLCertVerificationError"):
            hint = "the certificate is not trusted: set api_verify_ssl_cert to its CA"
            text = f"{command}: TLS to {place} failed: {hint}"
            return TransportError(text, command=command, arrived=False, passing=False)
        hint = "check that the server supports TLS and that api_verify_ssl_cert is a file of CA certificates"
        return TransportError(f"{command}: TLS with {place} failed: {hint}", command=command)

    def _too_large(self, command: str) -> TransportError:
        text = f"{command}: the answer from {self.endpoint.url} has more than {MOST // MIB} MiB and was not read"
        return TransportError(text, command=command, passing=False)

    def _json(self, command: str, answer: t.Any, content: bytes) -> Json:
        kind = answer.headers.get("Content-Type", "no content type").split(";")[0]
        text = f"{command}: HTTP {answer.status_code} with {kind} instead of CloudStack's JSON"
        if not 200 <= answer.status_code < 300 and answer.status_code < 400:
            hint = f"{self.endpoint.url} is redirected; set api_url to the final URL of the API"
            raise TransportError(f"{text}: {hint}", command=command, http_status=answer.status_code, passing=False)
        try:
            body = json.loads(content, parse_int=_number)
        except (ValueError, RecursionError):
            hint = f"check api_url ({self.endpoint.url}): the API of a management server usually ends in /client/api"
            raise TransportError(f"{text}: {hint}", command=command, http_status=answer.status_code) from None
        if not isinstance(body, dict) or not body:
            raise TransportError(
                f"{command}: HTTP {answer.status_code} with JSON that is not an answer of CloudStack",
                command=command,
                http_status=answer.status_code,
            )
        return body


def _number(digits: str) -> t.Union[int, float]:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)


def http_library() -> t.Any:
    try:
        import requests
    except ImportError:
        raise MissingLibrary("requests", "for connections to the CloudStack API") from None
    return requests


def _refused(error: Exception) -> bool:
    """Whether no connection came about at all: refused, unreachable, or a name that does not resolve."""
    inner: t.Any = error.args[0] if error.args else None
    return type(getattr(inner, "reason", None)).__name__ in ("NewConnectionError", "NameResolutionError")
