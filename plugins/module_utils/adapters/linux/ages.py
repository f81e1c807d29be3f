# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When units were started and files changed, of the machine that this runs on."""

from __future__ import annotations

import os
import typing as t

from ...core.machine.outdated import Started, started
from .client import Linux

# Microseconds came with systemd 247; before, a second counts as a whole.
EXACT = ("--timestamp=us",)
PROPERTIES = "--property=Id,ActiveState,ActiveEnterTimestamp"


def started_units(linux: Linux, names: t.Sequence[str]) -> list[Started]:
    """Without systemd there are none. In UTC: the names of other zones say nothing sure."""
    for more in (EXACT, ()) if names else ():
        answer = linux.run("env", "TZ=UTC", "systemctl", "show", *more, PROPERTIES, "--", *names)
        if answer is not None and not answer.status:
            return started(names, answer.out)
    return []


def changed_files(paths: t.Iterable[str]) -> dict[str, float]:
    """Times of files, and of all files in folders, without what is absent. A link is as new as its target, or newer."""
    found: dict[str, float] = {}
    for path in paths:
        inside: t.Iterable[str] = (path,)
        if os.path.isdir(path):
            inside = (os.path.join(folder, name) for folder, _folders, names in os.walk(path) for name in names)
        for each in inside:
            times = [time for time in (_time(each, os.lstat), _time(each, os.stat)) if time is not None]
            if times:
                found[each] = max(times)
    return found


def _time(path: str, look: t.Callable[[str], os.stat_result]) -> t.Optional[float]:
    try:
        return look(path).st_mtime
    except OSError:
        return None


def boot_time(linux: Linux) -> float:
    """Seconds since 1970."""
    for line in (linux.read("/proc/stat") or "").splitlines():
        if line.startswith("btime "):
            return float(line.split()[1])
    return 0.0
