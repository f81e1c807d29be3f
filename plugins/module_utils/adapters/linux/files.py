# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t

from ...core.errors import HostcraftError
from . import locks


class Busy(HostcraftError):
    """Another task of this collection writes a file of the same folder just now."""

    code = "busy"


@contextlib.contextmanager
def alone(path: str, seconds: float = 30.0) -> t.Iterator[None]:
    """No other task reads and replaces a file of this folder meanwhile; ends with the process. Raises Busy, OSError.

    The folder itself is locked: the file is replaced, and a file only for the lock would be left behind.
    """
    folder = os.path.dirname(os.path.realpath(path))
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            locks.take(descriptor, seconds)
        except BlockingIOError:
            raise Busy(
                f"{path}: another task has been writing in {folder} for {seconds:.0f} s; run this task again"
            ) from None
        yield
    finally:
        os.close(descriptor)


def replace(path: str, content: bytes) -> None:
    """Replace an existing file; mode, owner, access control list and labels stay.

    Killed at any point, the old content or the new one is there. Raises OSError, with the old file as it was.
    """
    real = os.path.realpath(path)
    _placed(real, content, lambda file: like(real, file))


def create(path: str, content: bytes, mode: int, group: int = -1) -> None:
    """A file of this user, in place of one that is there; never to be seen with less protection or in part.

    group: -1 for this user's. Raises OSError.
    """

    def protect(file: int) -> None:
        os.fchown(file, -1, group)
        os.fchmod(file, mode)

    _placed(path, content, protect)


def _placed(path: str, content: bytes, protect: t.Callable[[int], None]) -> None:
    handle, beside = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".hostcraft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            protect(file.fileno())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def like(path: str, file: int) -> None:
    """Give an open file the owner, mode and extended attributes (ACLs and SELinux labels are among them) of another.

    Raises OSError, but for attributes that this file system or user cannot set.
    """
    held = os.stat(path)
    os.fchown(file, held.st_uid, held.st_gid)
    os.fchmod(file, held.st_mode & 0o7777)
    names: list[str] = []
    with contextlib.suppress(OSError):
        names = os.listxattr(path)
    for name in names:
        with contextlib.suppress(OSError):
            os.setxattr(file, name, os.getxattr(path, name))


def text_at(path: str, encoding: str) -> str:
    """At most a million characters; empty where nothing can be read."""
    try:
        with open(path, encoding=encoding) as file:
            return file.read(1_000_000)
    except OSError:
        return ""
