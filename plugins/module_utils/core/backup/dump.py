# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a dump of mysqldump or mariadb-dump, line by line: the rows of every table, its end, its position.

Both programs write a line break inside of a value as \\n. mariadb-dump begins each row with a line of its own,
mysqldump writes the rows of a statement in one line.
"""

from __future__ import annotations

import re
import typing as t

from ..errors import Reason

Rows = dict[str, dict[str, int]]

_NAME = rb"`((?:[^`]|``)+)`"
_USE = re.compile(rb"USE " + _NAME + rb";\s*$")
_CREATE_DATABASE = re.compile(rb"CREATE DATABASE (?:/\*!\d+ IF NOT EXISTS\*/ )?" + _NAME)
_TABLE = re.compile(rb"CREATE TABLE (?:IF NOT EXISTS )?" + _NAME + rb" \(")
_INSERT = re.compile(rb"INSERT INTO " + _NAME + rb"(?: \((?:`(?:[^`]|``)*`(?:, ?)?)+\))? VALUES ?")
_TEXT = re.compile(rb"'(?:[^'\\]|\\.|'')*'", re.DOTALL)
_POSITION = re.compile(
    rb"(?:-- |/\*!\d+ )?SET (?:@@)?GLOBAL ?\.?gtid_(?:slave_pos|purged) ?=(?:/\*!\d+ '\+'\*/)? ?'([0-9A-Fa-f:,\s-]*)'",
    re.IGNORECASE,
)
_OTHER_DATABASE = re.compile(
    rb"\s*(?:/\*M?!\d*\s*)?(?:USE|CREATE\s+DATABASE|DROP\s+DATABASE|CREATE\s+USER|GRANT)\b", re.IGNORECASE
)
_DELIMITER = re.compile(rb"DELIMITER (\S+)\s*$")
_END = b"-- Dump completed"


class Scan:
    """``feed`` every line in order, with its end; then ask. databases: the ones that the dump may hold."""

    def __init__(self, databases: t.Collection[str]) -> None:
        self.allowed = frozenset(databases)
        self.rows: Rows = {}
        self.position = ""
        self.complete = False
        self.foreign: list[str] = []
        self._database = ""
        self._table = ""
        self._body = False

    def feed(self, line: bytes) -> None:
        first = line[:1]
        if self._table and first == b"(":
            # A row of mariadb-dump.
            self.rows[self._database][self._table] += 1
            return
        self._table = ""
        if first == b"I" and not self._body:
            self._insert(line)
        elif first == b"C" and not self._body:
            self._create(line)
        elif first == b"U" and not self._body and line.startswith(b"USE "):
            match = _USE.match(line)
            self._database = self._known(match[1]) if match else self._unknown(line)
            self.rows.setdefault(self._database, {})
        elif first == b"D" and _DELIMITER.match(line):
            self._body = line.split()[1] != b";"
        elif first == b"-" and line.startswith(_END):
            self.complete = True
        elif first in b"-S/" and b"gtid_" in line.lower():
            match = _POSITION.match(line)
            self.position = match[1].decode("ascii") if match else self.position
        elif not self._body and _OTHER_DATABASE.match(line):
            self._unknown(line)

    def reasons(self) -> t.Iterator[Reason]:
        """Why the dump cannot be one of ours."""
        if not self.complete:
            yield Reason("dump_incomplete", "the dump has no end", "use another backup")
        for line in self.foreign[:3]:
            yield Reason(
                "dump_foreign", f"the dump has a statement about another database: {line!r}", "use another backup"
            )

    def _insert(self, line: bytes) -> None:
        match = _INSERT.match(line)
        if not match:
            return
        self._table = _text(match[1])
        held = self.rows.setdefault(self._database, {})
        held.setdefault(self._table, 0)
        rest = line[match.end() :]
        if rest.strip():
            # No text is left, so that brackets are those of rows alone.
            held[self._table] += _TEXT.sub(b"", rest).count(b"),(") + 1
            self._table = ""

    def _create(self, line: bytes) -> None:
        table = _TABLE.match(line)
        if table:
            self.rows.setdefault(self._database, {}).setdefault(_text(table[1]), 0)
            return
        database = _CREATE_DATABASE.match(line)
        if database:
            self._known(database[1])
        elif _OTHER_DATABASE.match(line):
            self._unknown(line)

    def _known(self, name: bytes) -> str:
        text = _text(name)
        if text not in self.allowed:
            self.foreign.append(text)
        return text

    def _unknown(self, line: bytes) -> str:
        self.foreign.append(_text(line[:80]).strip())
        return ""


def _text(name: bytes) -> str:
    return name.replace(b"``", b"`").decode("utf-8", "replace")


def differences(
    wanted: t.Mapping[str, t.Mapping[str, int]], found: t.Mapping[str, t.Mapping[str, int]]
) -> dict[str, str]:
    """Tables whose number of rows differs, ``database.table``: "3 rows instead of 4"."""
    told: dict[str, str] = {}
    for database in sorted({*wanted, *found}):
        ours, theirs = wanted.get(database, {}), found.get(database, {})
        for table in sorted({*ours, *theirs}):
            if ours.get(table) != theirs.get(table):
                told[f"{database}.{table}"] = f"{_rows(theirs.get(table))} instead of {_rows(ours.get(table))}"
    return told


def _rows(number: t.Optional[int]) -> str:
    return "no table" if number is None else f"{number} rows"
