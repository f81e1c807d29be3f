# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with playbooks."""

from __future__ import annotations

import typing as t

from ..core.conversion.nodes import Node


class Playbooks(t.Protocol):
    """The files of given paths, and no others."""

    def files(self) -> t.Sequence[str]:
        """Paths of files that may have tasks, in order."""

    def skipped(self) -> t.Sequence[tuple[str, str]]:
        """What is not looked at, each with the reason."""

    def read(self, path: str) -> str:
        """Raises Unreadable."""

    def parse(self, text: str) -> tuple[Node, ...]:
        """The documents of a text. Raises Unreadable."""

    def beside(self, path: str, *parts: str) -> t.Optional[str]:
        """The text of a file relative to another one, also outside the given paths; None if it cannot be read."""

    def write(self, path: str, text: str) -> None:
        """The file whole or not at all, with mode and owner as they were. Raises OSError."""
