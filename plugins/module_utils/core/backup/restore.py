# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a backup is restored to, as it was seen, and why it is not restored there."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import Reason
from ..text import several, shortened
from .manifest import Manifest

UNITS = ("cloudstack-management", "cloudstack-usage")


@dataclass(frozen=True)
class Target:
    """tables: of each database that is there, without those that an unfinished restore has left.

    sessions: who else is connected to the databases ("cloud@10.0.0.5:4312"). living: addresses of servers whose record
    is fresh. active: units that run on this host. accounts: those that the database server has. package: of
    cloudstack-management on this host, "" where it is not installed. files: existing files of the backup's roots that
    would be replaced. replica: whether the server replicates from another one.
    """

    tables: t.Mapping[str, int] = field(default_factory=dict)
    unfinished: str = ""
    sessions: tuple[str, ...] = ()
    living: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    accounts: frozenset[str] = frozenset()
    package: str = ""
    files: tuple[str, ...] = ()
    replica: bool = False
    read_only: bool = False


def reasons(
    manifest: Manifest, target: Target, replace: bool, other_version: bool, made_accounts: t.Collection[str]
) -> t.Iterator[Reason]:
    """Why not. replace: what is there may go. made_accounts: accounts that the restore itself creates."""
    yield from alive(target)
    if target.replica:
        yield Reason(
            "target_replica",
            "the database server replicates from another one",
            "restore on the primary, or end the replication first",
        )
    elif target.read_only:
        yield Reason("target_read_only", "the database server is read-only", "restore on the primary")
    full = {name: number for name, number in target.tables.items() if number}
    if full and not replace and target.unfinished != manifest.name:
        told = ", ".join(f"{name} ({number} tables)" for name, number in sorted(full.items()))
        yield Reason(
            "target_not_empty",
            f"the database server has {told}",
            "make a backup of it, then set replace",
            {"databases": full},
        )
    if target.files and not replace and target.unfinished != manifest.name:
        yield Reason(
            "files_differ",
            f"this host has other files: {several(target.files, 5)}",
            "keep a copy of them, then set replace",
            {"files": list(target.files)},
        )
    missing = sorted({*manifest.definers} - target.accounts - {*made_accounts}) if manifest.rows else []
    if missing:
        told = shortened(several(missing, 5), 200)
        yield Reason(
            "definer_missing",
            f"views or routines need accounts that the database server does not have: {told}",
            "create them first, without rights if they are no longer used",
            {"accounts": missing},
        )
    if target.package and manifest.package and target.package != manifest.package and not other_version:
        yield Reason(
            "package_differs",
            f"cloudstack-management is {target.package}, and the backup is of {manifest.package}",
            f"install {manifest.package} first; a newer release upgrades the databases, an older one does not start",
            {"installed": target.package, "backup": manifest.package},
        )


def alive(target: Target) -> t.Iterator[Reason]:
    if target.active:
        yield Reason(
            "servers_running",
            f"on this host {', '.join(target.active)} is active",
            "stop all management and usage servers first",
            {"units": list(target.active)},
        )
    if target.sessions:
        yield Reason(
            "sessions_open",
            f"the databases are in use: {several(target.sessions, 5)}",
            "stop all management and usage servers first",
            {"sessions": list(target.sessions)},
        )
    if target.living:
        yield Reason(
            "servers_alive",
            f"management servers have written their state within the last minutes: {several(target.living, 5)}",
            "stop them, then wait 150 seconds",
            {"servers": list(target.living)},
        )
