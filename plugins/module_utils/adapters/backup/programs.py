# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dumps databases of one moment into a backup, and loads them from one."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
import threading
import typing as t

from ...core.backup.dump import Scan
from ...core.backup.failure import BackupFailed
from ...core.errors import Unsupported
from ...core.text import shortened
from ..database.client_programs import CLIENTS, DUMPERS, options, program_of
from ..database.properties import DatabaseAccess
from ..linux.programs import ENVIRONMENT, in_memory

_DUMP = (
    *("--single-transaction", "--quick", "--routines", "--triggers", "--events", "--hex-blob"),
    *("--no-tablespaces", "--default-character-set=utf8mb4"),
)
# The client's own commands in a dump (a line that begins with ``\!``) are not carried out.
_LOAD = ("--binary-mode", "--batch", "--default-character-set=utf8mb4")
# An account reads the bodies of its own routines alone; the same user at another host is another account.
_ROUTINES = "; use an account that may read mysql.proc (MariaDB) or has SHOW_ROUTINE (MySQL)"


def dump(
    access: DatabaseAccess, databases: t.Sequence[str], position: bool, out: t.IO[bytes], scan: Scan, limit: float
) -> None:
    """All databases of one moment. position: the binary log's is to be in it. Raises BackupFailed."""
    program, mariadb = _found(DUMPERS)
    more = ("--master-data=2", "--gtid") if position and mariadb else () if mariadb else ("--set-gtid-purged=OFF",)
    with _run(program, access, mariadb, [*_DUMP, *more, "--databases", *databases], limit, "dump") as process:
        stream = t.cast("t.IO[bytes]", process.stdout)
        for line in stream:
            scan.feed(line)
            out.write(line)


def load(access: DatabaseAccess, source: t.IO[bytes], scan: Scan, limit: float) -> None:
    """Raises BackupFailed."""
    program, mariadb = _found(CLIENTS)
    with _run(program, access, mariadb, _LOAD, limit, "load", feeding=True) as process:
        stream = t.cast("t.IO[bytes]", process.stdin)
        with contextlib.suppress(BrokenPipeError):
            # What ended it is what it says itself.
            for line in source:
                scan.feed(line)
                stream.write(line)
        with contextlib.suppress(BrokenPipeError):
            stream.close()


@contextlib.contextmanager
def _run(
    program: str,
    access: DatabaseAccess,
    mariadb: bool,
    arguments: t.Sequence[str],
    limit: float,
    step: str,
    feeding: bool = False,
) -> t.Iterator[subprocess.Popen[bytes]]:
    held = in_memory(options(access, mariadb))
    with tempfile.TemporaryFile() as errors:
        command = [program, f"--defaults-file=/proc/self/fd/{held}", *arguments]
        ours = {"stdin": subprocess.PIPE} if feeding else {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        process = subprocess.Popen(
            command,
            stderr=errors,
            env=ENVIRONMENT,
            pass_fds=(held,),
            **ours,  # type: ignore[call-overload]
        )
        os.close(held)
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(limit, end)
        timer.start()
        try:
            yield process
            process.wait()
        finally:
            timer.cancel()
            if process.poll() is None:
                process.kill()
            process.wait()
        errors.seek(0)
        said = errors.read(20000).decode("utf-8", "replace").strip()
    if late.is_set():
        raise BackupFailed(step, f"{os.path.basename(program)} did not end within {limit:.0f} s")
    if process.returncode or (step == "dump" and "error:" in said.lower()):
        told = _told(said, access.password)
        hint = _ROUTINES if "insufficient privileges" in said else ""
        raise BackupFailed(step, f"{os.path.basename(program)} ended with {process.returncode}: {told}{hint}")


def _told(said: str, password: str) -> str:
    """The errors of a program: neither the statements that it repeats, nor the values that it quotes."""
    lines = [line for line in said.splitlines() if line.startswith(("ERROR", "mariadb", "mysql"))]
    text = re.sub(r"'[^']*'", "'…'", " ".join(lines) or "no message") if lines and lines[0].startswith("ERROR") else ""
    text = text or " ".join(lines) or said
    return shortened(text.replace(password, "****") if password else text, 300)


def _found(names: t.Sequence[str]) -> tuple[str, bool]:
    try:
        return program_of(names)
    except Unsupported as error:
        raise BackupFailed("program", error.message) from None
