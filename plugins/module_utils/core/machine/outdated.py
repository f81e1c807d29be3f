# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units that were started before files that they read changed."""

from __future__ import annotations

import datetime
import re
import typing as t
from dataclasses import dataclass

# Those in which a unit reads its files when it is started the next time.
RESTING = frozenset(("inactive", "failed"))
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))? UTC$")


@dataclass(frozen=True)
class Started:
    """since: seconds since 1970; None where the unit was never started."""

    name: str
    active: bool
    since: t.Optional[float]


def moment(text: str) -> t.Optional[float]:
    """``Sat 2026-11-28 20:55:10.123456 UTC``, as systemctl says it; None for anything else."""
    found = TIME.search(text.strip())
    if found is None:
        return None
    *whole, part = found.groups()
    try:
        year, month, day, hour, minute, second = map(int, whole)
        exact = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    return exact.timestamp() + int((part or "").ljust(6, "0")) / 1e6


def started(names: t.Sequence[str], text: str) -> list[Started]:
    """``systemctl show`` of units by name: a block for each, in their order."""
    blocks = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in text.split("\n\n")]
    told = [block for block in blocks if block]
    return [
        Started(name, block.get("ActiveState", "") not in RESTING, moment(block.get("ActiveEnterTimestamp", "")))
        for name, block in zip(names, told)
    ]


def newer(times: t.Mapping[str, float], since: float) -> list[str]:
    return sorted(path for path, time in times.items() if time > since)


def outdated(units: t.Iterable[Started], times: t.Mapping[str, float], foretold: bool) -> list[str]:
    """Names of active units. foretold: a file will be changed by then, whatever the times of now are."""
    return [
        unit.name for unit in units if unit.active and unit.since is not None and (foretold or newer(times, unit.since))
    ]
