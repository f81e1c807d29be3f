# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login of a XenServer pool: tried, and changed on all its hosts at once."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ...core.errors import AccessDenied
from ...core.hypervisors.model import HypervisorAccess
from ...ports.clock import Clock
from .client import Client


class XenLogin:
    """The port ``PoolLogin``. access: its user; the password is the one of each call."""

    def __init__(self, access: HypervisorAccess, clock: Clock) -> None:
        self._access, self._clock = access, clock
        self._refused: set[str] = set()

    def accepts(self, password: str) -> bool:
        if password in self._refused:
            return False
        with self._opened(password) as client:
            try:
                client.call("pool.get_all")
            except AccessDenied:
                self._refused.add(password)
                return False
        return True

    def change(self, old: str, new: str) -> None:
        with self._opened(old) as client:
            client.call("session.change_password", old, new)
        self._refused.discard(new)

    @contextlib.contextmanager
    def _opened(self, password: str) -> t.Iterator[Client]:
        with contextlib.closing(Client(dataclasses.replace(self._access, password=password), self._clock)) as client:
            yield client
