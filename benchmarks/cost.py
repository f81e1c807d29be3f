# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command against the sandbox costs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[1]


class Cost(NamedTuple):
    """Seconds of CPU, MiB of the largest process, API calls, the output and its status."""

    cpu: float
    memory: int
    calls: int
    output: str
    status: int


def cost(server: Sandbox, *command: str | Path, keep: bool = True, limit: int | None = None) -> Cost:
    """keep: whether the output is wanted; without, it is discarded. What goes to standard error is shown.

    limit: seconds of CPU after which it is killed.
    """
    prefix = () if limit is None else ("prlimit", f"--cpu={limit}")
    environment = {
        **os.environ,
        "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
        "CLOUDSTACK_ENDPOINT": server.url,
        "CLOUDSTACK_KEY": server.key,
        "CLOUDSTACK_SECRET": server.secret,
    }
    server.calls.clear()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        running = subprocess.Popen([*prefix, *command], env=environment, stdout=output if keep else subprocess.DEVNULL)
        # The process and the children that it has waited for.
        _pid, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read()
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, len(server.calls), printed, running.returncode)
