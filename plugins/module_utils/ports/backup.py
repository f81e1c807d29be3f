# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory of backups, a server that is backed up, and one that a backup is restored to."""

from __future__ import annotations

import contextlib
import typing as t

from ..core.backup.dump import Scan
from ..core.backup.keys import Data, Keys
from ..core.backup.make import Facts
from ..core.backup.manifest import Manifest, Part, Proof
from ..core.backup.members import Member
from ..core.backup.restore import Target
from ..core.backup.seen import Folder, Seen


class Store(t.Protocol):
    """A directory with backups. Raises BackupFailed."""

    @property
    def path(self) -> str: ...

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Raises Refused where another run has it."""

    def folder(self, check: bool) -> Folder:
        """check: whether checksums are computed."""

    def seen(self, name: str, check: bool) -> Seen: ...

    def free(self) -> int:
        """Bytes."""

    def begin(self, name: str) -> str:
        """A new directory that is no backup yet; its path. Removes what runs of this host have left."""

    def finish(self, manifest: Manifest) -> None:
        """It is a backup from here on."""

    def abandon(self, name: str) -> None: ...

    def remove(self, name: str) -> None: ...

    def prove(self, name: str, proof: Proof) -> str:
        """Record that it was restored; what hindered it, or ""."""

    def open_to_others(self, name: str) -> bool: ...


class Source(t.Protocol):
    """A server with its databases. Raises BackupFailed, DatabaseError, AccessDenied, TransportError."""

    def facts(self) -> Facts: ...

    def dump(self, folder: str, scan: Scan) -> Part: ...

    def archive(self, folder: str, roots: t.Sequence[str]) -> Part: ...


class Destination(t.Protocol):
    """A server that a backup is restored to. Raises as Source does."""

    def read_dump(self, path: str, scan: Scan) -> None:
        """To its end, changing nothing."""

    def members(self, path: str) -> t.Sequence[Member]:
        """Of the archive, changing nothing; what they hold is kept for the other methods."""

    def target(self, manifest: Manifest) -> Target: ...

    def accounts(self, manifest: Manifest) -> t.Sequence[str]:
        """Those that the restore makes, as ``user@host``. Raises InvalidValue where db.properties is not readable."""

    def shut(self, manifest: Manifest) -> None:
        """Make the accounts, locked, and note that a restore is under way."""

    def load(self, path: str, manifest: Manifest) -> None:
        """Databases of these names are dropped first."""

    def rows(self, databases: t.Sequence[str]) -> t.Mapping[str, t.Mapping[str, int]]: ...

    def objects(self, databases: t.Sequence[str]) -> t.Mapping[str, t.Mapping[str, int]]: ...

    def broken_views(self, databases: t.Sequence[str]) -> t.Sequence[str]: ...

    def secrets(self) -> t.Optional[t.Mapping[str, int]]:
        """How many values are stored in each form, by the key of the backup; None where it encrypts nothing."""

    def place(self) -> t.Sequence[str]:
        """Write the files; the paths of those that were not so before."""

    def open(self, manifest: Manifest) -> None:
        """No server is alive in it; unlock the accounts, and remove the note."""

    def logs_in(self) -> bool:
        """Whether CloudStack's account can log in with what db.properties says."""


class KeyHolder(t.Protocol):
    """A management server whose keys change. Raises BackupFailed, and what the database raises."""

    def held(self, other: t.Optional[str]) -> Keys:
        """The keys of its files. other: a management key to try where that of the key file does not decrypt them.

        Raises Refused where none does.
        """

    def data(self, keys: Keys) -> Data: ...

    def running(self) -> Target:
        """What shows that a server is alive: units, sessions, records."""

    def kept(self, other: t.Optional[str]) -> t.Optional[Keys]:
        """The keys of the copy of its files that an unfinished run has left."""

    def left_behind(self) -> t.Mapping[str, t.Sequence[str]]:
        """Encrypted properties that the program does not change, by the name of their file."""

    def keep(self) -> None:
        """A copy of the files, for ``take_back``; one that is there stays."""

    def take_back(self) -> None: ...

    def forget(self) -> None:
        """Remove the copy."""

    def change(self, held: Keys, wish: Keys, with_data: bool) -> str:
        """What the program said last, without keys."""
