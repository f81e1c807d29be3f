# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins of hosts: in CloudStack's record, and at a vCenter or pool itself."""

from __future__ import annotations

import typing as t


class HostRecords(t.Protocol):
    """CloudStack's record of hosts' passwords, as its API changes it. The API shows neither user nor password."""

    def update(self, scope: str, id: str, username: str, password: str, on_host: bool) -> None:
        """scope: host or cluster. on_host: also on the host, by its agent. Raises ApiError, Unsupported."""


class Login(t.Protocol):
    """The login of a vCenter or of a XenServer pool."""

    def accepts(self, password: str) -> bool:
        """One login, never repeated with the same password. Raises TransportError, HypervisorError."""


class PoolLogin(Login, t.Protocol):
    """The login of a XenServer pool."""

    def change(self, old: str, new: str) -> None:
        """On all hosts of the pool. Raises AccessDenied, TransportError, HypervisorError."""
