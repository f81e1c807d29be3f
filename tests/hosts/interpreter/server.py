# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules of Ansible in a booted host, each in a fork of an interpreter that has imported what all import.

That was half of the CPU time of a task. See client.c for what comes here. A module has the files, folder, umask and
environment of its client, and a session of its own, as sshd gives it one; all else is as in a new interpreter.
A script that is no module, or is one of another ansible-core, gets the interpreter itself.

Usage: server.py CORE [OWNER NAME...]

CORE is the folder of the package ansible, OWNER a process to end with, NAME what else is imported; socket 3 listens.
"""

from __future__ import annotations

import gc
import importlib
import os
import re
import socket
import sys
import zipimport
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

# Beside this file, also in a host.
from forks import next_request, run

LISTENER = 3
MODULE_UTILS = "ansible.module_utils"
COMMON = (
    "basic",
    "facts.ansible_collector",
    "facts.default_collectors",
    "_internal._ansiballz",
    "_internal._json._profiles._module_legacy_c2m",
    "_internal._json._profiles._module_legacy_m2c",
)


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


def cold(script: bytes) -> None:
    """Give a script to the interpreter itself."""
    file = os.memfd_create("script")
    with open(file, "wb", closefd=False) as written:
        written.write(script)
    os.lseek(file, 0, os.SEEK_SET)
    os.dup2(file, 0)
    os.close(file)
    os.execve(sys.executable, [sys.executable], os.environb)


CORE, *OWNER = sys.argv[1:]
VERSION = imported(CORE)
for name in OWNER[1:]:
    importlib.import_module(name)
gc.freeze()
next_request(socket.socket(fileno=LISTENER), os.pidfd_open(int(OWNER[0])) if OWNER else None).adopt()
SCRIPT = sys.stdin.buffer.read()
FOUND = re.search(rb"_ansible_version\W+([\w.]+)", SCRIPT)
if FOUND is None or FOUND[1].decode() != VERSION:
    cold(SCRIPT)
sys.path[0] = ""
run([""], lambda module: exec(compile(SCRIPT, "<stdin>", "exec"), vars(module)))
