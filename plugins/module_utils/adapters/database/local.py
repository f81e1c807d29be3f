# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the machine that a database server runs on: its option files, and the note of a copy under way."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import typing as t

from ...core.errors import InvalidValue
from ...core.text import shortened
from ..linux.files import create, replace
from ..linux.programs import ENVIRONMENT, in_memory
from .copying import copied
from .properties import DatabaseAccess

MOST = 1_000_000
NOTE = "/var/lib/hostcraft/database/copy"
PROGRAMS = f"{ENVIRONMENT['PATH']}:/usr/libexec"
_REFUSED = re.compile(r"unknown (variable|option) '|Error while setting value ")


class LocalOptionFiles:
    """Implements the port ``OptionFiles``."""

    def read(self, path: str) -> t.Optional[str]:
        try:
            with open(path, "rb") as file:
                return file.read(MOST).decode("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise InvalidValue("path", path, f"a readable file ({error.strerror})") from None

    def listed(self, path: str) -> t.Sequence[str]:
        try:
            return sorted(os.listdir(path))
        except OSError:
            return ()

    def write(self, path: str, text: str) -> None:
        """The server reads it as its own user, and ignores files that anybody may write."""
        if os.path.exists(path):
            replace(path, text.encode("utf-8"))
            return
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        create(path, text.encode("utf-8"), 0o644)

    def refused(self, text: str) -> t.Sequence[str]:
        """Its help ends like a start at what it does not know, and reads no data of a server that runs."""
        program = next(filter(None, (shutil.which(name, path=PROGRAMS) for name in ("mariadbd", "mysqld"))), None)
        if program is None:
            return ()
        held = in_memory(text.encode("utf-8"))
        try:
            with tempfile.TemporaryDirectory(prefix="hostcraft-") as folder:
                own = [f"--user={pwd.getpwuid(os.geteuid()).pw_name}", f"--datadir={folder}", f"--tmpdir={folder}"]
                command = [program, f"--defaults-file=/proc/self/fd/{held}", *own, "--help", "--verbose"]
                ended = subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                    env=ENVIRONMENT, pass_fds=(held,), timeout=60, check=False,
                )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return ()
        finally:
            os.close(held)
        lines = ended.stderr.decode("utf-8", "replace").splitlines()
        return [shortened(line[found.start() :], 200) for line in lines if (found := _REFUSED.search(line))]


class LocalCopies:
    """Implements the port ``Copies``: the note tells a later run that a copy was begun and not ended."""

    def __init__(self, primary: DatabaseAccess, here: DatabaseAccess, note: str = NOTE) -> None:
        self._primary, self._here, self._note = primary, here, note

    def begun(self) -> bool:
        return os.path.exists(self._note)

    def copy(self, databases: t.Sequence[str]) -> str:
        return copied(self._primary, self._here, databases)

    def begin(self) -> None:
        os.makedirs(os.path.dirname(self._note), mode=0o755, exist_ok=True)
        with open(self._note, "w", encoding="utf-8") as file:
            file.write(f"{self._primary.host}:{self._primary.port}\n")
            file.flush()
            os.fsync(file.fileno())

    def end(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._note)
