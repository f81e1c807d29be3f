# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of CloudStack as numbers, as servers, agents, packages, databases and templates write them."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"\s*(?:\d{1,3}:)?v?(\d{1,3}(?:\.\d{1,3}){0,5})(?!\.?\d)", re.ASCII)


def numbers(text: str) -> tuple[int, ...]:
    """(4, 22, 0, 0) of "4.22.0.0-SNAPSHOT", "4.22.0.0~bookworm" or "1:4.22.0.0-1"; () for other texts."""
    found = _NUMBERS.match(text) if text.isascii() else None
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def release(text: str) -> tuple[int, ...]:
    """Comparable: 4.22.0.0, 4.22.0 and 4.22 are one release, (4, 22)."""
    found = numbers(text)
    while found and not found[-1]:
        found = found[:-1]
    return found
