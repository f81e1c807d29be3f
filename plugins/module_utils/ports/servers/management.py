# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management servers, their users, the hosts' logins."""

from __future__ import annotations

import typing as t

from ...core.servers.acceptance import Console, Offering, Plan, Template, Trial
from ...core.servers.admin import Keys
from ...core.servers.alerts import Alert
from ...core.servers.nodes import Server
from ...core.servers.usage import UsageRecord, UsageServer


class HostRecords(t.Protocol):
    """CloudStack's record of hosts' passwords, as its API changes it. The API shows neither user nor password."""

    def update(self, scope: str, id: str, username: str, password: str, on_host: bool) -> None:
        """scope: host or cluster. on_host: also on the host, by its agent. Raises ApiError, Unsupported."""


class Trials(t.Protocol):
    """The VM of an acceptance test, and what it is made of. Each listing is asked anew."""

    def templates(self, zone_id: str) -> t.Sequence[Template]: ...

    def offerings(self) -> t.Sequence[Offering]: ...

    def all(self, zone_id: str) -> t.Sequence[Trial]:
        """VMs of the caller's own account."""

    def find(self, id: str) -> t.Optional[Trial]: ...

    def deploy(self, plan: Plan, name: str, network_id: str) -> None:
        """With the mark of the test. Raises ApiError."""

    def destroy(self, id: str) -> None:
        """And expunge. Raises ApiError."""

    def expunge(self, id: str) -> None: ...

    def console(self, id: str) -> Console:
        """Raises Unsupported before 4.18, ApiError."""

    def left(self, vm_id: str, network_id: str) -> t.Sequence[str]:
        """What is still there of a VM and of a network that were removed, in words."""


class Login(t.Protocol):
    """The login of a vCenter or of a XenServer pool."""

    def accepts(self, password: str) -> bool:
        """One login, never repeated with the same password. Raises TransportError, HypervisorError."""


class PoolLogin(Login, t.Protocol):
    """The login of a XenServer pool."""

    def change(self, old: str, new: str) -> None:
        """On all hosts of the pool. Raises AccessDenied, TransportError, HypervisorError."""


class ManagementServers(t.Protocol):
    """Management servers; nothing is remembered. Raises ApiError, Unsupported."""

    def all(self) -> t.Sequence[Server]: ...

    def act(self, action: str, id: str, **more: object) -> None:
        """One of the actions of core.servers.nodes. more: algorithm, forced, rebalance."""

    def needs(self, action: str) -> None:
        """Raises Unsupported where the release does not have it."""

    def jobs(self, id: str) -> t.Sequence[str]:
        """What is under way there, for people."""

    def changed_settings(self) -> t.Sequence[tuple[str, str]]:
        """Names of settings that were changed, and when, as far back as there are events."""


class Alerts(t.Protocol):
    """Alerts that are not archived, newest first; nothing is remembered. Raises ApiError."""

    def all(self) -> t.Sequence[Alert]: ...

    def archive(self, ids: t.Sequence[str]) -> None:
        """Fails as a whole where one is not listed any more."""

    def delete(self, ids: t.Sequence[str]) -> None: ...

    def generate(self, type: int, name: str, description: str, zone_id: str) -> None: ...


class Usage(t.Protocol):
    """The usage server, as management servers see it."""

    def server(self) -> t.Optional[UsageServer]:
        """None where the release does not tell."""

    def types(self) -> t.Mapping[int, str]: ...

    def records(
        self, start: str, end: str, type: t.Optional[int], owner: t.Mapping[str, str]
    ) -> t.Sequence[UsageRecord]:
        """Of whole days. owner: account, domain_id, project_id. Raises ApiError."""


class AdminLogin(t.Protocol):
    """A session of the web interface, which needs no API keys. Raises TransportError, ApiError."""

    def enter(self, password: str) -> bool:
        """One login, never repeated with the same password, because too many wrong ones disable a user."""

    def change(self, old: str, new: str) -> None: ...

    def keys(self) -> t.Optional[Keys]:
        """None where the user has none."""

    def make_keys(self) -> Keys:
        """Those from before are not accepted any more."""

    def accepts(self, keys: Keys) -> bool:
        """Whether a signed call of the same user succeeds."""


class KeysFile(t.Protocol):
    """The file that gets the API keys. Raises InvalidValue."""

    def held(self) -> t.Optional[Keys]: ...

    def write(self, keys: Keys) -> None: ...
