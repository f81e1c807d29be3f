# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from outside, made safe to show: on a terminal, in a page, in a file."""

from __future__ import annotations

import unicodedata

# Control and format characters (terminal codes, bidirectional overrides), lone surrogates, line and paragraph
# separators. Unassigned and private characters are harmless, except for the noncharacters.
HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def printable(text: str) -> str:
    """The text with each character that has no shape written as an escape (``\\x1b``), so that it stays visible.

    The result has one line, can be encoded as UTF-8 and may stand in XML 1.0.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(each) if _hidden(each) else each for each in text)


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
