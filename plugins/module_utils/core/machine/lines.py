# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of a file with their ends (LF, CR LF, CR), so that what is not set anew stays byte for byte.

``str.splitlines`` also splits at form feeds, at U+0085 and others, which are no line ends to those who read the files.
"""

from __future__ import annotations

import re
import typing as t

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def lines_of(text: str) -> list[str]:
    """Each with its end; the last may have none."""
    return _LINE.findall(text)


def bare(line: str) -> str:
    """Without its end."""
    return line.rstrip("\r\n")


def joined(lines: t.Iterable[str], held: str) -> str:
    """Lines as a file. held: the file before; a line without an end gets the one that most lines there have."""
    ends = re.findall(r"\r\n|\r|\n", held)
    end = max(sorted(set(ends)), key=ends.count) if ends else "\n"
    return "".join(line if line != bare(line) else f"{line}{end}" for line in lines)
