# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A consistent copy of one server's databases into another, by the server's own dump program."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import typing as t

from ...core.errors import HostcraftError
from ...core.text import shortened
from ..linux.programs import ENVIRONMENT, in_memory
from .client_programs import CLIENTS, DUMPERS, options, program_of
from .properties import DatabaseAccess

_POSITION = re.compile(rb"--\s*SET GLOBAL gtid_slave_pos='([0-9,-]*)'")


class CopyFailed(HostcraftError):
    code = "copy_failed"


def copied(primary: DatabaseAccess, here: DatabaseAccess, databases: t.Sequence[str]) -> str:
    """Load the primary's databases, without logging that. The position that the copy is of.

    Raises CopyFailed, Unsupported.
    """
    dump = ["--single-transaction", "--master-data=2", "--gtid", "--routines", "--triggers", "--events"]
    dump += ["--hex-blob", "--default-character-set=utf8mb4", "--add-drop-database", "--databases", "--", *databases]
    load = ["--binary-mode", "--init-command=SET SESSION sql_log_bin = 0", "--default-character-set=utf8mb4"]
    with contextlib.ExitStack() as ends:
        return _piped(_command(DUMPERS, primary, dump, ends), _command(CLIENTS, here, load, ends))


def _command(
    names: t.Sequence[str], access: DatabaseAccess, arguments: t.Sequence[str], ends: contextlib.ExitStack
) -> tuple[list[str], int]:
    """A command, and the descriptor of the option file that it is to inherit."""
    program, mariadb = program_of(names)
    held = in_memory(options(access, mariadb))
    ends.callback(os.close, held)
    return [program, f"--defaults-file=/proc/self/fd/{held}", *arguments], held


def _piped(dump: tuple[list[str], int], load: tuple[list[str], int]) -> str:
    position = ""
    with tempfile.TemporaryFile() as dump_said, tempfile.TemporaryFile() as load_said:
        said = (dump_said, load_said)
        source = subprocess.Popen(
            dump[0], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said[0], env=ENVIRONMENT,
            pass_fds=(dump[1],),
        )  # fmt: skip
        target = subprocess.Popen(
            load[0], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said[1], env=ENVIRONMENT,
            pass_fds=(load[1],),
        )  # fmt: skip
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
