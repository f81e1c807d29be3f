# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format of java.util.Properties, line by line: what is not set anew stays byte for byte.

Source: the documentation of java.util.Properties.load. The text is the file's bytes as ISO-8859-1, which gives them
back. Lines end with LF, CR or CR LF and nothing else; blanks are space, tab and form feed; a value may hold \\uXXXX.
"""

from __future__ import annotations

import contextlib
import re
import typing as t
from dataclasses import dataclass

from .lines import bare, joined, lines_of

ENCODING = "iso-8859-1"
BLANKS = " \t\f"
_LINE = re.compile(r"[ \t\f]*(?P<key>(?:\\.|[^ \t\f=:\\])+)[ \t\f]*[=:]?[ \t\f]*(?P<value>.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_NAMED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True)
class Entry:
    """A logical line: its physical lines as they stand, with their ends; key "" for comments and blank lines."""

    lines: tuple[str, ...]
    key: str = ""
    value: str = ""


def entries(text: str) -> tuple[Entry, ...]:
    """The file as logical lines; a backslash at a line's end goes on in the next one."""
    found: list[Entry] = []
    pending: list[str] = []
    for line in lines_of(text):
        if not pending and (not line.strip(BLANKS + "\r\n") or line.lstrip(BLANKS)[0] in "#!"):
            found.append(Entry((line,)))
            continue
        pending.append(line)
        if not _goes_on(bare(line)):
            found.append(_entry(pending))
            pending = []
    if pending:
        # The file ends in a backslash: what is set below must not become part of this line.
        found.append(_entry([*pending[:-1], bare(pending[-1])[:-1]]))
    return tuple(found)


def _goes_on(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _entry(lines: t.Sequence[str]) -> Entry:
    parts = [line[:-1] if _goes_on(line) else line for line in map(bare, lines)]
    match = _LINE.fullmatch("".join([parts[0], *(part.lstrip(BLANKS) for part in parts[1:])]))
    if match is None:
        return Entry(tuple(lines))
    return Entry(tuple(lines), _read(match["key"]), _read(match["value"]).rstrip())


def _read(text: str) -> str:
    """What was meant: editors write UTF-8, whatever Java says.

    Half a character of two \\uXXXX, which no encoding can hold, becomes U+FFFD.
    """
    with contextlib.suppress(UnicodeError):
        text = text.encode(ENCODING).decode("utf-8")

    def one(match: re.Match[str]) -> str:
        word = match[1]
        return chr(int(word[1:], 16)) if len(word) > 1 else _NAMED.get(word, word)

    return _ESCAPE.sub(one, text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def parse(text: str) -> dict[str, str]:
    """Every key with its value; the last one counts, as for Java."""
    return {entry.key: entry.value for entry in entries(text) if entry.key}


def entry_of(key: str, value: str) -> Entry:
    """A line that any reader takes for this key and value, whatever it takes the file's encoding for."""
    return Entry((f"{key}={_escaped(value)}",), key, value)


def _escaped(text: str) -> str:
    units = text.replace("\\", "\\\\").encode("utf-16-be")
    pairs = (int.from_bytes(units[place : place + 2], "big") for place in range(0, len(units), 2))
    return "".join(chr(unit) if unit < 0x7F else f"\\u{unit:04x}" for unit in pairs)


def text_of(found: t.Iterable[Entry], held: str) -> str:
    """The entries as a file. held: the file before, whose kind of line ends a new line gets."""
    return joined((line for entry in found for line in entry.lines), held)
