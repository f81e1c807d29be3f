# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session with a pool's master: logs in once, follows the master where it goes, never repeats a write that may

have arrived. XenAPI speaks the protocol; what is here is its transport (timeout, certificates) and what errors mean.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import typing as t
import xmlrpc.client
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

from ...core.addresses import is_address, is_host_name
from ...core.errors import (
    AccessDenied,
    HypervisorError,
    InvalidValue,
    MissingLibrary,
    TransportError,
    WaitTimeout,
)
from ...core.hypervisors.model import HypervisorAccess
from ...core.text import shortened
from ...ports.clock import Clock
from ..limits import AnswerTooLarge, bounded
from ..trust import trusting

Record = t.Mapping[str, t.Any]
Table = t.Mapping[str, Record]

ORIGINATOR = "hostcraft.cloudstack"
DENIED = ("SESSION_AUTHENTICATION_FAILED", "SESSION_AUTHORIZATION_FAILED", "RBAC_PERMISSION_DENIED")
# The master is starting; it was not asked in vain for ever.
STARTING = ("HOST_STILL_BOOTING", "HOST_HAS_NO_MANAGEMENT_IP")
UNKNOWN = "MESSAGE_METHOD_UNKNOWN"
# The last ones are what the library's parser makes of values that are none.
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)
UNUSABLE = (OSError, http.client.HTTPException, xmlrpc.client.Error, ExpatError, *MALFORMED)
MOST_TRIED = 80  # addresses that are tried for the master: a pool has 64 hosts at most
WAIT = 10.0  # seconds that one question for events stays open


class Client:
    """Calls of XAPI by name, ``call("host.get_all_records")``. Nothing is sent before the first."""

    def __init__(self, access: HypervisorAccess, clock: Clock) -> None:
        self.clock = clock
        self._access = access
        self._urls = [_complete(each.strip()) for each in access.url.split(",") if each.strip()]
        self._learned: list[str] = []
        encrypted = access.ca_path or any(each.startswith("https:") for each in self._urls)
        self._context = _context(access) if encrypted else None
        self._session: t.Any = None
        self._denied: t.Optional[AccessDenied] = None

    def call(self, method: str, *args: t.Any) -> t.Any:
        """A call's value. Raises HypervisorError (with XAPI's code), AccessDenied, TransportError.

        A question that got no answer is asked once more, wherever the master is then; a write is not.
        """
        reading = method.rpartition(".")[2].startswith("get_") or method == "event.from"
        if self._denied is not None:
            # A wrong password is tried once.
            raise self._denied
        for left in (2, 1, 0):
            session = self._session or self._login()
            try:
                if not reading:
                    # A connection that was idle may be closed on the other side: then nobody knew what arrived.
                    session.transport.close()
                return _named(session.xenapi, method)(*args)
            except UNUSABLE as error:
                self._forget()
                if not (reading and left):
                    raise self._lost(method, error) from None
            except self._failure() as error:
                if error.details[0] != "HOST_IS_SLAVE" or not left:
                    raise self.refusal(method, error.details) from None
                # It was not carried out: only the master does anything.
                self._forget()
        raise TransportError(f"{method}: no host of the pool acts as its master", command=method)

    def records(self, kind: str) -> Table:
        """All records of a class by their references; none where the pool is too old to know the class."""
        try:
            return t.cast("Table", self.call(f"{kind}.get_all_records"))
        except HypervisorError as error:
            if error.fault == UNKNOWN:
                return {}
            raise

    def task(self, method: str, *args: t.Any, timeout: float, what: str) -> str:
        """A call that takes long, waited for; its value as XAPI tells it. Raises WaitTimeout, and it goes on then."""
        task = str(self.call(f"Async.{method}", *args))
        began, token, status = self.clock.now(), "", "pending"
        while status in ("pending", "cancelling"):
            waited = self.clock.now() - began
            if waited >= timeout:
                raise WaitTimeout(what, waited, status)
            wait = max(min(WAIT, self._access.timeout / 2, timeout - waited), 0.1)
            seen = self.call("event.from", [f"task/{task}"], token, wait)
            token = seen["token"]
            status = next((e["snapshot"]["status"] for e in reversed(seen["events"]) if "snapshot" in e), status)
        record = self.call("task.get_record", task)
        self.call("task.destroy", task)
        if status != "success":
            raise self.refusal(method, record["error_info"] or [status.upper()])
        return str(record["result"]).replace("<value>", "").replace("</value>", "")

    def know(self, addresses: t.Iterable[str]) -> None:
        """Addresses of the pool's hosts, to be tried when the master that was spoken to is away."""
        like = self._urls[0]
        self._learned = [self._url(each, like) for each in addresses if is_place(each)]

    def again(self) -> None:
        """The next call logs in anew: somebody else is master now."""
        self._forget()

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.xenapi.session.logout()
            except (*UNUSABLE, self._failure()):
                pass  # it ends by itself
            session.transport.close()

    def _login(self) -> t.Any:
        """A session with the master, by the first address that leads to it."""
        waiting = [*self._urls, *self._learned]
        tried: set[str] = set()
        errors: list[TransportError] = []
        while waiting and len(tried) < MOST_TRIED:
            url = waiting.pop(0)
            if url in tried:
                continue
            tried.add(url)
            try:
                self._session = self._opened(url)
            except UNUSABLE as error:
                errors.append(self._lost("session.login_with_password", error, url))
            except self._failure() as error:
                if error.details[0] == "HOST_IS_SLAVE":
                    waiting.insert(0, self._url(_master(error.details), url))
                elif error.details[0] in STARTING:
                    errors.append(TransportError(f"{url}: {error.details[0]}", command="session.login_with_password"))
                else:
                    raise self.refusal("session.login_with_password", error.details) from None
            else:
                return self._session
        errors.sort(key=lambda each: each.passing)
        if errors:
            raise errors[0]
        raise TransportError("no host of the pool reports that it is the master", command="session.login_with_password")

    def _opened(self, url: str) -> t.Any:
        transport = _Transport(self._access.timeout, self._context if url.startswith("https:") else None)
        session = _library().Session(url, transport=transport)
        try:
            session.login_with_password(self._access.username, self._access.password, "1.0", ORIGINATOR)
        except Exception:
            transport.close()
            raise
        return session

    def _forget(self) -> None:
        if self._session is not None:
            self._session.transport.close()
        self._session = None

    def _url(self, address: str, like: str) -> str:
        """The URL of a host by its address; by the name that was given for it where there is one (certificates)."""
        for each in self._urls:
            if address in _addresses(urlsplit(each).hostname or ""):
                return each
        parts = urlsplit(like)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{f'[{address}]' if ':' in address else address}{port}"

    @staticmethod
    def _failure() -> t.Any:
        return _library().Failure

    def refusal(self, method: str, details: t.Sequence[str]) -> HypervisorError:
        """XAPI's code and its details as an error."""
        code, *rest = details
        text = ": ".join(filter(None, [code, ", ".join(rest)]))
        if code in DENIED:
            denied = AccessDenied(f"{text} (user {self._access.username!r})", call=method, fault=code)
            if code != "RBAC_PERMISSION_DENIED":
                self._denied = denied
            return denied
        return HypervisorError(text, call=method, fault=code, details=rest)

    def _lost(self, method: str, error: Exception, url: str = "") -> TransportError:
        place = url or ", ".join(self._urls)
        if isinstance(error, ssl.SSLCertVerificationError):
            hint = "the certificate is not trusted: set ca_path to its CA"
            text = f"{method}: TLS with {place} failed: {hint} ({error.verify_message})"
            return TransportError(text, command=method, arrived=False, passing=False)
        if isinstance(error, (ConnectionRefusedError, socket.gaierror)):
            return TransportError(f"{method}: no connection to {place}", command=method, arrived=False)
        if isinstance(error, socket.timeout):
            text = f"{method}: no answer from {place} within {self._access.timeout:g} s (hypervisor.timeout)"
            return TransportError(text, command=method)
        if isinstance(error, AnswerTooLarge):
            return TransportError(f"{method}: {place}: {error}", command=method, passing=False)
        if isinstance(error, (xmlrpc.client.Error, ExpatError, *MALFORMED)):
            return TransportError(f"{method}: the server at {place} is not XAPI", command=method)
        return TransportError(f"{method}: the connection to {place} was lost", command=method)


class _Transport(xmlrpc.client.Transport):
    """With a timeout of the whole answer and our certificates, and without the library's own second try."""

    accept_gzip_encoding = False

    def __init__(self, timeout: float, context: t.Optional[ssl.SSLContext]) -> None:
        super().__init__()
        self._timeout, self._tls = timeout, context
        self._response = bounded(timeout)

    def make_connection(self, host: t.Any) -> http.client.HTTPConnection:
        held: t.Any = getattr(self, "_connection", None)
        if held and held[0] == host and held[1] is not None:
            return t.cast("http.client.HTTPConnection", held[1])
        where, self._extra_headers, _x509 = self.get_host_info(host)
        made = (
            http.client.HTTPSConnection(where, timeout=self._timeout, context=self._tls)
            if self._tls is not None
            else http.client.HTTPConnection(where, timeout=self._timeout)
        )
        made.response_class = self._response
        self._connection = host, made
        return made

    def request(self, host: t.Any, handler: str, request_body: t.Any, verbose: t.Any = False) -> t.Any:
        return self.single_request(host, handler, request_body, verbose)


def is_place(text: object) -> bool:
    return isinstance(text, str) and (is_address(text) or is_host_name(text))


def _master(details: t.Sequence[str]) -> str:
    """The master that a member names; password and user are sent there. Raises HypervisorError."""
    named = details[1] if len(details) > 1 else ""
    if not is_place(named):
        text = f"a member of the pool names {shortened(str(named))!r} as the master, which is not an address"
        raise HypervisorError(text, call="session.login_with_password", fault="HOST_IS_SLAVE")
    return named


def _complete(url: str) -> str:
    full = url if "://" in url else f"https://{url}"
    parts = urlsplit(full)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        raise InvalidValue("hypervisor.url", url, "https:// and the name or address of a host of the pool")
    return full.rstrip("/")


def _context(access: HypervisorAccess) -> ssl.SSLContext:
    try:
        return trusting(access.validate_certs, access.ca_path)
    except OSError:
        raise InvalidValue("hypervisor.ca_path", access.ca_path, "a readable file of CA certificates") from None


def _addresses(name: str) -> set[str]:
    """A host's addresses, and the name itself."""
    try:
        return {name, *(str(each[4][0]) for each in socket.getaddrinfo(name, None, proto=socket.IPPROTO_TCP))}
    except OSError:
        return {name}


def _named(proxy: t.Any, method: str) -> t.Any:
    for part in method.split("."):
        proxy = getattr(proxy, part)
    return proxy


def _library() -> t.Any:
    try:
        import XenAPI
    except ImportError:
        raise MissingLibrary("XenAPI", "for connections to XenServer and XCP-ng") from None
    return XenAPI
