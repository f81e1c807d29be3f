# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that ``install`` makes; it starts the server for its settings where there is none."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import sys
from hashlib import sha256

COLD, SERVER = "@COLD@", "@SERVER@"
# What Ansible or Python read once; a folder's own ansible.cfg is not read where ANSIBLE_CONFIG names one.
SETTINGS = (b"ANSIBLE_", b"PYTHON", b"LC_", b"LANG", b"HOME=", b"PATH=", b"TMPDIR=", b"TERM", b"XDG_", b"NO_COLOR")


def place() -> str:
    """The socket for these settings."""
    entries = sorted(key + b"=" + value for key, value in os.environb.items())
    chosen = b"\0".join(entry for entry in entries if entry.startswith(SETTINGS))
    return f"{os.environ['FORKED']}/{sha256(chosen).hexdigest()[:24]}"


def connect(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with open(f"{path}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(path):
            serve(path)
    connection.connect(path)
    return connection


def serve(path: str) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen(16)
    if os.fork():
        return
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, file in enumerate((nothing, nothing, nothing, listener.fileno())):
        os.dup2(file, number)
    os.closerange(4, 256)
    os.chdir("/")
    os.execv(sys.executable, [sys.executable, SERVER, COLD, os.environ["FORKED_OWNER"]])


def packet() -> bytes:
    mask = os.umask(0)
    os.umask(mask)
    arguments = [os.fsencode(each) for each in sys.argv[1:]]
    entries = [key + b"=" + value for key, value in os.environb.items()]
    return b"".join(each + b"\0" for each in (b"%o" % mask, b"%d" % len(arguments), *arguments, *entries))


def status_of_fork() -> int | None:
    """None where there is no fork: the packet is too long, or Ansible cannot be imported with these settings."""
    try:
        server = connect(place())
        socket.send_fds(server, [packet()], [0, 1, 2, os.open(".", os.O_PATH)])
        answer = server.recv(4)
    except OSError:
        return None
    return struct.unpack("i", answer)[0] if answer else signal.SIGKILL


def main() -> int:
    forks = {"ANSIBLE_CONFIG", "FORKED"} <= os.environ.keys() and not any(map(os.isatty, (0, 1, 2)))
    status = status_of_fork() if forks else None
    if status is None:
        os.execv(COLD, [COLD, *sys.argv[1:]])
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    return os.WEXITSTATUS(status)


if __name__ == "__main__":
    sys.exit(main())
