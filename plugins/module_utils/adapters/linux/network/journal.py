# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host remembers of a network change, so that whoever comes next can end it: old or new, never between.

One file, ``change.json``, says that a change is unconfirmed. Its renaming away is the one moment in which the change
becomes permanent or is over; that needs no space on the disk. All else (phase, reason, last outcome) is telling.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import typing as t

from ....core.errors import HostcraftError
from ....core.machine_network.change.model import NetworkChange, change_of, parameters
from .. import locks
from . import files

HOME = "/var/lib/hostcraft/network"
LOCK = "/run/hostcraft-network.lock"
Json = dict[str, t.Any]


class Busy(HostcraftError):
    """Another process is at the host's network just now."""

    code = "busy"


class Journal:
    """The folder of a host's network changes."""

    def __init__(self, home: str = HOME, lock: str = LOCK) -> None:
        self.home, self._lock = home, lock
        self.change_path = os.path.join(home, "change.json")
        self._done_path = os.path.join(home, "done.json")
        self._phase_path = os.path.join(home, "phase.json")
        self._token_path = os.path.join(home, "token")
        self._last_path = os.path.join(home, "last.json")

    @contextlib.contextmanager
    def locked(self, seconds: float = 10.0) -> t.Iterator[None]:
        """Alone with the journal; ends with the process, however that ends. Raises Busy."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                locks.take(descriptor, seconds)
            except BlockingIOError:
                raise Busy("another network change is being started, ended or rolled back on this host") from None
            yield
        finally:
            os.close(descriptor)

    def pending(self) -> t.Optional[Json]:
        """The unconfirmed change as it was begun (keys: Entry in network_begin), or None."""
        return _read(self.change_path)

    def begin(self, entry: Json, token: str) -> None:
        """From here on the change is unconfirmed. Raises OSError, with nothing left."""
        os.makedirs(self.home, mode=0o700, exist_ok=True)
        self._tidy()
        files.unlinked(self._phase_path)
        try:
            self.take_token(token)
            files.stage(change_in(entry).files, entry["before"])
            files.written(self.change_path, json.dumps(entry).encode(), 0o600)
            files.synced(self.home)
        except OSError:
            files.unlinked(self._token_path)
            files.unlinked(self.change_path)
            files.unstage([file.path for file in change_in(entry).files], entry["before"])
            raise

    def take_token(self, token: str) -> None:
        """Who shows this token may confirm."""
        files.written(self._token_path, _hash(token).encode(), 0o600)

    def is_token(self, token: str) -> bool:
        """Whether it is the pending change's, or, where none is pending, that of the last."""
        return hmac.compare_digest(self._token() or str(self.last().get("token", "")), _hash(token))

    def _token(self) -> str:
        try:
            with open(self._token_path, encoding="ascii") as file:
                return file.read()
        except OSError:
            return ""

    def phase(self) -> Json:
        """{"phase": "armed" | "applying" | "applied" | "reverting", "reason", "warnings"}."""
        return _read(self._phase_path) or {"phase": "armed"}

    def enter(self, phase: str, **told: object) -> None:
        """Raises OSError; a rollback goes on without."""
        files.written(self._phase_path, json.dumps({"phase": phase, **told}).encode(), 0o600)

    def end(self, outcome: str, **told: object) -> None:
        """The change is over, as ``outcome`` ("confirmed" or "rolled_back") has it. Tidies up behind it."""
        entry = self.pending()
        os.rename(self.change_path, self._done_path)
        files.synced(self.home)
        last = {"outcome": outcome, "id": entry["id"] if entry else "", "token": self._token(), **told}
        # On a full disk the change is over all the same; only nobody is told.
        with contextlib.suppress(OSError):
            files.written(self._last_path, json.dumps(last).encode(), 0o600)
        self._tidy()

    def _tidy(self) -> None:
        """Away with what an ended change left, also one whose end was cut off."""
        entry = _read(self._done_path)
        if entry is not None:
            with contextlib.suppress(OSError):
                files.unstage([file.path for file in change_in(entry).files], entry["before"])
        for path in (self._done_path, self._token_path, self._phase_path):
            files.unlinked(path)

    def last(self) -> Json:
        """How the last change ended: {"outcome", "id", "reason", ...}; empty for none."""
        return _read(self._last_path) or {}


def identity(change: NetworkChange) -> str:
    """The same for the same change, on every host and at every run."""
    return hashlib.sha256(json.dumps(parameters(change), sort_keys=True).encode()).hexdigest()[:16]


def change_in(entry: t.Mapping[str, t.Any]) -> NetworkChange:
    return change_of(entry["change"])


def boot_id() -> str:
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _read(path: str) -> t.Optional[Json]:
    try:
        with open(path, encoding="utf-8") as file:
            return t.cast("Json", json.load(file))
    except (FileNotFoundError, ValueError):
        return None
