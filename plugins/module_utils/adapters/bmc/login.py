# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login to a controller, whatever its protocol."""

from __future__ import annotations

import typing as t

from ...core.bmc.controller import Access, Failure
from ...core.errors import AccessDenied, TransportError


class Login:
    """Made by the first question. One that failed is remembered, so that a refused password is never sent again."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._session: t.Any = None
        self._failed: t.Optional[Failure] = None

    def _login(self) -> t.Optional[Failure]:
        """Sets the session. None once there is one."""
        raise NotImplementedError

    @property
    def _where(self) -> str:
        return f"controller {self._access.address}:{self._access.port}"

    def _open(self) -> t.Optional[Failure]:
        """None once there is a session. What failed before fails again without a word to the controller."""
        if self._session is None and self._failed is None:
            self._failed = self._login()
        return self._failed

    def _ready(self) -> None:
        """Raises AccessDenied, TransportError."""
        failure = self._open()
        if failure is None:
            return
        if failure.reason == "password":
            raise AccessDenied(failure.text, call=self._where)
        raise TransportError(f"{self._where}: {failure.text}", command=self._where)
