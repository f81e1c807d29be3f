# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interpreter of booted hosts that starts modules without importing again what all of them import."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import ansible

HERE = Path(__file__).parent
CORE = Path(ansible.__file__).parent
PLACE, CORE_PLACE = "/srv/interpreter", "/srv/ansible"
RECIPE = tuple((HERE / name).read_text(encoding="utf-8") for name in ("client.c", "forks.py", "server.py"))
UNITS = {
    "hosts-python.socket": """\
[Socket]
ListenSequentialPacket=/run/hosts-python
SocketMode=0600
""",
    # What a module starts outlives it, as it would outlive a session of ssh.service.
    "hosts-python.service": f"""\
[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/bin/python3 {PLACE}/server.py {CORE_PLACE}
KillMode=process
""",
}


def build(folder: Path) -> None:
    """The client and its server in a folder, which hosts have at PLACE."""
    command = ["gcc", "-O2", "-static", "-o", str(folder / "python3"), str(HERE / "client.c")]
    subprocess.run(command, check=True)
    for name in ("forks.py", "server.py"):
        shutil.copy(HERE / name, folder)


def enable(root: Path) -> None:
    """Let the tree of a host start the server when the first module comes."""
    units = root / "etc/systemd/system"
    for name, text in UNITS.items():
        (units / name).write_text(text, encoding="utf-8")
    wanted = units / "sockets.target.wants/hosts-python.socket"
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.symlink_to("/etc/systemd/system/hosts-python.socket")
