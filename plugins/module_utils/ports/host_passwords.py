# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins of hosts: in CloudStack's record, and at a vCenter or pool itself."""

from __future__ import annotations

import typing as t

from ..core.database.stored_secrets import Encrypting
from ..core.host_passwords.logins import HostLogin


class HostRecords(t.Protocol):
    """CloudStack's record of hosts' passwords, as its API changes it. The API shows neither user nor password."""

    def update(self, scope: str, id: str, username: str, password: str, on_host: bool) -> None:
        """scope: host or cluster. on_host: also on the host, by its agent. Raises ApiError, Unsupported."""


class Database(t.Protocol):
    """CloudStack's database ``cloud``, with its encryption. Raises DatabaseError, AccessDenied, TransportError."""

    def encrypting(self) -> Encrypting:
        """Raises Refused where the key does not fit the database."""

    def logins(self, host_ids: t.Sequence[str]) -> t.Mapping[str, HostLogin]:
        """By the id that the API uses; hosts that are removed or not there are left out."""

    def vcenter_logins(self, host_ids: t.Sequence[str]) -> t.Mapping[str, HostLogin]:
        """The other records of the login to the vCenter of hosts, by what they are of: their clusters, their zone."""

    def write_logins(
        self, host_ids: t.Sequence[str], username: str, old: t.Optional[str], new: str, vcenter: bool = False
    ) -> None:
        """All in one transaction, or none. old: what each must hold, None for whatever it holds.

        vcenter: also the other records of the login to their vCenter.

        Each row is read back by decrypting before the transaction ends. Raises Refused (another than one row, another
        user, another password), NotAsRead.
        """

    def close(self) -> None:
        """Safe to call twice."""


Open = t.Callable[[], Database]


class Login(t.Protocol):
    """The login of a vCenter or of a XenServer pool."""

    def accepts(self, password: str) -> bool:
        """One login, never repeated with the same password. Raises TransportError, HypervisorError."""


class PoolLogin(Login, t.Protocol):
    """The login of a XenServer pool."""

    def change(self, old: str, new: str) -> None:
        """On all hosts of the pool. Raises AccessDenied, TransportError, HypervisorError."""
