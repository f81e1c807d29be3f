# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether usage servers work: by the job that one of them holds open, whose heartbeat moves every minute.

The unit tells little: it restarts for ever where the settings are missing, and CloudStack's own metric looks at the
unit of the management server that answers.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..text import printable

# Without these two the usage server ends at once; a management server makes them at its first start.
NEEDED = ("usage.stats.job.exec.time", "usage.stats.job.aggregation.range")
# What it reads when it starts, and none of it secret.
SETTINGS = (
    *NEEDED,
    "usage.execution.timezone",
    "usage.aggregation.timezone",
    "usage.sanity.check.interval",
    "usage.snapshot.virtualsize.select",
    "enable.usage.server",
    "quota.enable.service",
)
# Seconds after which a usage server is taken to be gone: heartbeats come every 60 s (field notes, 9).
HEARTBEAT = 120


@dataclass(frozen=True)
class OpenJob:
    """The row of usage_job that a usage server holds. host: "NAME/ADDRESS". age: seconds since its heartbeat."""

    host: str
    pid: t.Optional[int]
    age: t.Optional[int]

    @property
    def alive(self) -> bool:
        return self.age is not None and self.age < HEARTBEAT


@dataclass(frozen=True)
class Usage:
    """jobs: the open ones. last: when the last job ended well, in UTC, "" if never."""

    settings: t.Mapping[str, t.Optional[str]]
    jobs: tuple[OpenJob, ...] = ()
    last: str = ""
    missing: tuple[str, ...] = field(default=())

    @property
    def alive(self) -> bool:
        return any(job.alive for job in self.jobs)


def usage(
    settings: t.Iterable[t.Sequence[t.Any]], jobs: t.Iterable[t.Sequence[t.Any]], last: t.Iterable[t.Sequence[t.Any]]
) -> Usage:
    """From rows: (name, value); (host, pid, age); (end). A database may hold anything."""
    held = {str(name): None if value is None else printable(str(value)) for name, value in settings if name in SETTINGS}
    return Usage(
        held,
        tuple(OpenJob(printable(str(host or "")), _number(pid), _number(age)) for host, pid, age in jobs),
        next((printable(str(row[0])) for row in last if row and row[0] is not None), ""),
        tuple(name for name in NEEDED if not (held.get(name) or "").strip()),
    )


def _number(value: t.Any) -> t.Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
