# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a declaration is written."""

from __future__ import annotations

import typing as t


class Folder(t.Protocol):
    """A directory of the machine that the task runs on, for this user alone."""

    @property
    def path(self) -> str:
        """Its absolute path."""

    def there(self) -> bool:
        """Whether something has its name already."""

    def has(self, name: str) -> bool:
        """Whether something has the name of a file there, whatever it is."""

    def read(self, name: str) -> t.Optional[str]:
        """A file's text; None where there is none, or others can read it. Raises InvalidValue."""

    def write(self, name: str, text: str) -> None:
        """Whole or not at all, with its directories. Raises InvalidValue."""
