# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from outside, made safe to show: on a terminal, in a page, in a file."""

from __future__ import annotations

import dataclasses
import typing as t
import unicodedata

T = t.TypeVar("T")
# Control and format characters (terminal codes, bidirectional overrides), lone surrogates, line and paragraph
# separators. Unassigned and private characters are harmless, except for the noncharacters.
HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def printable(text: str, keep: str = "") -> str:
    """The text with each character that has no shape written as an escape (``\\x1b``), so that it stays visible.

    The result has one line (unless ``keep`` holds a line break), can be encoded as UTF-8 and may stand in XML 1.0.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(each) if each not in keep and _hidden(each) else each for each in text)


def encodable(text: str) -> str:
    """The text with lone surrogates, which JSON may hold and UTF-8 has no place for, written as escapes."""
    if text.isascii():
        return text
    return "".join(_escaped(each) if "\ud800" <= each <= "\udfff" else each for each in text)


def api_text(value: object) -> str:
    """A scalar as the API and its settings have it, which know texts alone: true, not Python's True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def all_printable(value: T) -> T:
    """The same data with every text in it made printable: of dataclasses, maps, lists and tuples."""
    return t.cast("T", _all_printable(value))


def _all_printable(value: t.Any) -> t.Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, t.Mapping):
        return {_all_printable(key): _all_printable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [_all_printable(item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return dataclasses.replace(value, **_all_printable(held))
    return value


def _hidden(char: str) -> bool:
    point = ord(char)
    noncharacter = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    return noncharacter or unicodedata.category(char) in HIDDEN


def _escaped(char: str) -> str:
    point = ord(char)
    if point > 0xFFFF:
        return f"\\U{point:08x}"
    return f"\\u{point:04x}" if point > 0xFF else f"\\x{point:02x}"


def shortened(text: str, most: int = 80) -> str:
    """The same in at most ``most`` characters, for messages."""
    shown = printable(text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def several(names: t.Sequence[str], most: int, between: str = ", ") -> str:
    """The first ``most`` of them, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return between.join(names[:most]) + more
