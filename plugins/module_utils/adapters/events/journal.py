# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port ``Journal`` as a file."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import typing as t

from ...core.errors import HostcraftError


class JournalTrouble(HostcraftError):
    """The file cannot be read or written."""

    code = "cursor_file"


@contextlib.contextmanager
def _told(path: str, what: str) -> t.Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JournalTrouble(f"the cursor file {path} cannot be {what}: {error.strerror}", path=path) from None
    except UnicodeDecodeError:
        raise JournalTrouble(f"the cursor file {path} cannot be {what}: it is not text", path=path) from None


class FileJournal:
    """Only its owner may read it."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(os.path.expanduser(path))
        self._lock: t.Optional[t.TextIO] = None

    def hold(self) -> None:
        """Keep others from it until this process ends, or ``release``: each would overwrite what the other notes.

        Not the file itself, which is replaced. What is written shows that something can be written beside it.
        """
        with _told(self.path, "locked"):
            # The lock lasts as long as the file is open, until ``release``.
            self._lock = open(f"{self.path}.lock", "a", encoding="utf-8")  # noqa: SIM115
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._lock.truncate(0)
                self._lock.write(f"{os.getpid()}\n")
                self._lock.flush()
            except BlockingIOError:
                self.release()
                raise JournalTrouble(
                    f"the cursor file {self.path} is in use by another event source; use a different file for each",
                    path=self.path,
                ) from None
            except OSError:
                self.release()
                raise

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read(self) -> t.Optional[str]:
        with _told(self.path, "read"):
            try:
                with open(self.path, encoding="utf-8") as file:
                    return file.read()
            except FileNotFoundError:
                return None

    def append(self, line: str) -> None:
        """A cut-off line of a writer before ends here, and stays unreadable."""
        with _told(self.path, "written"), open(self.path, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def replace(self, line: str) -> None:
        folder = os.path.dirname(self.path)
        with _told(self.path, "written"):
            handle, name = tempfile.mkstemp(dir=folder, prefix=f".{os.path.basename(self.path)}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(line + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self.path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name)
                raise
