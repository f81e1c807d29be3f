# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks of files that are waited for. Part of the program that takes network changes back."""

from __future__ import annotations

import fcntl
import time
import typing as t


def take(file: t.Union[int, t.TextIO], seconds: float, lock: t.Callable[..., t.Any] = fcntl.flock) -> None:
    """For this process alone, until the file is closed. lock: flock, or lockf, which others of the file use.

    Raises OSError: BlockingIOError where somebody else has it for that long (of lockf PermissionError too, fcntl(2)).
    """
    end = time.monotonic() + seconds
    while True:
        try:
            lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except (BlockingIOError, PermissionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
