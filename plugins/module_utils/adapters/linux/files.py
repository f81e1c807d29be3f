# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a file whole or not at all."""

from __future__ import annotations

import os
import tempfile


def replace(path: str, text: str) -> None:
    """Replace an existing file; mode and owner stay. Killed at any point, the old text or the new one is there.

    Raises OSError, with the old file as it was.
    """
    held = os.stat(path)
    handle, beside = tempfile.mkstemp(dir=os.path.dirname(os.path.realpath(path)), prefix=".hostcraft-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            os.fchown(file.fileno(), held.st_uid, held.st_gid)
            os.fchmod(file.fileno(), held.st_mode & 0o7777)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, os.path.realpath(path))
    except BaseException:
        os.unlink(beside)
        raise
