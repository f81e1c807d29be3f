# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option files of a database server as it reads them: in order, with includes, and the last value counts.

Sources: "Configuring MariaDB with Option Files" of MariaDB's documentation, "Using Option Files" of MySQL's.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .values import canonical

ROOTS = ("/etc/my.cnf", "/etc/mysql/my.cnf")
DEEPEST = 10  # includes of includes, as MariaDB and MySQL limit them
_GROUPS = frozenset(("mysqld", "server", "mariadb", "mariadbd", "client-server", "galera"))
_NUMBERED = re.compile(r"(mysqld|mariadb|mariadbd)-(\d+\.\d+)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "s": " ", "\\": "\\", '"': '"', "'": "'"}

Read = t.Callable[[str], t.Optional[str]]
Listed = t.Callable[[str], t.Sequence[str]]


@dataclass(frozen=True)
class Line:
    """An option of a group that the server reads. name: as the server calls the variable. number: of the line."""

    path: str
    number: int
    name: str
    value: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


@dataclass(frozen=True)
class Options:
    """Every option in the order of reading. files: those that were read, in that order."""

    lines: tuple[Line, ...] = ()
    files: tuple[str, ...] = ()

    def after(self, path: str) -> tuple[Line, ...]:
        """What is read after a file, and so overrides it."""
        places = [index for index, line in enumerate(self.lines) if line.path == path]
        if places:
            return tuple(line for line in self.lines[places[-1] + 1 :] if line.path != path)
        if path not in self.files:
            return ()
        later = self.files[self.files.index(path) + 1 :]
        return tuple(line for line in self.lines if line.path in later)

    def before(self, path: str) -> tuple[Line, ...]:
        later = self.after(path)
        return tuple(line for line in self.lines if line.path != path and line not in later)


def read_options(roots: t.Sequence[str], read: Read, listed: Listed, version: str = "") -> Options:
    """read: text of a file, None where there is none. listed: names in a directory. version: "10.11" of the server.

    An include is read where it stands. A file that is included again is read again, as the server does.
    """
    lines: list[Line] = []
    files: list[str] = []

    def follow(path: str, depth: int) -> None:
        text = read(path)
        if text is None or depth > DEEPEST:
            return
        if path not in files:
            files.append(path)
        for each in _parsed(path, text, version):
            if isinstance(each, Line):
                lines.append(each)
            elif each[0] == "include":
                follow(each[1], depth + 1)
            else:
                for name in sorted(listed(each[1])):
                    if name.endswith(".cnf"):
                        follow(f"{each[1].rstrip('/')}/{name}", depth + 1)

    for root in roots:
        follow(root, 0)
    return Options(tuple(lines), tuple(files))


def _parsed(path: str, text: str, version: str) -> t.Iterator[t.Union[Line, tuple[str, str]]]:
    ours = False
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        include = re.fullmatch(r"!(includedir|include)\s+(\S.*)", line)
        if include:
            yield (include[1], include[2].strip())
        elif line[0] == "[":
            ours = _is_read(line[1:].partition("]")[0].strip(), version)
        elif ours and line[0] != "!":
            name, equals, value = line.partition("=")
            bare, comment, _text = name.partition("#")
            found = canonical(bare, _value(value) if equals and not comment else None)
            yield Line(path, number, *found)


def _is_read(group: str, version: str) -> bool:
    numbered = _NUMBERED.fullmatch(group)
    return group in _GROUPS or (numbered is not None and (not version or numbered[2] == version))


def _value(text: str) -> str:
    """Without quotes, escapes and a comment at the end, which a # begins outside of quotes."""
    text = text.strip()
    found: list[str] = []
    quote = ""
    place = 0
    while place < len(text):
        char = text[place]
        if char == "\\" and place + 1 < len(text) and text[place + 1] in _ESCAPES:
            found.append(_ESCAPES[text[place + 1]])
            place += 2
            continue
        if char == quote:
            quote = ""
        elif not quote and char in "\"'" and not found:
            quote = char
        elif not quote and char == "#":
            break
        else:
            found.append(char)
        place += 1
    return "".join(found).strip() if not quote else text
