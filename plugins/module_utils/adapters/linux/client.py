# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the machine that this runs on: files, commands, connections. Nothing here changes anything.

What is absent or forbidden is None, so that a reader goes on to what it can see.
"""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import time
import typing as t
from dataclasses import dataclass

from ...core.addresses import is_address, is_host_name
from ...core.text import shortened

# Where administrators' programs are, which a task's PATH often leaves out.
SYSTEM_PATHS = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin")


@dataclass(frozen=True)
class Answer:
    """How a command ended; status 124 where it did not finish in time, as timeout(1) has it."""

    status: int
    out: str
    err: str = ""


class Linux:
    """This machine. seconds: how long one command or connection may take."""

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds = seconds
        self._path = os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_PATHS])

    def read(self, path: str) -> t.Optional[str]:
        """The text of a file; None where there is none or it may not be read."""
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def listed(self, pattern: str) -> tuple[str, ...]:
        """Paths that match a shell pattern, sorted."""
        return tuple(sorted(glob.glob(pattern)))

    def space(self, path: str) -> t.Optional[tuple[int, int, int, int, int]]:
        """Of the file system of a path: device, size and free space in bytes, inodes and free inodes."""
        try:
            device, seen = os.stat(path).st_dev, os.statvfs(path)
        except OSError:
            return None
        unit = seen.f_frsize
        return device, seen.f_blocks * unit, seen.f_bavail * unit, seen.f_files, seen.f_favail

    def target(self, path: str) -> t.Optional[str]:
        """What a symbolic link says."""
        try:
            return os.readlink(path)
        except OSError:
            return None

    def has_program(self, name: str) -> bool:
        return shutil.which(name, path=self._path) is not None

    def run(self, *command: str) -> t.Optional[Answer]:
        """A command's answer in English; None where there is no such program."""
        program = shutil.which(command[0], path=self._path)
        if program is None:
            return None
        environment = {**os.environ, "LC_ALL": "C", "PATH": self._path}
        try:
            ended = subprocess.run(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=environment,
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Answer(124, "", f"no answer within {self.seconds:g} s")
        except OSError as error:
            return Answer(126, "", str(error))
        return Answer(ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace"))

    def connect(self, address: str, port: int) -> str:
        """Try a TCP connection and close it: "" where it succeeded, else why not."""
        if not (is_address(address) or is_host_name(address)):
            return f"{shortened(address)!r} is not an address or a host name"
        try:
            socket.create_connection((address, port), timeout=self.seconds).close()
        except (OSError, UnicodeError) as error:
            return getattr(error, "strerror", None) or str(error)
        return ""

    def resolve(self, name: str) -> tuple[str, ...]:
        """The addresses of a name, as programs of this machine see them; empty where there are none."""
        if not (is_address(name) or is_host_name(name)):
            return ()
        try:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return ()
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))

    def hostname(self) -> str:
        return socket.gethostname()

    def canonical_name(self) -> str:
        """What ``hostname --fqdn`` says: the canonical name of the host's own; the bare one where nothing knows it."""
        name = self.hostname()
        try:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
        except (OSError, UnicodeError):
            return name
        return str(found[0][3]) or name

    def architecture(self) -> str:
        return os.uname().machine

    def kernel(self) -> str:
        return os.uname().release

    def user(self) -> int:
        """The id of the user that this runs as."""
        return os.geteuid()

    def now(self) -> float:
        return time.time()
