# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a backup can be made: tables, space, and how far a replica is behind."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import Reason

MARGIN = 100 * 1024 * 1024  # bytes that stay free


@dataclass(frozen=True)
class Facts:
    """What is there to be backed up.

    tables: base tables of each database that is there. lag: seconds that a replica is behind; None where that is not
    known. bytes: of data. roots: directories and files that are there.
    """

    package: str = ""
    cloudstack: str = ""
    database: str = ""
    tables: t.Mapping[str, frozenset[str]] = field(default_factory=dict)
    objects: t.Mapping[str, t.Mapping[str, int]] = field(default_factory=dict)
    definers: tuple[str, ...] = ()
    unsafe_tables: tuple[str, ...] = ()
    replica: bool = False
    lag: t.Optional[int] = None
    bytes: int = 0
    roots: tuple[str, ...] = ()
    secrets: t.Optional[t.Mapping[str, int]] = None
    key_problem: str = ""


def reasons_against(
    facts: Facts, databases: t.Sequence[str], most_lag: t.Optional[int], path: str, free: int
) -> t.Iterator[Reason]:
    """most_lag: seconds that the replica may be behind; None where it is no replica. path, free: where it is kept."""
    missing = [name for name in databases if not facts.tables.get(name)]
    if missing:
        yield Reason(
            "database_missing",
            f"the database server has no tables in {', '.join(missing)}",
            "use the database of this server, with an account that can read it",
            {"databases": missing},
        )
    if not databases and not facts.roots:
        yield Reason("nothing_there", "there are neither databases nor files to back up", "set databases or files")
    odd = sorted({each for held in facts.tables.values() for each in held if not each.isprintable()})
    if odd:
        yield Reason("table_name", f"a table has a name that cannot be dumped: {odd[0]!r}", "rename or drop it")
    if most_lag is not None:
        yield from _behind(facts, most_lag)
    needed = facts.bytes + MARGIN
    if free < needed:
        yield Reason(
            "disk_space",
            f"{path} has {free >> 20} MiB free, and the backup may need {needed >> 20} MiB",
            "free space, keep fewer backups, or use another path",
            {"free": free, "needed": needed},
        )


def _behind(facts: Facts, lag: int) -> t.Iterator[Reason]:
    if not facts.replica:
        yield Reason("no_replica", "the database server is not a replica", "use the replica's address")
    elif facts.lag is None:
        yield Reason("replica_broken", "the replica does not replicate", "repair its replication")
    elif facts.lag > lag:
        yield Reason(
            "replica_behind",
            f"the replica is {facts.lag} s behind, more than {lag} s",
            "wait, or allow a larger max_lag",
            {"lag": facts.lag, "max_lag": lag},
        )
