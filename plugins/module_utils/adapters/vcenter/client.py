# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vSphere Web Services API: one session, bulk reads, and tasks that are waited for by the property collector.

Source: vSphere Web Services API reference, PropertyCollector, SessionManager, Task.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
import typing as t
import urllib.parse
import xml.parsers.expat
from dataclasses import dataclass, field
from functools import partial

from ...core.errors import (
    AccessDenied,
    HostcraftError,
    HypervisorError,
    InvalidValue,
    MissingLibrary,
    TransportError,
    WaitTimeout,
)
from ...core.hypervisors.model import HypervisorAccess
from ...core.text import shortened
from ..limits import bounded
from ..trust import trusting

# Spoken by every vCenter from 6.0 on; asking each for its newest one costs a request and gains nothing that is read.
API_VERSION = "vim.version.version10"
LONGEST_WAIT = 60  # seconds that one request may wait for news of a task
LONGEST_READ, MOST_OBJECTS = 600.0, 500_000  # seconds of one reading with all its pages, and its objects
GRACE = 15.0  # seconds after a task's own timeout in which vCenter may still say so itself


@dataclass(frozen=True)
class Thing:
    """A managed object as read. id: its reference's value. values: by property path; None where it has none."""

    kind: str
    id: str
    ref: t.Any
    values: t.Mapping[str, t.Any] = field(default_factory=dict)

    def __getitem__(self, path: str) -> t.Any:
        return self.values.get(path)


@dataclass(frozen=True)
class Step:
    """Where to go on from an object of a kind: its property, and the steps from there.

    again: names of steps that are taken from there too, so that a tree of unknown depth is walked.
    """

    kind: str
    path: str
    then: tuple[Step, ...] = ()
    name: str = ""
    again: tuple[str, ...] = ()


class VcenterClient:
    """One session of a vCenter; nothing is sent before the first question. Not for several threads.

    page_size: objects of one answer; None leaves that to the vCenter. Raises MissingLibrary, InvalidValue.
    """

    def __init__(self, access: HypervisorAccess, page_size: t.Optional[int] = None) -> None:
        try:
            from pyVmomi import SoapAdapter, vim, vmodl
        except ImportError:
            raise MissingLibrary("pyvmomi", "for connections to vCenter") from None
        self.vim: t.Any = vim
        self.vmodl: t.Any = vmodl
        self._access, self._page_size = access, page_size
        host, port, path = _address(access.url)
        # Waiting for a task, vCenter answers only after LONGEST_WAIT seconds.
        self._wait = max(1, min(LONGEST_WAIT, int(access.timeout * 0.6)))
        adapter: t.Any = SoapAdapter.SoapStubAdapter
        self._stub = adapter(
            host=host,
            port=port,
            path=path,
            version=API_VERSION,
            sslContext=_trust(access),
            httpConnectionTimeout=access.timeout,
            poolSize=1,
            acceptCompressedResponses=False,
        )
        # A question for news is answered only after a while: see _wait.
        response = bounded(access.timeout)
        self._stub.scheme = type("Connection", (self._stub.scheme,), {"response_class": response})
        self._content: t.Any = None
        self._denied: t.Optional[AccessDenied] = None

    @property
    def timeout(self) -> float:
        return self._access.timeout

    @property
    def content(self) -> t.Any:
        """The service's managers, logged in."""
        if self._content is None:
            instance = self.vim.ServiceInstance("ServiceInstance", self._stub)
            content = self._send("RetrieveServiceContent", instance.RetrieveContent)
            sessions = getattr(content, "sessionManager", None)
            if sessions is None:
                text = f"the server at {self._access.url} is not a vCenter"
                raise TransportError(text, command="RetrieveServiceContent", passing=False)
            self._login(sessions)
            self._content = content
        return self._content

    def call(self, name: str, method: t.Callable[[], t.Any]) -> t.Any:
        """``method`` within a session; once more after a new login where vCenter has ended the session."""
        content = self.content
        try:
            return self._send(name, method)
        except HypervisorError as error:
            if error.fault != "vim.fault.NotAuthenticated":
                raise
        self._login(content.sessionManager)
        return self._send(name, method)

    def reference(self, kind: str, id: str) -> t.Any:
        """A managed object by the value of its reference."""
        return self._type(kind)(id, self._stub)

    def read(
        self, start: t.Sequence[t.Any], steps: t.Sequence[Step], wanted: t.Mapping[str, t.Sequence[str]]
    ) -> Things:
        """Objects that the steps lead to from ``start``, those included, in one request and one more for each page.

        wanted: property paths by kind of object ("HostNetworkSystem"); objects of other kinds are left out.
        """
        collector = self.vmodl.query.PropertyCollector
        spec = collector.FilterSpec(
            objectSet=[
                collector.ObjectSpec(obj=each, skip=False, selectSet=[self._traversal(step) for step in steps])
                for each in start
            ],
            propSet=[
                collector.PropertySpec(type=self._type(kind), all=False, pathSet=list(paths))
                for kind, paths in wanted.items()
            ],
            reportMissingObjectsInResults=True,
        )
        options = collector.RetrieveOptions(maxObjects=self._page_size)
        asked = self.content.propertyCollector
        page = self.call("RetrievePropertiesEx", lambda: asked.RetrievePropertiesEx([spec], options))
        found: dict[str, Thing] = {}
        until = time.monotonic() + LONGEST_READ
        while page is not None:
            if time.monotonic() > until or len(found) > MOST_OBJECTS:
                text = f"{self._access.url}: the answer has not ended after {len(found)} objects"
                raise TransportError(text, command="RetrievePropertiesEx", passing=False)
            for each in page.objects:
                thing = _thing(each)
                found[thing.id] = thing
            token = page.token
            if not token:
                break
            # A new session knows no token of an old one, so this is not for ``call``.
            page = self._send("ContinueRetrievePropertiesEx", partial(asked.ContinueRetrievePropertiesEx, token))
        return Things(found)

    def finish(self, what: str, task: t.Any, timeout: float) -> t.Any:
        """Wait for a task; its result. Raises HypervisorError with its fault; WaitTimeout, and then it is cancelled."""
        collector = self.vmodl.query.PropertyCollector
        spec = collector.FilterSpec(
            objectSet=[collector.ObjectSpec(obj=task, skip=False)],
            propSet=[
                collector.PropertySpec(
                    type=self.vim.Task, all=False, pathSet=["info.state", "info.error", "info.result"]
                )
            ],
        )
        root = self.content.propertyCollector
        # A collector of its own: filters of one collector all report to each other's waits.
        own = self.call("CreatePropertyCollector", root.CreatePropertyCollector)
        try:
            self._send("CreateFilter", lambda: own.CreateFilter(spec, True))
            return self._ended(what, task, own, timeout)
        finally:
            with contextlib.suppress(HostcraftError):
                self._send("DestroyPropertyCollector", own.DestroyPropertyCollector)

    def close(self) -> None:
        """Log out, as far as the vCenter is still there."""
        content, self._content = self._content, None
        if content is not None:
            with contextlib.suppress(HostcraftError):
                self._send("Logout", content.sessionManager.Logout)
        self._stub.DropConnections()

    def _ended(self, what: str, task: t.Any, collector: t.Any, timeout: float) -> t.Any:
        values: dict[str, t.Any] = {}
        version, until = "", time.monotonic() + timeout + GRACE
        while True:
            left = until - time.monotonic()
            if left <= 0:
                with contextlib.suppress(HostcraftError):
                    self._send("CancelTask", task.CancelTask)
                raise WaitTimeout(what, timeout + GRACE, values.get("info.state"))
            wait = self.vmodl.query.PropertyCollector.WaitOptions(maxWaitSeconds=max(1, min(self._wait, int(left))))
            news = self._send("WaitForUpdatesEx", partial(collector.WaitForUpdatesEx, version, wait))
            if news is None:
                continue
            version = news.version
            for change in (c for part in news.filterSet for each in part.objectSet for c in each.changeSet):
                values[change.name] = change.val
            if values.get("info.state") == "success":
                return values.get("info.result")
            if values.get("info.state") == "error":
                raise _task_error(what, values.get("info.error"))

    def _login(self, sessions: t.Any) -> None:
        """Once with what may be wrong: from then on it is told from memory, since more tries lock the account."""
        if self._denied is not None:
            raise self._denied
        name, password = self._access.username, self._access.password
        try:
            self._send("Login", lambda: sessions.Login(name, password))
        except HypervisorError as error:
            if error.fault in ("vim.fault.InvalidLogin", "vim.fault.NoPermission"):
                self._denied = AccessDenied(
                    f"{self._access.url} refuses user {name!r} or the password; the login is not tried again",
                    call="Login",
                    fault=error.fault,
                )
                raise self._denied from None
            raise

    def _send(self, name: str, method: t.Callable[[], t.Any]) -> t.Any:
        """One request, its failures as errors of the collection."""
        url = self._access.url
        try:
            return method()
        except ssl.SSLCertVerificationError as error:
            message = f"the certificate of {url} is not trusted: {error.verify_message}; set ca_path to its CA"
            raise TransportError(message, command=name, arrived=False, passing=False) from None
        except (OSError, http.client.HTTPException, xml.parsers.expat.ExpatError) as error:
            refused = isinstance(error, ConnectionRefusedError)
            raise TransportError(f"{url}: {error or type(error).__name__}", command=name, arrived=not refused) from None
        except (self.vmodl.MethodFault, self.vmodl.RuntimeFault) as fault:
            raise _error(name, fault) from None
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
            # What the library's parser makes of an answer that is none.
            text = f"{url}: the answer is not from vSphere ({type(error).__name__}: {shortened(str(error))})"
            raise TransportError(text, command=name, passing=False) from None

    def _traversal(self, step: Step) -> t.Any:
        collector = self.vmodl.query.PropertyCollector
        return collector.TraversalSpec(
            name=step.name or None,
            type=self._type(step.kind),
            path=step.path,
            skip=False,
            selectSet=[
                *(self._traversal(each) for each in step.then),
                *(collector.SelectionSpec(name=each) for each in step.again),
            ],
        )

    @staticmethod
    def _type(kind: str) -> t.Any:
        from pyVmomi import VmomiSupport

        support: t.Any = VmomiSupport
        return support.GetWsdlType("urn:vim25", kind)


class Things:
    """What was read, by id and kind."""

    def __init__(self, found: t.Mapping[str, Thing]) -> None:
        self._found = found

    def of(self, *kinds: str) -> t.Sequence[Thing]:
        return [each for each in self._found.values() if each.kind in kinds]

    def at(self, ref: t.Any) -> t.Optional[Thing]:
        """The object that a reference names, where it was read."""
        return self._found.get(ref._moId) if ref is not None else None


def _thing(content: t.Any) -> Thing:
    ref = content.obj
    kind = type(ref)._wsdlName
    return Thing(kind, ref._moId, ref, {each.name: each.val for each in content.propSet})


def _address(url: str) -> tuple[str, int, str]:
    """Host, port and path. Raises InvalidValue."""
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or 443
    except ValueError:
        parts, port = urllib.parse.SplitResult("", "", "", "", ""), 0
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise InvalidValue("hypervisor.url", url, "the vCenter's address, such as https://vcenter.example.net")
    return parts.hostname, port, parts.path if parts.path not in ("", "/") else "/sdk"


def _trust(access: HypervisorAccess) -> ssl.SSLContext:
    try:
        return trusting(access.validate_certs, access.ca_path if access.validate_certs else None)
    except OSError:
        raise InvalidValue("hypervisor.ca_path", access.ca_path, "a file of CA certificates in PEM format") from None


def _error(call: str, fault: t.Any) -> HypervisorError:
    """A fault in the collection's words; what it says of itself is often only its name."""
    name = _name(fault)
    said = getattr(fault, "msg", None) or getattr(fault, "reason", None) or name
    lacking = getattr(fault, "privilegeId", None)
    if name == "vim.fault.NoPermission" and call != "Login":
        return AccessDenied(f"the privilege {lacking} is missing", call=call, fault=name, privilege=lacking)
    return HypervisorError(f"{said} ({name})", call=call, fault=name, thumbprint=getattr(fault, "thumbprint", None))


def _task_error(what: str, fault: t.Any) -> HypervisorError:
    if fault is None:
        return HypervisorError("it failed without a reason", call=what)
    return _error(what, fault)


def _name(fault: t.Any) -> str:
    """The fault as vSphere's reference calls it: "vim.fault.Timedout"."""
    kind = type(fault)
    return str(getattr(kind, "__name__", kind))
