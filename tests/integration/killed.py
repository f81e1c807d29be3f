# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook killed. Its tasks are processes in sessions of their own, which a signal to its group never reaches.

Tasks of the API end by themselves. An ssh client of another task would end with its module, much later.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

PATIENCE = 5.0


def kill_alone(process: subprocess.Popen[Any]) -> None:
    """Kill it alone. Raises AssertionError where one of its tasks outlives it."""
    tasks = {pid: _started(pid) for pid in _stopped(process)}
    process.kill()
    process.wait()
    deadline = time.monotonic() + PATIENCE
    while left := [pid for pid, started in tasks.items() if started and _started(pid) == started]:
        if time.monotonic() > deadline:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            raise AssertionError(f"{len(left)} tasks went on for {PATIENCE:g} s after their playbook was killed")
        time.sleep(0.02)


def kill_all(process: subprocess.Popen[Any]) -> None:
    """Kill it with its tasks and all that these have started."""
    for pid in _stopped(process):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.kill()
    process.wait()


def _stopped(process: subprocess.Popen[Any]) -> list[int]:
    """Stop it, so that it starts no more processes; those that it has, and theirs."""
    process.send_signal(signal.SIGSTOP)
    children = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*"):
        if fields := _fields(int(entry.name)):
            children[int(fields[1])].append(int(entry.name))
    found, todo = [], [process.pid]
    while todo:
        below = children[todo.pop()]
        found += below
        todo += below
    return found


def _started(pid: int) -> str:
    """In the kernel's ticks: with its number, which process it is. Empty where it has ended."""
    fields = _fields(pid)
    return "" if not fields or fields[0] == "Z" else fields[19]


def _fields(pid: int) -> list[str]:
    """Of proc(5) from the third on: state, parent, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
