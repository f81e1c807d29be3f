# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The database and the secondary storage that a template of system VMs is seeded to."""

from __future__ import annotations

import contextlib
import typing as t

from ..core.seeding.template import Database, Packaged, Store


class Records(t.Protocol):
    """Raises DatabaseError, AccessDenied, TransportError."""

    def read(self, hypervisor: str) -> Database: ...

    def write(self, id: int, uuid: str, url: str) -> None:
        """In one transaction, read back. Raises NotAsRead."""


class Storage(t.Protocol):
    """Raises SeedingFailed."""

    def mounted(self) -> contextlib.AbstractContextManager[None]:
        """Unmounted afterwards, if it was mounted for this."""

    def look(self, folder: str) -> Store: ...

    def packaged(self, hypervisor: str, arch: str) -> Packaged: ...

    def size(self, source: str) -> int:
        """Bytes of a file or URL; 0 where that is not told."""

    def fetch(self, folder: str, source: str, digest: tuple[str, str]) -> tuple[int, int]:
        """Onto the store, verified and unpacked, not yet with its name: size and virtual size."""

    def same(self, folder: str, filename: str, source: str) -> bool:
        """Whether a file, unpacked, is what is seeded there."""

    def install(self, folder: str, filename: str, properties: str) -> None:
        """What was fetched gets its name, what was there before goes, and template.properties comes last."""
