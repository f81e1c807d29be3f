# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that name their options in one text: ``cs_zone: name=east dns1=192.0.2.53``."""

from __future__ import annotations

import re
import typing as t

# A quoted text, an expression, or anything else without a blank, as often as they follow each other.
WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\{\{.*?\}\}|\{%.*?%\}|[^\s"'{]|["'{])+""", re.DOTALL)
PAIR = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Names and values, quotes removed. Raises ValueError for words that are no pairs."""
    return tuple(_pair(word) for word in WORD.findall(text))


def _pair(word: str) -> tuple[str, str]:
    found = PAIR.fullmatch(word)
    if not found:
        raise ValueError(word)
    value = found[2]
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return found[1], value[1:-1] if quoted else value


def first_word(text: str) -> t.Optional[re.Match[str]]:
    return re.match(r"\s*(\S+)", text)
