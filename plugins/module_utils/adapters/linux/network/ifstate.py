# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ifup's own list of what is configured (ifup(8), FILES): read, and written as it was.

On a slow host a rollback cannot wait until ifup has come to all interfaces, and brings them back itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import typing as t

from .. import locks

# Beside it is a file for each interface, which is what ifup asks, and a lock.
LIST = "/run/network/ifstate"
SECONDS = 2.0


def configured() -> list[str]:
    """ "NAME=DEFINITION" of each interface that ifup takes for configured; none where there is no ifup."""
    try:
        with open(LIST, encoding="utf-8") as file:
            return [line.strip() for line in file if "=" in line]
    except OSError:
        return []


def put_back(lines: t.Sequence[str]) -> None:
    """Only these are configured. Where something else holds the list, nothing is written."""
    folder, name = os.path.split(LIST)
    if not os.path.isdir(folder):
        return
    with contextlib.suppress(OSError), open(f"{folder}/.{name}.lock", "a", encoding="utf-8") as lock:
        locks.take(lock, SECONDS, fcntl.lockf)
        was = {line.partition("=")[0] for line in configured()}
        states = {**dict.fromkeys(was, ""), **dict(line.split("=", 1) for line in lines)}
        for one, state in states.items():
            with open(f"{LIST}.{one.replace('/', '.')}", "w", encoding="utf-8") as file:
                file.write(f"{state}\n")
        with open(f"{folder}/.{name}.tmp", "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        os.replace(f"{folder}/.{name}.tmp", LIST)
