# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that hold CloudStack's databases."""

from __future__ import annotations

import typing as t

from ..core.database import replication
from ..core.database.accounts import Held, Step
from ..core.database.set_up.decide import Found


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


class OptionFiles(t.Protocol):
    """Option files of the database server on this machine."""

    def read(self, path: str) -> t.Optional[str]:
        """None where there is no such file."""

    def listed(self, path: str) -> t.Sequence[str]:
        """Names in a directory; none where there is no such directory."""

    def write(self, path: str, text: str) -> None:
        """Whole or not at all. Raises OSError."""

    def refused(self, text: str) -> t.Sequence[str]:
        """What the server's program says of a file that it would not start with; nothing where there is no program."""


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

    def privileges(self) -> t.Collection[str]:
        """Names of all that can be granted at ``*.*``, without the right to grant."""

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
