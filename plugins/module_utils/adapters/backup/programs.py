# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of a database server: one that dumps and one that loads. Passwords reach them in a file in memory."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
import typing as t

from ...core.backup.dump import Scan
from ...core.backup.failure import BackupFailed
from ...core.text import shortened
from ..database.properties import DatabaseAccess
from .seal import ENVIRONMENT, in_memory

DUMPERS, CLIENTS = ("mariadb-dump", "mysqldump"), ("mariadb", "mysql")
_DUMP = (
    *("--single-transaction", "--quick", "--routines", "--triggers", "--events", "--hex-blob"),
    *("--no-tablespaces", "--default-character-set=utf8mb4"),
)
# The client's own commands in a dump (a line that begins with ``\!``) are not carried out.
_LOAD = ("--binary-mode", "--batch", "--default-character-set=utf8mb4")
# An account reads the bodies of its own routines alone; the same user at another host is another account.
_ROUTINES = "; use an account that may read mysql.proc (MariaDB) or has SHOW_ROUTINE (MySQL)"


def options(access: DatabaseAccess, mariadb: bool) -> bytes:
    """An option file, which is read instead of all others."""
    lines = [
        "[client]",
        "max_allowed_packet=1G",
        f"user={_quoted(access.user)}",
        f"password={_quoted(access.password)}",
    ]
    if access.unix_socket:
        lines.append(f"socket={_quoted(access.unix_socket)}")
    else:
        lines += [f"host={_quoted(access.host)}", f"port={access.port}", "protocol=tcp"]
    if access.tls:
        if mariadb:
            lines += ["ssl", *(["ssl-verify-server-cert"] if access.validate_certs else [])]
        else:
            lines.append(f"ssl-mode={'VERIFY_IDENTITY' if access.validate_certs else 'REQUIRED'}")
        files = {"ssl-ca": access.ca_path, "ssl-cert": access.client_cert, "ssl-key": access.client_key}
        lines += [f"{name}={_quoted(path)}" for name, path in files.items() if path]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _quoted(text: str) -> str:
    for char, told in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(char, told)
    return f'"{text}"'


def dump(
    access: DatabaseAccess, databases: t.Sequence[str], position: bool, out: t.IO[bytes], scan: Scan, limit: float
) -> None:
    """All databases of one moment. position: the binary log's is to be in it. Raises BackupFailed."""
    program, mariadb = _program(DUMPERS)
    more = ("--master-data=2", "--gtid") if position and mariadb else () if mariadb else ("--set-gtid-purged=OFF",)
    with _run(program, access, mariadb, [*_DUMP, *more, "--databases", *databases], limit, "dump") as process:
        stream = t.cast("t.IO[bytes]", process.stdout)
        for line in stream:
            scan.feed(line)
            out.write(line)


def load(access: DatabaseAccess, source: t.IO[bytes], scan: Scan, limit: float) -> None:
    """Raises BackupFailed."""
    program, mariadb = _program(CLIENTS)
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


def _program(names: t.Sequence[str]) -> tuple[str, bool]:
    """Its path, and whether it is MariaDB's."""
    for name in names:
        path = shutil.which(name, path=ENVIRONMENT["PATH"])
        if path:
            ended = subprocess.run([path, "--version"], env=ENVIRONMENT, capture_output=True, text=True, check=False)
            return path, "mariadb" in ended.stdout.lower()
    raise BackupFailed(
        "program", f"the program {names[-1]} is not installed: install the client of the database server"
    )
