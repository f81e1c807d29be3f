# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory of an inventory that is written."""

from __future__ import annotations

import os
import stat
import typing as t

from ...core.errors import InvalidValue
from ..linux.files import create


class Folder:
    """Implements the port ``Folder``: directories of mode 0700, files of mode 0600."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)

    def there(self) -> bool:
        return os.path.lexists(self.path)

    def has(self, name: str) -> bool:
        return os.path.lexists(os.path.join(self.path, name))

    def read(self, name: str) -> t.Optional[str]:
        path = os.path.join(self.path, name)
        try:
            with open(path, encoding="utf-8", errors="replace", newline="") as file:
                private = not stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077
                return file.read() if private else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InvalidValue("dest", path, f"a file that can be read ({error.strerror})") from None

    def write(self, name: str, text: str) -> None:
        path = os.path.join(self.path, name)
        try:
            self._make(os.path.dirname(path))
            create(path, text.encode("utf-8", "replace"), 0o600)
        except OSError as error:
            raise InvalidValue("dest", path, f"a path that can be written to ({error.strerror})") from None

    def _make(self, path: str) -> None:
        """A directory below and including this one. What is above must be there."""
        if os.path.isdir(path):
            return
        if path != self.path:
            self._make(os.path.dirname(path))
        os.mkdir(path, 0o700)
