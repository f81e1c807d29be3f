# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control group of its own for each host, in the hierarchies that the systemd inside keeps its units in.

Hosts in one group share that of each unit: one that ends a unit removes the group under the feet of another that starts
a unit of the same name, which then ends with status 219.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

PATIENCE = 2.0
# systemd-nspawn mounts a hierarchy elsewhere for a moment, when another worker boots a host.
ROOT = Path("/sys/fs/cgroup")


def make(directory: Path) -> list[Path]:
    """The group of a host by its directory, one in each hierarchy."""
    for place in _places(directory):
        place.mkdir(exist_ok=True)
    return _places(directory)


def remove(directory: Path) -> None:
    """Remove the group of a host that has ended, or is ending."""
    for place in _places(directory):
        deadline = time.monotonic() + PATIENCE
        while place.exists() and not _removed(place) and time.monotonic() < deadline:
            time.sleep(0.05)


def _removed(place: Path) -> bool:
    """Groups have files that go with them, so only directories are removed, the innermost first."""
    try:
        for folder, _folders, _files in os.walk(place, topdown=False):
            os.rmdir(folder)
    except OSError:
        return False
    return True


def _places(directory: Path) -> list[Path]:
    """At the top of each hierarchy."""
    found = []
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _device, place, kind, options = line.split()[:4]
        here = Path(place).is_relative_to(ROOT)
        if here and (kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(","))):
            found.append(Path(place, f"hostcraft-{directory.parent.name}-{directory.name}"))
    return found
