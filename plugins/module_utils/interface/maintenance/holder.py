# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs a playbook, as the lock of a cluster tells it, and how another run learns that this one is over.

A process number says nothing by itself: containers have numbers of their own, and numbers come again. So a process is
known by the boot of its machine, its namespace of process numbers, its number and the moment of its start.
"""

from __future__ import annotations

import getpass
import hashlib
import multiprocessing
import os
import re
import socket
import typing as t
import uuid
from pathlib import Path

from ...core.maintenance.lock import Lock

# AWX sets JOB_ID; the others are its extra variables, which a playbook may hand on.
JOB_VARIABLES = ("JOB_ID", "AWX_JOB_ID", "TOWER_JOB_ID")
PLACE = re.compile(r"([0-9a-f]{12})\.(\d{1,10})\.(\d+)", re.ASCII)
PROC = Path("/proc")


def holder(chance: str = "") -> dict[str, str]:
    """This run. chance: what is its alone and the same for all of its tasks; without it the task stands for itself."""
    pid = _run()
    number = next((value for value in map(os.environ.get, JOB_VARIABLES) if value and value.isdigit()), None)
    job = f"AWX job {number}" if number else f"process {pid}"
    token = hashlib.sha256(f"{_machine()} {chance}".encode()).hexdigest()[:12] if chance else uuid.uuid4().hex[:12]
    return {"token": token, "who": f"{_user()}@{socket.gethostname()}", "job": job, "place": _place(pid)}


def ended(lock: Lock) -> bool:
    """Whether it is of a process of this machine, in this namespace, that is there no more."""
    found = PLACE.fullmatch(lock.place)
    if not found or found.group(1) != _machine():
        return False
    pid, started = int(found.group(2)), found.group(3)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        pass
    state, now = _stat(pid)
    # A number that has come again is another process.
    return state in ("Z", "X") or (bool(now) and now != started)


def _run() -> int:
    """The process of ansible-playbook: tasks run in its children."""
    parent = multiprocessing.parent_process()
    return (parent.pid or os.getpid()) if parent else os.getpid()


def _place(pid: int) -> str:
    machine, started = _machine(), _stat(pid)[1]
    return f"{machine}.{pid}.{started}" if machine and started else ""


def _machine() -> str:
    """This boot of this machine and this namespace of process numbers; empty where they cannot be told."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        space = os.readlink(PROC / "self/ns/pid")
    except OSError:
        return ""
    return hashlib.sha256(f"{boot} {space}".encode()).hexdigest()[:12]


def _stat(pid: int) -> tuple[str, str]:
    """State and moment of the start of a process (proc(5), fields 3 and 22); empty where they cannot be read."""
    try:
        fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "", ""
    return (fields[0], fields[19]) if len(fields) > 19 else ("", "")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return str(os.getuid())


def known(given: t.Optional[t.Mapping[str, t.Any]]) -> dict[str, str]:
    """What the controller says of its run, as a task elsewhere is told; this process where it says nothing."""
    if not given or not given.get("token"):
        return holder()
    return {name: str(given.get(name) or "") for name in ("token", "who", "job", "place")}
