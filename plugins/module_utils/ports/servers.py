# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management servers: their database, their users, themselves."""

from __future__ import annotations

import typing as t

from ..core.servers.acceptance import Console, Offering, Plan, Template, Trial
from ..core.servers.admin import Keys
from ..core.servers.alerts import Alert
from ..core.servers.database import replication
from ..core.servers.database.accounts import Held, Step
from ..core.servers.logins import HostLogin
from ..core.servers.nodes import Server
from ..core.servers.secrets import Encrypting, Stored
from ..core.servers.set_up.decide import Found
from ..core.servers.usage import UsageRecord, UsageServer


class Database(t.Protocol):
    """CloudStack's database ``cloud``, with its encryption. Raises DatabaseError, AccessDenied, TransportError."""

    def encrypting(self) -> Encrypting:
        """Raises Refused where the key does not fit the database."""

    def stored(self) -> t.Sequence[Stored]:
        """Every value that is a secret, without it; columns that this version does not have are left out."""

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


class DatabaseSetUp(t.Protocol):
    """The server on which CloudStack's databases are made. Raises DatabaseError, AccessDenied, TransportError."""

    def look(self) -> Found:
        """With the account that sees the most."""

    def locked(self, seconds: float) -> t.ContextManager[None]:
        """Only one machine at a time makes databases. Raises Refused."""

    def make(self) -> None:
        """Databases, accounts and tables; nothing that a server has used is dropped."""

    def prove(self) -> None:
        """The ordinary account opens both databases from this machine."""


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


Open = t.Callable[[], Database]


class OptionFiles(t.Protocol):
    """Option files of the database server on this machine."""

    def read(self, path: str) -> t.Optional[str]:
        """None where there is no such file."""

    def listed(self, path: str) -> t.Sequence[str]:
        """Names in a directory; none where there is no such directory."""

    def write(self, path: str, text: str) -> None:
        """Whole or not at all. Raises OSError."""


class DatabaseServer(t.Protocol):
    """A MariaDB or MySQL server itself, whatever is in it. Raises DatabaseError, AccessDenied, TransportError."""

    @property
    def where(self) -> str: ...

    def version(self) -> str: ...

    def variables(self) -> tuple[t.Mapping[str, str], t.Collection[str]]:
        """Global values by name, and the names of those that only a restart sets."""

    def set_variable(self, name: str, value: str) -> bool:
        """False where only a restart sets it."""

    def accounts(self) -> t.Sequence[Held]: ...

    def perform(self, steps: t.Iterable[Step], log: bool = True) -> None:
        """log: whether replicas do the same."""

    def tables_of(self, database: str) -> int: ...

    def drop_databases(self, names: t.Iterable[str], log: bool = False) -> None: ...

    def replication(self) -> replication.Server: ...

    def position(self) -> str:
        """The last transaction, written or replicated."""

    def set_read_only(self, value: bool) -> None: ...

    def start(self) -> None:
        """Receive and apply."""

    def stop_receiving(self) -> None: ...

    def start_applying(self) -> None: ...

    def end_replication(self) -> None:
        """Forget the primary."""

    def take_position(self, position: str) -> None:
        """Of a copy: what was done is what was replicated, and the binary log begins anew."""

    def keep_position(self) -> None:
        """Of an old primary: what it has written counts as replicated."""

    def point(self, host: str, port: int, user: str, password: str, tls: bool) -> None:
        """Replicate from a primary by GTID; not started."""

    def take_accounts(self, accounts: t.Iterable[Held]) -> None:
        """Another server's accounts, without logging them."""

    def close(self) -> None: ...


class Copies(t.Protocol):
    """Copies of a primary's databases into this server."""

    def begun(self) -> bool:
        """Whether one was begun and not ended, by a run that was killed."""

    def copy(self, databases: t.Sequence[str]) -> str:
        """The position that it is of. Raises HostcraftError."""

    def begin(self) -> None: ...

    def end(self) -> None: ...
