# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one host powered: starts its container, plugs its cards in, starts it again when it reboots; ends with it.

Usage: keeper.py DIRECTORY GROUP…    (host.json, see host.py; the console goes to DIRECTORY/console.log; see groups.py)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tty
from pathlib import Path
from typing import Any

REBOOT = 133  # how systemd-nspawn --keep-unit says that the container asked for a reboot
LINE = 9


def keep(directory: Path) -> int:
    """Run the container of a directory until it is powered off; its last exit status."""
    spec: dict[str, Any] = json.loads((directory / "host.json").read_text(encoding="utf-8"))
    status = REBOOT
    while status == REBOOT:
        for link, _bridge in spec["links"]:
            # A card can outlive its container for a moment.
            subprocess.run(["ip", "link", "del", link], stderr=subprocess.DEVNULL, check=False)
            if spec["taps"]:
                # User-mode Linux lets go of a tap while its card is down, so it is not its own.
                subprocess.run(["ip", "tuntap", "add", link, "mode", "tap"], check=True)
        line = _line(directory)
        with (directory / "console.log").open("ab") as console:
            container = subprocess.Popen(
                spec["command"], stdin=subprocess.DEVNULL, stdout=console, stderr=console, pass_fds=[line]
            )
        for link, bridge in spec["links"]:
            _plug(link, bridge, container)
        status = container.wait()
    return status


def _line(directory: Path) -> int:
    """A terminal whose other end the host may have as its file descriptor LINE; this end is DIRECTORY/line."""
    master, slave = os.openpty()
    tty.setraw(slave)
    (directory / "line").unlink(missing_ok=True)
    (directory / "line").symlink_to(os.ttyname(slave))
    return os.dup2(master, LINE)


def _plug(link: str, bridge: str, container: subprocess.Popen[bytes]) -> None:
    """Put a host's card, once the container has it, on its bridge."""
    command = ["ip", "link", "set", link, "master", bridge, "up"]
    while container.poll() is None and subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
        time.sleep(0.02)


if __name__ == "__main__":
    for group in sys.argv[2:]:
        Path(group, "cgroup.procs").write_text(f"{os.getpid()}\n", encoding="utf-8")
    sys.exit(keep(Path(sys.argv[1])))
