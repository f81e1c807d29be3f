# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a report is written."""

from __future__ import annotations

import typing as t

from ..core.report.model import Report


class Pages(t.Protocol):
    """Pages for people, as files of the machine that the task runs on."""

    def render(self, report: Report) -> str:
        """The page; the same report gives the same text. Raises MissingLibrary."""

    def read(self, path: str) -> t.Optional[tuple[str, int]]:
        """A file's text and mode; None when it is not there. Raises InvalidValue where no file can be."""

    def prove(self, path: str, size: int) -> None:
        """That so many bytes can be written there. Raises InvalidValue."""

    def write(self, path: str, text: str, mode: int) -> None:
        """Whole or not at all."""
