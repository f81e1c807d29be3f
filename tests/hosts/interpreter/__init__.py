# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interpreter that starts modules without importing again what all of them import, in booted hosts and here."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
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


def core() -> Path:
    """Ansible's package, which a machine that only makes images need not have."""
    found = importlib.util.find_spec("ansible")
    if found is None or found.origin is None:
        raise RuntimeError("ansible-core is not installed")
    return Path(found.origin).parent


def build(folder: Path, *options: str) -> None:
    """The client and its server in a folder, which hosts have at PLACE."""
    command = ["gcc", "-O2", "-static", *options, "-o", str(folder / "python3"), str(HERE / "client.c")]
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


def here(folder: Path, *names: str) -> str:
    """The path of one that is this interpreter, for modules that run on this machine; it ends with this process.

    names: what it imports besides.
    """
    place = str(folder / "socket")
    build(folder, f'-DSOCKET="{place}"', f'-DPYTHON="{sys.executable}"')
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(place)
        listener.listen(16)
        server = [sys.executable, str(folder / "server.py"), str(core()), str(os.getpid()), *names]
        # A session of its own: what ends a test's processes is not for it.
        os.posix_spawn(
            sys.executable, server, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, listener.fileno(), 3)], setsid=True
        )
    return str(folder / "python3")
