# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules of Ansible in a booted host, each in a fork of an interpreter that has imported what all import.

That was half of the CPU time of a task. See client.c for what comes here. A module has the files, folder, umask and
environment of its client, and a session of its own, as sshd gives it one; all else is as in a new interpreter.
A script that is no module, or is one of another ansible-core, gets the interpreter itself.

Usage: server.py CORE    (folder of the package ansible; socket 3 listens)
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import re
import select
import signal
import socket
import struct
import sys
import threading
import time
import zipimport
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

PYTHON = "/usr/bin/python3"
LISTENER, MOST = 3, 1 << 16
MODULE_UTILS = "ansible.module_utils"
COMMON = (
    "basic",
    "facts.ansible_collector",
    "facts.default_collectors",
    "_internal._ansiballz",
    "_internal._json._profiles._module_legacy_c2m",
    "_internal._json._profiles._module_legacy_m2c",
)


class Request:
    """One script: its standard files and folder, as descriptors, its umask and its environment."""

    def __init__(self, connection: socket.socket) -> None:
        text, self.files, _flags, _address = socket.recv_fds(connection, MOST, 4)
        mask, *entries = text.rstrip(b"\0").split(b"\0")
        self.mask = int(mask, 8)
        self.environment = dict(entry.split(b"=", 1) for entry in entries)

    def close(self) -> None:
        for file in self.files:
            os.close(file)

    def adopt(self) -> None:
        """Become the process that the client would be."""
        os.setsid()
        *standard, folder = self.files
        for number, file in enumerate(standard):
            os.dup2(file, number)
        os.fchdir(folder)
        self.close()
        os.umask(self.mask)
        os.environb.clear()
        os.environb.update(self.environment)
        if not self.environment.keys() & {b"LC_ALL", b"LC_CTYPE", b"LANG"}:
            os.environb[b"LC_CTYPE"] = b"C.UTF-8"  # PEP 538: what Python does with the C locale
        time.tzset()
        importlib.invalidate_caches()


class Archive:
    """Finds in a module's archive what of Ansible is not imported yet."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        archive = sys.path[0]
        if not name.startswith("ansible.") or not archive.endswith("_payload.zip"):
            return None
        # The only one that keeps at import where it came from, in a name of its own that types do not show.
        if deprecator := sys.modules.get(f"{MODULE_UTILS}._internal._deprecator"):
            deprecator._ANSIBLE_MODULE_BASE_PATH = Path(archive, "ansible")  # type: ignore[attr-defined]
        folder = name.rpartition(".")[0].replace(".", "/")
        return zipimport.zipimporter(f"{archive}/{folder}").find_spec(name)


def imported(core: str) -> str:
    """Import what every module imports; the version of ansible-core."""
    for name in ("ansible", MODULE_UTILS):
        package = sys.modules[name] = ModuleType(name)
        package.__path__ = [os.path.join(core, *name.split(".")[1:])]
        package.__file__ = os.path.join(*package.__path__, "__init__.py")
    # As an import does it; a module's type has no such names.
    sys.modules["ansible"].module_utils = sys.modules[MODULE_UTILS]  # type: ignore[attr-defined]
    version: str = importlib.import_module("ansible.release").__version__
    for name in COMMON:
        try:
            importlib.import_module(f"{MODULE_UTILS}.{name}")
        except ModuleNotFoundError:
            continue  # not in this version
    for name, module in sys.modules.items():
        if name.partition(".")[0] == "ansible" and hasattr(module, "__path__"):
            module.__path__ = []
    # A class with a static method is a finder too.
    sys.meta_path.append(Archive)  # type: ignore[arg-type]
    return version


class Fork:
    """A module that runs, and the client that waits for it."""

    def __init__(self, pid: int, client: socket.socket) -> None:
        self.pid, self.client = pid, client
        self.files = (os.pidfd_open(pid), client.fileno())

    def over(self, file: int) -> None:
        """It has ended, or its client went, which takes it along."""
        if file == self.client.fileno():
            os.kill(self.pid, signal.SIGKILL)
        status = os.waitpid(self.pid, 0)[1]
        with contextlib.suppress(OSError):
            self.client.send(struct.pack("i", status), socket.MSG_NOSIGNAL)
        os.close(self.files[0])
        self.client.close()


def next_request(listener: socket.socket) -> Request:
    """Serve for ever; returns in each fork, with what it is to run."""
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    forks: dict[int, Fork] = {}
    while True:
        for file, _events in poll.poll():
            if file in forks:
                fork = forks[file]
                for one in fork.files:
                    del forks[one]
                    poll.unregister(one)
                fork.over(file)
            elif file == listener.fileno():
                client = listener.accept()[0]
                request = Request(client)
                pid = os.fork()
                if not pid:
                    poll.close()
                    for opened in (listener, client, *(other.client for other in forks.values())):
                        opened.close()
                    return request
                request.close()
                fork = Fork(pid, client)
                for one in fork.files:
                    forks[one] = fork
                    poll.register(one, select.EPOLLIN)


def cold(script: bytes) -> None:
    """Give a script to the interpreter itself."""
    file = os.memfd_create("script")
    with open(file, "wb", closefd=False) as written:
        written.write(script)
    os.lseek(file, 0, os.SEEK_SET)
    os.dup2(file, 0)
    os.close(file)
    os.execve(PYTHON, [PYTHON], os.environb)


VERSION = imported(sys.argv[1])
gc.freeze()
next_request(socket.socket(fileno=LISTENER)).adopt()
SCRIPT = sys.stdin.buffer.read()
FOUND = re.search(rb"_ansible_version\W+([\w.]+)", SCRIPT)
if FOUND is None or FOUND[1].decode() != VERSION:
    cold(SCRIPT)
sys.argv = [""]
sys.path[0] = ""
sys.modules["__main__"] = ModuleType("__main__")
try:
    exec(compile(SCRIPT, "<stdin>", "exec"), vars(sys.modules["__main__"]))
except SystemExit as end:
    if not isinstance(end.code, int):
        raise
    # To take down all that was imported costs as much as a short module. What the interpreter does before has no
    # public name.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code)
