# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A consistent copy of one server's databases into another, by the server's own dump program.

Passwords are in files that only this process's user reads; no command line has one.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import typing as t

from ...core.errors import HostcraftError, Unsupported
from ...core.text import shortened
from ..linux.client import SYSTEM_PATHS
from .properties import DatabaseAccess

_POSITION = re.compile(rb"--\s*SET GLOBAL gtid_slave_pos='([0-9,-]*)'")


class CopyFailed(HostcraftError):
    code = "copy_failed"


def copied(primary: DatabaseAccess, here: DatabaseAccess, databases: t.Sequence[str]) -> str:
    """Load the primary's databases, without logging that. The position that the copy is of.

    Raises CopyFailed, Unsupported.
    """
    folder = tempfile.mkdtemp(prefix="hostcraft-")
    try:
        dump = [_program("mariadb-dump", "mysqldump"), f"--defaults-file={_defaults(folder, 'primary', primary)}"]
        dump += ["--single-transaction", "--master-data=2", "--gtid", "--routines", "--triggers", "--events"]
        dump += ["--hex-blob", "--default-character-set=utf8mb4", "--add-drop-database", "--databases", "--"]
        load = [_program("mariadb", "mysql"), f"--defaults-file={_defaults(folder, 'here', here)}", "--binary-mode"]
        load += ["--init-command=SET SESSION sql_log_bin = 0", "--default-character-set=utf8mb4"]
        return _piped([*dump, *databases], load, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(*names: str) -> str:
    path = os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_PATHS])
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    raise Unsupported(f"{names[0]} is not installed: install the client programs of the database", program=names[0])


def _defaults(folder: str, name: str, access: DatabaseAccess) -> str:
    """An option file for a client program."""
    where = {"socket": access.unix_socket} if access.unix_socket else {"host": access.host, "port": access.port}
    values: dict[str, object] = {**where, "user": access.user}
    if access.password:
        values["password"] = access.password
    lines = [f"{key}={_quoted(str(value))}" for key, value in values.items()]
    if access.tls:
        lines.append("ssl")
    path = os.path.join(folder, name)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(["[client]", *lines, ""]))
    return path


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _piped(dump: t.Sequence[str], load: t.Sequence[str], folder: str) -> str:
    position = ""
    with contextlib.ExitStack() as files:
        said = [files.enter_context(open(os.path.join(folder, name), "w+b")) for name in ("dump.err", "load.err")]
        source = subprocess.Popen(dump, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said[0])
        target = subprocess.Popen(load, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said[1])
        try:
            position = _pumped(t.cast("t.IO[bytes]", source.stdout), t.cast("t.IO[bytes]", target.stdin))
            codes = (source.wait(), target.wait())
        finally:
            for process in (source, target):
                if process.poll() is None:
                    process.kill()
                    process.wait()
        texts = [_said(file) for file in said]
    if any(codes) or not position:
        told = next((text for text in texts if text), "the dump has no position of the binary log")
        raise CopyFailed(f"the copy of the primary's databases failed: {told}", status=list(codes))
    return position


def _pumped(source: t.IO[bytes], target: t.IO[bytes]) -> str:
    """Line by line, because the position is a comment at the beginning or the end of the dump."""
    position = ""
    with contextlib.suppress(BrokenPipeError), target:
        for line in source:
            if line.startswith(b"-- "):
                found = _POSITION.search(line)
                position = found[1].decode("ascii") if found else position
            target.write(line)
    source.close()
    return position


def _said(file: t.IO[bytes]) -> str:
    file.seek(0)
    return shortened(file.read(4000).decode("utf-8", "replace").strip())
