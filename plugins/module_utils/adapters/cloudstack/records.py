# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of an answer: fields by name, each by the reader of its kind, and which of them could not be read."""

from __future__ import annotations

import re
import typing as t

from ...core.errors import Unreadable
from ...core.text import shortened
from . import readers
from .readers import Broadcast

Wire = t.Mapping[str, t.Any]
Tell = t.Callable[[str], None]
R = t.TypeVar("R")


def unheard(_text: str) -> None:
    """Nobody listens."""


class Record:
    """One object of an answer. kind: what it is ("host"). tell: hears of each value that could not be read.

    A field that is missing or null is None without a word: the server leaves out what is empty.
    """

    def __init__(self, wire: object, kind: str, tell: Tell = unheard) -> None:
        # A dict is asked for first: each host is one, and t.Mapping takes microseconds.
        known = isinstance(wire, (dict, t.Mapping))
        self.wire: Wire = t.cast("Wire", wire) if known else {}
        self.kind = kind
        self._tell = tell
        if not known:
            tell(f"{kind}: {_shown(wire)} is not an object; all its fields are treated as unknown")

    @property
    def called(self) -> str:
        """ "host kvm01", by its name or else its id."""
        for key in ("name", "displayname", "id"):
            text = readers.scalar(self.wire.get(key))
            if text:
                return f"{self.kind} {shortened(text)}"
        return f"{self.kind} without a name"

    def has(self, key: str) -> bool:
        return self.wire.get(key) is not None

    def word(self, key: str) -> t.Optional[str]:
        """A text as it stands."""
        value = self.wire.get(key)
        # Most values are such already, and each host has many.
        if value is None or (isinstance(value, str) and value.isascii()):
            return value
        return self._read(key, readers.scalar, "a text")

    def text(self, key: str, *others: str) -> str:
        """The same, or the first of several fields that is not empty; "" where there is none."""
        first = self.word(key)
        if first or not others:
            return first or ""
        return next((word for word in map(self.word, others) if word), "")

    def id(self, key: str = "id") -> str:
        """An identifier; "" where there is none, which is told."""
        found = self.text(key)
        if not found and not self.wire.get(key):
            self._tell(f"{self.called}: {key} is missing")
        return found

    def whole(self, key: str, unit: str = "") -> t.Optional[int]:
        value = self.wire.get(key)
        if value is None:
            return None
        plain = readers.plain_whole(value)
        if plain is not None:
            return plain
        what = f"a whole number ({unit})" if unit else "a whole number"
        return self._read(key, lambda value: readers.whole(value, unit), what)

    def amount(self, key: str, unit: str = "") -> t.Optional[int]:
        """A whole number of at least 0."""
        found = self.whole(key, unit)
        if found is None or found >= 0:
            return found
        self._tell(f"{self.called}: {key} is {found}, which is less than 0; it is treated as unknown")
        return None

    def needed(self, key: str, unit: str = "") -> int:
        """The same for a decision that cannot do without: 0 where it is missing. Raises Unreadable."""
        found = self.whole(key, unit)
        if found is None and self.has(key):
            raise Unreadable(
                f"{self.called}: {key} is {_shown(self.wire[key])}, which is not a number",
                object=self.called,
                field=key,
            )
        return found or 0

    def decimal(self, key: str, unit: str = "") -> t.Optional[float]:
        found = self._read(key, lambda value: readers.number(value, unit), "a number")
        return None if found is None else float(found)

    def factor(self, key: str) -> t.Optional[str]:
        """A factor above 0, as the server writes it: "2.0"."""
        return self._read(key, _factor, "a number above 0")

    def flag(self, key: str) -> t.Optional[bool]:
        return self._read(key, readers.flag, "true or false")

    def names(self, key: str) -> t.Optional[tuple[str, ...]]:
        """None: missing or not to be read."""
        return self._read(key, readers.names, "a list of texts")

    def joined(self, key: str) -> t.Optional[str]:
        """A list as one text with commas."""
        found = self.names(key)
        return None if found is None else ",".join(found)

    def address(self, key: str) -> t.Optional[str]:
        """An address of IPv4 or IPv6, or a netmask."""
        return self._read(key, readers.address, "an address")

    def place(self, key: str) -> t.Optional[str]:
        """An address or a host name."""
        return self._read(key, readers.place, "an address or a host name")

    def places(self, key: str) -> t.Optional[str]:
        return self._read(key, readers.places, "addresses or host names")

    def moment(self, key: str) -> t.Optional[str]:
        """A date as the API writes it: 2021-08-03T05:54:17+0000."""
        value = self.wire.get(key)
        if value is None or (isinstance(value, str) and readers.is_moment(value)):
            return value
        found = self._read(key, readers.moment, "a date")
        return None if found is None else found.strftime("%Y-%m-%dT%H:%M:%S%z")

    def ranges(self, key: str) -> tuple[readers.Range, ...]:
        """Numbers and ranges with commas between: "100-200,500"."""
        return self._read(key, readers.ranges, "a list of ranges") or ()

    def broadcast(self, key: str) -> t.Optional[Broadcast]:
        return self._read(key, readers.broadcast, "a broadcast URI")

    def url(self, key: str) -> t.Optional[str]:
        return self._read(key, readers.url, "a URL")

    def record(self, key: str, kind: str) -> Record:
        """An object in it; one without fields where there is none."""
        return Record(self.wire[key] if self.has(key) else {}, kind, self._tell)

    def records(self, key: str, kind: str) -> tuple[Record, ...]:
        """The objects of a list in it; a single object is a list of one."""
        return tuple(Record(item, kind, self._tell) for item in readers.items(self.wire.get(key)))

    def _read(self, key: str, read: t.Callable[[object], t.Optional[R]], what: str) -> t.Optional[R]:
        value = self.wire.get(key)
        if value is None or value == "":
            return None if value is None else read(value)
        found = read(value)
        if found is None:
            self._tell(f"{self.called}: {key} is {_shown(value)}, which is not {what}; it is treated as unknown")
        return found


def _factor(value: object) -> t.Optional[str]:
    read = readers.number(value)
    if read is None or read <= 0:
        return None
    text = readers.scalar(value) or ""
    return text if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) else f"{read:f}"


def _shown(value: object) -> str:
    """A value in a message; of lists and objects only what they are, since they may hold anything."""
    if isinstance(value, t.Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    return repr(shortened(value, 40)) if isinstance(value, str) else "null" if value is None else shortened(str(value))
