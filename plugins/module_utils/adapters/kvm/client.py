# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to the libvirt daemons of a cluster, one a host, asked side by side, none longer than the timeout."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
import typing as t

from ...core.errors import AccessDenied, HostcraftError, TransportError
from ...core.hypervisors.model import HypervisorAccess
from ...core.zone.hosts import Host
from .faults import library, mapped
from .uri import DEFAULT_PKI, uri

T = t.TypeVar("T")
# Keepalive ends a connection whose peer is gone after this many unanswered questions.
UNANSWERED = 3
_events = threading.Lock()
_events_of: list[int] = []


def together(jobs: t.Mapping[str, t.Callable[[], T]], seconds: float) -> dict[str, t.Union[T, HostcraftError]]:
    """The answer of each job, or its error; a job that takes longer is left alone and told as unreachable.

    libvirt has no timeout of its own for connecting, so that a thread may hang as long as the kernel tries.
    """
    answers: dict[str, t.Union[T, HostcraftError]] = {}

    def run(name: str, job: t.Callable[[], T]) -> None:
        try:
            answers[name] = job()
        except HostcraftError as error:
            answers[name] = error

    threads = [threading.Thread(target=run, args=item, daemon=True) for item in jobs.items()]
    for thread in threads:
        thread.start()
    limit = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, limit - time.monotonic()))
    message = f"no answer within {seconds:g} s"
    return {name: answers.get(name, TransportError(f"{name}: {message}", command="libvirt")) for name in jobs}


class Client:
    """Opens a host's connection when it is first asked for. The library is imported then: MissingLibrary."""

    def __init__(self, access: HypervisorAccess, hosts: t.Sequence[Host]) -> None:
        self.access = access
        self.hosts = {host.name: host for host in hosts}
        self._open: dict[str, t.Any] = {}
        self._denied: t.Optional[AccessDenied] = None
        self._pki = ""

    def ask(
        self, question: t.Callable[[t.Any, Host], T], names: t.Optional[t.Collection[str]] = None
    ) -> dict[str, t.Union[T, HostcraftError]]:
        """What ``question`` finds on the connection of each host named, or of all; errors stand in for answers.

        Raises AccessDenied, InvalidValue for the URI, MissingLibrary.
        """
        lib = library()
        _start_events(lib)
        wanted = {name: host for name, host in self.hosts.items() if names is None or name in names}
        addresses = {name: uri(self.access, host, self._folder()) for name, host in wanted.items()}

        def job(name: str) -> T:
            try:
                connection = self._connection(lib, name, addresses[name])
                return question(connection, wanted[name])
            except lib.libvirtError as error:
                raise mapped(error, name, self.access) from None

        jobs = {name: (lambda name=name: job(name)) for name in wanted}
        answers: dict[str, t.Union[T, HostcraftError]] = {}
        while self.access.password and not self._open and len(jobs) > 1:
            # One host first: a wrong password is not tried on every host, which may all ask one directory.
            first = next(iter(jobs))
            answers.update(self._all({first: jobs.pop(first)}))
        answers.update(self._all(jobs))
        return {name: answers[name] for name in wanted}

    def one(self, name: str, question: t.Callable[[t.Any, Host], T]) -> T:
        """The same of one host; its error is raised."""
        answer = self.ask(question, [name])[name]
        if isinstance(answer, HostcraftError):
            raise answer
        return answer

    def close(self) -> None:
        held, self._open = self._open, {}
        for connection in held.values():
            # A connection whose peer is gone has nothing left to end.
            with contextlib.suppress(library().libvirtError):
                connection.close()
        if self._pki:
            shutil.rmtree(self._pki, ignore_errors=True)
            self._pki = ""

    def _all(self, jobs: t.Mapping[str, t.Callable[[], T]]) -> dict[str, t.Union[T, HostcraftError]]:
        if self._denied is not None:
            raise self._denied
        answers = together(jobs, self.access.timeout)
        for name, answer in answers.items():
            if isinstance(answer, TransportError):
                self._open.pop(name, None)
            if isinstance(answer, AccessDenied) and self.access.password:
                self._denied = answer
                raise answer
        return answers

    def _connection(self, lib: t.Any, name: str, address: str) -> t.Any:
        held = self._open.get(name)
        if held is not None and held.isAlive():
            return held
        tries: list[int] = []

        def credentials(asked: list[list[t.Any]], _data: object) -> int:
            """Fills in what is asked for; -1 gives up, at a second question too: the first answer was wrong."""
            tries.append(1)
            for each in asked:
                secret = each[0] in (lib.VIR_CRED_PASSPHRASE, lib.VIR_CRED_NOECHOPROMPT)
                each[4] = self.access.password if secret else self.access.username
            return 0 if len(tries) == 1 and all(each[4] for each in asked) else -1

        kinds = [
            lib.VIR_CRED_USERNAME,
            lib.VIR_CRED_AUTHNAME,
            lib.VIR_CRED_PASSPHRASE,
            lib.VIR_CRED_ECHOPROMPT,
            lib.VIR_CRED_NOECHOPROMPT,
        ]
        opened = lib.openAuth(address, [kinds, credentials, None], 0)
        # A server of a local test driver has no keepalive, which is no reason not to ask it.
        with contextlib.suppress(lib.libvirtError):
            opened.setKeepAlive(max(1, int(self.access.timeout / UNANSWERED)), UNANSWERED)
        self._open[name] = opened
        return opened

    def _folder(self) -> str:
        """The folder of certificates; one of links where the CA lies apart, since libvirt takes a folder only."""
        own = self.access.pki_path or ""
        if not self.access.ca_path:
            return own
        if not self._pki:
            self._pki = tempfile.mkdtemp(prefix="cloudstack-pki-")
            os.symlink(os.path.abspath(self.access.ca_path), os.path.join(self._pki, "cacert.pem"))
            for name, usual in DEFAULT_PKI.items():
                path = os.path.join(os.path.abspath(own), name) if own else usual
                if os.path.exists(path):
                    os.symlink(path, os.path.join(self._pki, name))
        return self._pki


def _start_events(lib: t.Any) -> None:
    """libvirt's event loop, once a process, which keepalive needs; and its errors, which come as exceptions too."""
    with _events:
        if os.getpid() in _events_of:
            return
        _events_of.append(os.getpid())
        lib.registerErrorHandler(lambda _context, _error: None, None)
        lib.virEventRegisterDefaultImpl()

        def turn() -> None:
            while True:
                with contextlib.suppress(lib.libvirtError):
                    lib.virEventRunDefaultImpl()

        threading.Thread(target=turn, daemon=True).start()
