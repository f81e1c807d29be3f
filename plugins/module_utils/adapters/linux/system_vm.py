# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A script run inside of a system VM, from the host or management server that has the key to it."""

from __future__ import annotations

import shlex
import typing as t

from ...core.errors import HostcraftError
from ...core.text import shortened
from .client import Linux


class NotReached(HostcraftError):
    """Nobody could look into the system VM."""

    code = "system_vm_not_reached"


def run_inside(linux: Linux, address: str, port: int, key: str, script: str, arguments: t.Sequence[str]) -> str:
    """What it prints. The address is link-local or of the management network, where a host key means little.

    Every argument is quoted: ssh gives the remote shell one text. Raises NotReached.
    """
    command = " ".join(shlex.quote(each) for each in ("bash", "-c", script, "check", *arguments))
    options = (
        *("-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
        *("-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10", "-i", key, "-p", str(port)),
    )
    if not linux.exists(key):
        raise NotReached(f"{key}: there is no key of system VMs; run the task on the host of the VM, or set key")
    ended = linux.run("ssh", *options, f"root@{address}", command)
    if ended is None:
        raise NotReached("there is no program ssh: install it")
    if ended.status != 0:
        why = shortened(
            (ended.err or ended.out).strip().splitlines()[-1] if (ended.err or ended.out).strip() else "", 200
        )
        raise NotReached(f"{address} port {port}: ssh ended with {ended.status}: {why}", status=ended.status)
    return ended.out
