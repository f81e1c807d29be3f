# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the top of an NFS export or a directory, without writing to it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import typing as t

from ...core.errors import HostcraftError
from ...core.text import shortened
from ...core.zone.storage_content import Content, content_of
from .programs import ENVIRONMENT

READ_ONLY = "ro,nosuid,nodev,noexec,soft"
MOST = 10_000  # names that are counted


class ContentUnseen(HostcraftError):
    """The storage cannot be read from this host."""

    code = "content_unseen"


def look_at_export(server: str, path: str, options: str, timeout: float) -> Content:
    """Mounted read-only for this moment. Raises ContentUnseen."""
    place = tempfile.mkdtemp(prefix="hostcraft-look-")
    try:
        host = f"[{server}]" if ":" in server else server
        more = f"{READ_ONLY},{options}" if options else READ_ONLY
        _run(["mount", "-t", "nfs", "-o", more, "--", f"{host}:{path}", place], timeout)
        try:
            return look_at(place)
        finally:
            _run(["umount", "--", place], timeout)
    finally:
        with contextlib.suppress(OSError):
            os.rmdir(place)


def look_at(place: str) -> Content:
    """Raises ContentUnseen."""
    try:
        held = os.statvfs(place)
        with os.scandir(place) as entries:
            names = [entry.name for _number, entry in zip(range(MOST), entries)]
    except OSError as error:
        raise ContentUnseen(f"{place} cannot be read: {error.strerror or error}", path=place) from None
    return content_of(names, held.f_blocks * held.f_frsize, held.f_bavail * held.f_frsize)


def _run(command: t.Sequence[str], timeout: float) -> None:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=ENVIRONMENT,
            check=False,
        )
    except FileNotFoundError:
        raise ContentUnseen(f"the program {command[0]} is not installed", program=command[0]) from None
    except subprocess.TimeoutExpired:
        raise ContentUnseen(f"{command[0]} did not end within {timeout:.0f} s", program=command[0]) from None
    if done.returncode:
        text = shortened(" ".join(done.stderr.split())) or f"it ended with {done.returncode}"
        raise ContentUnseen(f"{command[0]}: {text}", program=command[0])
